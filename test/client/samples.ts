/** Whole objects of the protocol for tests to vary. */
import type { DiscoveredEndpoint } from '../../shared/discovery.ts';
import type { InlineCandidate, InlineState } from '../../shared/inline.ts';
import type { Model } from '../../shared/models.ts';
import type { ExplainResult } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import type { ProviderStatus, Status } from '../../shared/status.ts';

export const sampleReceipt = (more: Partial<Receipt> = {}): Receipt => ({
  id: 'r1',
  at: '2026-11-21T10:00:00.000Z',
  role: 'planner',
  task: 'planning',
  difficulty: 0.5,
  model: 'groq/llama',
  cached: false,
  attempts: [{ model: 'groq/llama', outcome: 'ok', ms: 1180 }],
  usage: { input: 812, cachedRead: 0, cacheWrite: 0, output: 120, reasoning: 0 },
  usageEstimated: false,
  costUsd: 0.0012,
  timeToFirstTokenMs: 420,
  totalMs: 1230,
  finishReason: 'stop',
  takeovers: [],
  reasons: ['It is first in the order.'],
  ...more,
});

export const sampleModel = (more: Partial<Model> = {}): Model => ({
  id: 'lab/small',
  provider: 'lab',
  name: 'small',
  source: 'local',
  private: true,
  toggle: true,
  locked: false,
  tier: 3,
  contextTokens: 32_768,
  maxOutputTokens: null,
  abilities: { tools: null, vision: null },
  price: { input: 0, output: 0 },
  ...more,
});

export const sampleProvider = (more: Partial<ProviderStatus> = {}): ProviderStatus => ({
  name: 'lab',
  label: 'Lab',
  kind: 'openai-compatible',
  source: 'local',
  origin: 'http://127.0.0.1:8000',
  state: 'ready',
  circuit: 'closed',
  key: 'not-needed',
  models: [sampleModel()],
  modelCooldowns: [],
  windows: [],
  keys: [],
  ...more,
});

export const sampleStatus = (more: Partial<Status> = {}): Status => ({
  health: 'ready',
  version: '0.1.0',
  strategy: 'auto',
  priorityOrder: ['local'],
  providers: [sampleProvider()],
  budgets: [],
  today: { costUsd: 0.42, requests: 3, unknownPrice: 0 },
  inFlight: 0,
  problems: [],
  keyStore: 'keychain',
  ...more,
});

export const sampleEndpoint = (more: Partial<DiscoveredEndpoint> = {}): DiscoveredEndpoint => ({
  kind: 'llama-cpp',
  label: 'llama.cpp',
  baseUrl: 'http://127.0.0.1:9090/v1',
  state: 'ready',
  use: 'offered',
  name: 'llama-cpp-9090',
  ...more,
});

export const sampleCandidate = (more: Partial<InlineCandidate> = {}): InlineCandidate => ({
  model: 'lab/small',
  source: 'local',
  allowed: true,
  usable: true,
  usualMs: null,
  usdPerThousand: 0,
  ...more,
});

export const sampleInlineState = (more: Partial<InlineState> = {}): InlineState => ({
  state: 'on',
  models: ['lab/small'],
  today: { offered: 0, accepted: 0, costUsd: 0 },
  ...more,
});

export const sampleExplanation = (more: Partial<ExplainResult> = {}): ExplainResult => ({
  task: 'general',
  difficulty: 0.5,
  confidence: 0.8,
  abstained: false,
  strategy: 'priority',
  candidates: [],
  excluded: [],
  ...more,
});
