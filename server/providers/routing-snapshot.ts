/** What the balancer sees at a moment, gathered from all rooms. */
import type { ModelId } from '../../shared/chat.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { Route, Snapshot } from '../routing/snapshot.ts';
import type { ProviderRegistry } from './provider-registry.ts';

export type RoutingSnapshotDeps = {
  readonly settings: () => Settings;
  readonly providers: ProviderRegistry;
  readonly budgets: Budgets;
  readonly past: ModelStats;
  /** Local models that are not in memory, and the milliseconds that loading takes. */
  readonly coldStarts: () => Snapshot['coldStartMs'];
};

/** What is known of the question. */
export type SnapshotRequest = Pick<Route, 'role' | 'task' | 'promptTokens'> & {
  readonly warm?: Snapshot['warm'];
  readonly favourites: readonly ModelId[];
  readonly inFlight: Snapshot['inFlight'];
};

export function routingSnapshot(
  { settings, providers, budgets, past, coldStarts }: RoutingSnapshotDeps,
  { role = '', task, promptTokens, warm, favourites, inFlight }: SnapshotRequest,
): Snapshot {
  const now = settings();
  return {
    models: providers.models(),
    cooldowns: providers.cooldowns(),
    modelCooldowns: providers.modelCooldowns(),
    tokensLeft: providers.tokensLeft(),
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
      ? new Map(providers.names().map((provider) => [provider, budgets.room({ provider, role })]))
      : new Map(),
  };
}
