/** An answer on its way, for tests of single steps. */
import type { AttemptRecord } from '../../../server/accounting/attempt-record.ts';
import { requestSpending, type SpendingBudgets } from '../../../server/metrics/request-spending.ts';
import {
  type AnswerProgress,
  type AttemptsDeps,
  beginAnswer,
  type ChosenCandidate,
} from '../../../server/orchestration/answer-progress.ts';
import { toRoutingRequest } from '../../../server/orchestration/request.ts';
import { balance } from '../../../server/routing/balancer.ts';
import { userCorrections } from '../../../server/routing/classifier/user-corrections.ts';
import type { RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { ModelId } from '../../../shared/chat.ts';
import type { Model } from '../../../shared/models.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { plainNames } from '../../support/plain-names.ts';

export const modelNamed = (id: ModelId, more: Partial<Model> = {}): Model => {
  const [provider = '', name = ''] = id.split('/');
  return {
    id,
    provider,
    name,
    source: 'api',
    private: false,
    toggle: true,
    locked: false,
    tier: 3,
    contextTokens: null,
    maxOutputTokens: null,
    abilities: { tools: true, vision: true },
    price: { input: 1, output: 1 },
    ...more,
  };
};

export const snapshotOf = (models: readonly Model[]): RoutingSnapshot => ({
  models,
  cooldowns: new Map(),
  modelCooldowns: new Map(),
  tokensLeft: new Map(),
  speeds: new Map(),
  tokenRatios: new Map(),
  coldStartMs: new Map(),
  recommendedLocal: [],
  inFlight: new Map(),
  strategy: 'priority',
  priorityOrder: models.map(({ provider }) => provider),
  taskTypes: {},
  roles: {},
  remainingBudget: { usd: null, name: 'none' },
  remainingBudgetByProvider: new Map(),
});

/** Budgets that limit nothing and reserve nothing. */
export const unlimited: SpendingBudgets = {
  isLimited: () => false,
  reserve: async () => undefined,
  settle: async () => {},
};

/** The beginning of an answer by these models, and what a step needs. */
export function answerBy(models: readonly Model[], params: AskParams = { prompt: 'hi' }) {
  const records: AttemptRecord[] = [];
  const state = { snapshot: snapshotOf(models) };
  const deps: AttemptsDeps = {
    settings: () => defaultSettings,
    providers: { ...plainNames, get: () => undefined },
    snapshots: { take: () => state.snapshot },
    metrics: { observe() {} },
    budgets: unlimited,
    accounting: { record: (attempt) => void records.push(attempt) },
    cache: { set() {} },
    warmPrefixes: { add() {} },
    modelStats: { firstPartP95Ms: () => undefined },
    modelCatalog: { isLoading: () => false },
  };
  const request = toRoutingRequest(params, defaultSettings, userCorrections());
  const { classification, criteria } = request;
  const meta = { id: 'id', at: '', startedAt: performance.now(), params, classification };
  const spending = requestSpending(unlimited, 0);
  const prepared = {
    params,
    request,
    meta,
    settingsAtRead: defaultSettings,
    exactPromptTokens: new Map(),
    spending,
  };
  const start = (): AnswerProgress =>
    beginAnswer(deps, prepared, {
      criteria,
      snapshot: state.snapshot,
      decision: balance(criteria, state.snapshot),
    });
  return { deps, records, state, start };
}

/** The next candidate of the queue, as it is tried. */
export function chosenOf(
  progress: AnswerProgress,
  mode: ChosenCandidate['mode'] = 'instruct',
): ChosenCandidate {
  const id = progress.queue.next()?.id;
  const candidate = progress.decision.candidates.find(({ model }) => model.id === id);
  if (!candidate) throw new Error('No candidate is left.');
  const engine = { async *stream() {}, supportsPrefill: () => false };
  return { candidate, provider: { engine, config: {} }, mode, beginning: progress.answer.text };
}
