/** The balancer's input at the time of one request, read from settings, providers, budgets and model statistics. */
import type { ModelId } from '../../shared/chat.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { ProviderRegistry } from './provider-registry.ts';

export type RoutingSnapshotDeps = {
  readonly settings: () => Settings;
  readonly providers: Pick<
    ProviderRegistry,
    'models' | 'availability' | 'names' | 'preferences' | 'listedId'
  >;
  readonly budgets: Pick<Budgets, 'remainingBudget' | 'differsByProvider'>;
  readonly modelStats: Pick<ModelStats, 'speeds' | 'tokenRatios' | 'outputRange'>;
  /** Local models that are not in memory, and the milliseconds that loading takes. */
  readonly coldStarts: () => RoutingSnapshot['coldStartMs'];
};

/** What the snapshot depends on besides the server's state. */
export type SnapshotRequest = Pick<RoutingCriteria, 'role' | 'task' | 'promptTokens'> & {
  readonly warmPrefix?: RoutingSnapshot['warmPrefix'];
  readonly recommendedLocal: readonly ModelId[];
  /** US dollars that its earlier attempts have cost or may still cost. Absent: 0. */
  readonly committedUsd?: number;
};

export function routingSnapshot(
  { settings, providers, budgets, modelStats, coldStarts }: RoutingSnapshotDeps,
  { role = '', task, promptTokens, warmPrefix, recommendedLocal, committedUsd }: SnapshotRequest,
): RoutingSnapshot {
  const now = settings();
  const { roles, taskTypes } = providers.preferences(now);
  return {
    models: providers.models(),
    ...providers.availability(),
    speeds: modelStats.speeds(promptTokens),
    tokenRatios: modelStats.tokenRatios(),
    outputRange: modelStats.outputRange(task),
    warmPrefix: warmPrefix,
    coldStartMs: coldStarts(),
    recommendedLocal: recommendedLocal,
    strategy: now['routing.strategy'],
    priorityOrder: now['routing.priorityOrder'],
    taskTypes,
    roles,
    remainingBudget: budgets.remainingBudget({ provider: '', role }, committedUsd),
    remainingBudgetByProvider: budgets.differsByProvider()
      ? new Map(
          providers
            .names()
            .map((provider) => [provider, budgets.remainingBudget({ provider, role }, committedUsd)]),
        )
      : new Map(),
  };
}
