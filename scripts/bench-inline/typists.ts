/** The simulated sessions: the same typists, files and models for every client. */
import { readFileSync } from 'node:fs';
import { chooseCompletionLength } from '../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../server/inline-completion/render/may-suggest.ts';
import { streamRenderer } from '../../server/inline-completion/render/stream-renderer.ts';
import type { Renderer } from '../../server/inline-completion/renderer.ts';
import type { SchedulerSettings } from '../../server/inline-completion/scheduler.ts';
import { type Simulated, simulate } from '../../test/support/typing/simulation.ts';
import { quantile } from '../bench/quantile.ts';

export const renderer: Renderer = { maySuggest, chooseCompletionLength, streamRenderer };

/** As shipped. */
export const settings: SchedulerSettings = {
  debounceMs: 75,
  cache: { entries: 1_000, bytes: 4_000_000 },
  revealAfterMs: 150,
  readAhead: true,
};

/** `paid`: Rumbo with a model that costs money. `free`: with one that does not, and gets speculative requests. */
export const clients = ['naive', 'paid', 'free'] as const;
export type ClientName = (typeof clients)[number];

/** Milliseconds to the first text, and between two pieces of some two tokens. */
const models = [
  { firstMs: 50, pieceMs: 4 },
  { firstMs: 200, pieceMs: 8 },
  { firstMs: 800, pieceMs: 15 },
  { firstMs: 2_000, pieceMs: 25 },
];
/** `seed`: of the first file; each further one has the next. */
type Sample = {
  /** Milliseconds between keys within a word: fast, usual, slow. */
  readonly typists: readonly number[];
  readonly files: readonly string[];
  readonly seed: number;
};

/** The sample that the scheduler is tuned with is not the one it is judged by. */
export const samples = {
  tuning: {
    typists: [110, 180, 260],
    files: ['server/cache/response-cache.ts', 'server/metrics/budget.ts', 'server/wire/ollama-chat.ts'],
    seed: 1,
  },
  'held-out': {
    typists: [95, 160, 290],
    files: [
      'server/resilience/health.ts',
      'server/secrets/keys.ts',
      'server/wire/gemini-request.ts',
      'client/views/rows.ts',
    ],
    seed: 11,
  },
} as const satisfies Record<string, Sample>;

export type SessionOptions = {
  readonly sample: keyof typeof samples;
  /** Share of the lines that the model knows, 0–1. */
  readonly knows: number;
};

export type Result = {
  readonly client: ClientName;
  readonly firstMs: number;
  readonly keystrokes: number;
  readonly requests: number;
  /** UTF-16 units read. */
  readonly written: number;
  /** Requests by typist, the fastest first: without pauses a naive client sends none. */
  readonly byTypist: readonly number[];
  readonly cancelled: number;
  readonly stale: number;
  /** Items, and of them those without a request of their own. */
  readonly items: number;
  readonly typingAsSuggested: number;
  readonly cached: number;
  readonly shared: number;
  /** Milliseconds from pause to text. */
  readonly p50: number;
  readonly p95: number;
  readonly meanMs: number;
  /** Pauses without text. */
  readonly none: number;
  /** Accepted UTF-16 units. */
  readonly accepted: number;
};

export async function runSessions(options: SessionOptions): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const model of models) {
    for (const client of clients) results.push(await runAll(options, model, client));
  }
  return results;
}

async function runAll(
  { sample, knows }: SessionOptions,
  model: (typeof models)[number],
  client: ClientName,
): Promise<Result> {
  const { typists, files, seed }: Sample = samples[sample];
  const runs: Run[] = [];
  for (const [index, path] of files.entries()) {
    const part = partOf(path);
    for (const keyMs of typists) {
      const profile = { seed: seed + index, keyMs };
      const used = client === 'naive' ? client : { settings, free: client === 'free' };
      runs.push({
        keyMs,
        ...(await simulate({ ...part, profile, renderer, knows, ...model, client: used })),
      });
    }
  }
  return resultOf(client, model.firstMs, typists, runs);
}

/** A file, and some 2,500 units of it after its beginning. */
export function partOf(path: string): { file: string; from: number; to: number } {
  const file = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const from = file.indexOf('\n', Math.floor(file.length / 5)) + 1;
  return { file, from, to: Math.min(from + 2_500, Math.floor(file.length * 0.9)) };
}

export type Run = Simulated & { readonly keyMs: number };

export function resultOf(
  client: ClientName,
  firstMs: number,
  typists: readonly number[],
  runs: readonly Run[],
): Result {
  const sum = (of: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((total, run) => total + of(run), 0);
  const itemsOf = (...names: readonly string[]): number =>
    sum(({ tally }) => names.reduce((total, name) => total + (tally.resultTypes.get(name) ?? 0), 0));
  const waits = runs.flatMap(({ waits }) => waits.ms);
  return {
    client,
    firstMs,
    keystrokes: sum(({ tally }) => tally.keystrokes),
    requests: sum(({ requests }) => requests),
    written: sum(({ written }) => written),
    byTypist: typists.map((ms) => sum(({ keyMs, requests }) => (keyMs === ms ? requests : 0))),
    cancelled: sum(({ cancelled }) => cancelled),
    stale: sum(({ tally }) => tally.stale),
    items: sum(({ tally }) => tally.items),
    typingAsSuggested: itemsOf('typing-as-suggested'),
    cached: itemsOf('cache', 'read-ahead', 'speculative'),
    shared: itemsOf('shared'),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    meanMs: waits.reduce((total, ms) => total + ms, 0) / waits.length,
    accepted: sum(({ tally }) => tally.acceptedUnits),
    none: sum(({ waits }) => waits.none),
  };
}
