/** What the balancer sees at a moment, gathered from all rooms. */
import type { ModelId } from '../../shared/chat.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { Route, Snapshot } from '../routing/snapshot.ts';
import type { ProviderRegistry } from './provider-registry.ts';

export type SeenRooms = {
  readonly settings: () => Settings;
  readonly fleet: ProviderRegistry;
  readonly budgets: Budgets;
  readonly past: ModelStats;
  /** Local models that are not in memory, and the milliseconds that loading takes. */
  readonly coldStarts: () => Snapshot['coldStartMs'];
};

/** What is known of the question. */
export type Asked = Pick<Route, 'role' | 'task' | 'promptTokens'> & {
  readonly warm?: Snapshot['warm'];
  readonly favourites: readonly ModelId[];
  readonly inFlight: Snapshot['inFlight'];
};

export function snapshotOf(
  { settings, fleet, budgets, past, coldStarts }: SeenRooms,
  { role = '', task, promptTokens, warm, favourites, inFlight }: Asked,
): Snapshot {
  const now = settings();
  return {
    models: fleet.models(),
    resting: fleet.resting(),
    restingModels: fleet.restingModels(),
    tokensLeft: fleet.tokensLeft(),
    speeds: past.speeds(promptTokens),
    counting: past.counting(),
    output: past.output(task),
    warm,
    coldStartMs: coldStarts(),
    favourites,
    inFlight,
    strategy: now['routing.strategy'],
    priorityOrder: now['routing.priorityOrder'],
    taskTypes: now['routing.taskTypes'],
    roles: now.roles,
    room: budgets.room({ provider: '', role }),
    roomOf: budgets.differsByProvider()
      ? new Map(fleet.names().map((provider) => [provider, budgets.room({ provider, role })]))
      : new Map(),
  };
}
