/** Models, snapshots and questions to decide about. */
import type { RoutingCriteria, RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import { modelId } from '../../../shared/chat.ts';
import type { Model } from '../../../shared/models.ts';

/** `ollama` is local, every other provider is paid. */
export const model = (id: string, more: Partial<Model> = {}): Model => {
  const [provider = '', name = ''] = id.split('/');
  const source = provider === 'ollama' ? 'local' : 'api';
  return {
    id: modelId(provider, name),
    provider,
    name,
    source,
    private: source === 'local',
    toggle: true,
    locked: false,
    tier: 3,
    contextTokens: 8_000,
    maxOutputTokens: 1_000,
    abilities: { tools: null, vision: null },
    price: source === 'local' ? { input: 0, output: 0 } : { input: 1, output: 4 },
    ...more,
  };
};
/** No cool-downs, no measurements, no budget. */
export const snapshot = (models: Model[], more: Partial<RoutingSnapshot> = {}): RoutingSnapshot => ({
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
  priorityOrder: ['gemini', 'local', 'openai'],
  taskTypes: {},
  roles: {},
  remainingBudget: { usd: null, name: 'rumbo.budget.perRequestUsd' },
  remainingBudgetByProvider: new Map(),
  ...more,
});
/** A short, easy question. */
export const route = (more: Partial<RoutingCriteria> = {}): RoutingCriteria => ({
  task: 'general',
  difficulty: 0.2,
  localOnly: false,
  needsTools: false,
  needsVision: false,
  promptTokens: 100,
  maxPromptTokens: 200,
  ...more,
});
