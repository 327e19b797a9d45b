/** The decision alone, in process and warm: classify a prompt, rank fifty models, or five hundred. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { balance } from '../../server/routing/balancer.ts';
import { classify } from '../../server/routing/classifier/classify.ts';
import { userCorrections } from '../../server/routing/classifier/user-corrections.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../../server/routing/snapshot.ts';
import { estimateTokens } from '../../server/routing/tokens.ts';
import type { Model } from '../../shared/models.ts';
import { promptOf } from './prompts.ts';
import { median, quantile } from './quantile.ts';
import type { Row } from './row.ts';

const rounds = 5;
const perRound = 2_000;

export function decisionRows(): Row[] {
  const taught = userCorrections();
  const [load, first] = firstMs();
  for (let index = 0; index < 100; index++) taught.addTooWeak(promptOf(index).slice(0, 200), 2);
  return [
    ...rowsOf('classify, 2 KB prompt', 150, (prompt) => void classify(prompt)),
    ...rowsOf('the same, after 100 wishes for stronger models', undefined, (prompt) => {
      classify(prompt, undefined, taught);
    }),
    ...rowsOf('classify + balance, 2 KB prompt, 50 models', 300, (prompt, index) => {
      decide(prompt, fifty[index % fifty.length] ?? snapshot('auto', 50));
    }),
    ...rowsOf('the same with 500 models', undefined, (prompt, index) => {
      decide(prompt, fiveHundred[index % fiveHundred.length] ?? snapshot('auto', 500));
    }),
    {
      what: 'classifier: its model',
      figure: readFileSync(fileOf('model.json')).length / 1024,
      unit: 'KB',
      aim: 250,
    },
    {
      what: 'classifier: loading it, with its code',
      figure: load,
      unit: 'ms',
      aim: 10,
      note: `then ${first.toFixed(1)} ms for the first prompt`,
    },
  ];
}

const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../server/routing/classifier/${name}`, import.meta.url));

/** Bundled as it ships; the schema library is loaded already, as in the server. The median of nine processes. */
function firstMs(): [load: number, first: number] {
  const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.cache-bench-', import.meta.url)));
  try {
    const outfile = join(folder, 'classify.cjs');
    buildSync({
      entryPoints: [fileOf('classify.ts')],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      external: ['zod'],
    });
    const program = `require('zod');const at=performance.now();const{classify}=require(${JSON.stringify(outfile)});const loaded=performance.now();classify('fix this');process.stdout.write(JSON.stringify([loaded-at,performance.now()-loaded]))`;
    const times = Array.from(
      { length: rounds + 4 },
      () =>
        JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })) as [number, number],
    );
    return [median(times.map(([load]) => load)), median(times.map(([, first]) => first))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Median and 99th percentile of many runs. */
function rowsOf(what: string, aim: number | undefined, work: (prompt: string, index: number) => void): Row[] {
  const run = (index: number): number => {
    const prompt = promptOf(index);
    const startedAt = performance.now();
    work(prompt, index);
    return (performance.now() - startedAt) * 1_000;
  };
  for (let index = 0; index < perRound; index++) run(index);
  const measured = Array.from({ length: rounds }, () =>
    Array.from({ length: perRound }, (_, index) => run(index)),
  );
  return [
    { what: `${what}: p50`, figure: median(measured.map((micros) => quantile(micros, 0.5))), unit: 'µs' },
    {
      what: `${what}: p99`,
      figure: median(measured.map((micros) => quantile(micros, 0.99))),
      unit: 'µs',
      ...(aim === undefined ? {} : { aim }),
    },
  ];
}

function decide(prompt: string, snapshot: RoutingSnapshot): void {
  const { task, difficulty } = classify(prompt);
  const promptTokens = estimateTokens(prompt);
  const route: RoutingCriteria = {
    task,
    difficulty,
    localOnly: false,
    needsTools: false,
    needsVision: false,
    promptTokens,
    maxPromptTokens: promptTokens * 2,
  };
  balance(route, snapshot);
}

const modelsOf = (length: number): readonly Model[] =>
  Array.from({ length }, (_, index) => {
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

const snapshot = (strategy: RoutingSnapshot['strategy'], length: number): RoutingSnapshot => {
  const models = modelsOf(length);
  return {
    models,
    cooldowns: new Map([
      ['provider-3', { rule: 'rate-limit', reason: 'It is at its rate limit.', untilMs: 1 }],
    ]),
    modelCooldowns: new Map(),
    tokensLeft: new Map(),
    speeds: new Map(
      models.map(({ id }, index) => [id, { firstTokenMs: 100 + ((index * 37) % 900), tokensPerSecond: 60 }]),
    ),
    tokenRatios: new Map(),
    coldStartMs: new Map(),
    recommendedLocal: models.filter(({ source }) => source === 'local').map(({ id }) => id),
    inFlight: new Map(),
    strategy,
    priorityOrder: ['local', 'provider-2', 'provider-4', 'provider-1'],
    taskTypes: {},
    roles: {},
    remainingBudget: { usd: 5, name: 'rumbo.budget.perDayUsd' },
    remainingBudgetByProvider: new Map(),
  };
};

const strategies = ['auto', 'priority', 'cost', 'performance', 'quality'] as const;
const fifty = strategies.map((strategy) => snapshot(strategy, 50));
const fiveHundred = strategies.map((strategy) => snapshot(strategy, 500));
