/** What the balancer sees at a moment, gathered from all rooms. */
import type { ModelId } from '../../shared/chat.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { ProviderRegistry } from './provider-registry.ts';

export type RoutingSnapshotDeps = {
  readonly settings: () => Settings;
  readonly providers: ProviderRegistry;
  readonly budgets: Budgets;
  readonly past: ModelStats;
  /** Local models that are not in memory, and the milliseconds that loading takes. */
  readonly coldStarts: () => RoutingSnapshot['coldStartMs'];
};

/** What is known of the question. */
export type SnapshotRequest = Pick<RoutingCriteria, 'role' | 'task' | 'promptTokens'> & {
  readonly warm?: RoutingSnapshot['warmPrefix'];
  readonly favourites: readonly ModelId[];
  readonly inFlight: RoutingSnapshot['inFlight'];
};

export function routingSnapshot(
  { settings, providers, budgets, past, coldStarts }: RoutingSnapshotDeps,
  { role = '', task, promptTokens, warm, favourites, inFlight }: SnapshotRequest,
): RoutingSnapshot {
  const now = settings();
  return {
    models: providers.models(),
    cooldowns: providers.cooldowns(),
    modelCooldowns: providers.modelCooldowns(),
    tokensLeft: providers.tokensLeft(),
    speeds: past.speeds(promptTokens),
    tokenRatios: past.tokenRatios(),
    outputRange: past.outputRange(task),
    warmPrefix: warm,
    coldStartMs: coldStarts(),
    recommendedLocal: favourites,
    inFlight,
    strategy: now['routing.strategy'],
    priorityOrder: now['routing.priorityOrder'],
    taskTypes: now['routing.taskTypes'],
    roles: now.roles,
    remainingBudget: budgets.remainingBudget({ provider: '', role }),
    remainingBudgetByProvider: budgets.differsByProvider()
      ? new Map(providers.names().map((provider) => [provider, budgets.remainingBudget({ provider, role })]))
      : new Map(),
  };
}
