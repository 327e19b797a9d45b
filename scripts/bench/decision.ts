/** The decision alone, in process and warm: classify a prompt, rank fifty models. */

import { balance } from '../../server/routing/balancer.ts';
import { classify } from '../../server/routing/classifier/classify.ts';
import type { Route, Snapshot } from '../../server/routing/snapshot.ts';
import { estimateTokens } from '../../server/routing/tokens.ts';
import type { Model } from '../../shared/models.ts';
import { promptOf } from './prompts.ts';
import { median, quantile } from './quantile.ts';
import type { Row } from './row.ts';

const rounds = 5;
const perRound = 2_000;

export function decisionRows(): Row[] {
  const run = (index: number): number => {
    const prompt = promptOf(index);
    const startedAt = performance.now();
    decide(prompt, snapshots[index % snapshots.length] ?? snapshot('auto'));
    return (performance.now() - startedAt) * 1_000;
  };
  for (let index = 0; index < perRound; index++) run(index);
  const measured = Array.from({ length: rounds }, () =>
    Array.from({ length: perRound }, (_, index) => run(index)),
  );
  const what = 'classify + balance, 2 KB prompt, 50 models';
  return [
    { what: `${what}: p50`, figure: median(measured.map((micros) => quantile(micros, 0.5))), unit: 'µs' },
    {
      what: `${what}: p99`,
      figure: median(measured.map((micros) => quantile(micros, 0.99))),
      unit: 'µs',
      aim: 300,
    },
  ];
}

function decide(prompt: string, snapshot: Snapshot): void {
  const { task, difficulty } = classify(prompt);
  const promptTokens = estimateTokens(prompt);
  const route: Route = {
    task,
    difficulty,
    localOnly: false,
    needsTools: false,
    needsVision: false,
    promptTokens,
    mostPromptTokens: promptTokens * 2,
  };
  balance(route, snapshot);
}

const models: readonly Model[] = Array.from({ length: 50 }, (_, index) => {
  const provider = `provider-${index % 10}`;
  const source = index % 5 === 0 ? 'local' : 'api';
  return {
    id: `${provider}/model-${index}`,
    provider,
    name: `model-${index}`,
    source,
    private: source === 'local',
    toggle: index % 7 !== 0,
    locked: index % 11 === 0,
    abilities: { tools: null, vision: null },
    tier: index % 6 === 0 ? null : 1 + (index % 5),
    contextTokens: 8_192 * (1 + (index % 16)),
    maxOutputTokens: 4_096,
    price:
      source === 'local' ? { input: 0, output: 0 } : { input: 0.1 + index / 10, output: 0.4 + index / 3 },
  };
});

const snapshot = (strategy: Snapshot['strategy']): Snapshot => ({
  models,
  resting: new Map([['provider-3', { rule: 'rate-limit', reason: 'It is at its rate limit.', untilMs: 1 }]]),
  restingModels: new Map(),
  tokensLeft: new Map(),
  speeds: new Map(
    models.map(({ id }, index) => [id, { firstTokenMs: 100 + ((index * 37) % 900), tokensPerSecond: 60 }]),
  ),
  counting: new Map(),
  inFlight: new Map(),
  strategy,
  priorityOrder: ['local', 'provider-2', 'provider-4', 'provider-1'],
  taskTypes: {},
  roles: {},
  room: { usd: 5, name: 'rumbo.budget.perDayUsd' },
  roomOf: new Map(),
});

const snapshots = (['auto', 'priority', 'cost', 'performance', 'quality'] as const).map(snapshot);
