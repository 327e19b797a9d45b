/** Who types what, with which model: the same people, texts and models for every client. */
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

/** `paid`: Rumbo with a model that costs money. `free`: with one that does not, so that it is asked ahead. */
export const clients = ['naive', 'paid', 'free'] as const;
export type ClientName = (typeof clients)[number];

/** Milliseconds to the first text, and from piece to piece of some two tokens. */
const models = [
  { firstMs: 50, pieceMs: 4 },
  { firstMs: 200, pieceMs: 8 },
  { firstMs: 800, pieceMs: 15 },
  { firstMs: 2_000, pieceMs: 25 },
];
/** Who types what. `seed`: of the first file; each further one has the next. */
type People = {
  /** Milliseconds from key to key within a word: fast, usual, slow. */
  readonly typists: readonly number[];
  readonly files: readonly string[];
  readonly seed: number;
};

/** What the moments to ask are chosen by is not what they are judged by. */
export const people = {
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
} as const satisfies Record<string, People>;

export type Typed = {
  readonly people: keyof typeof people;
  /** Share of the lines that the model knows, 0–1. */
  readonly knows: number;
};

export type Result = {
  readonly client: ClientName;
  readonly firstMs: number;
  readonly keystrokes: number;
  readonly requests: number;
  /** UTF-16 units that were read of the answers. */
  readonly written: number;
  /** Requests by typist, the fastest first: who never stops gives a naive client no pause to ask in. */
  readonly byTypist: readonly number[];
  readonly cancelled: number;
  readonly stale: number;
  /** Offers, and of them those that cost no request of their own. */
  readonly offers: number;
  readonly typedThrough: number;
  readonly cached: number;
  readonly shared: number;
  /** Milliseconds from pause to text. */
  readonly p50: number;
  readonly p95: number;
  readonly meanMs: number;
  /** Pauses in which no text came. */
  readonly none: number;
  /** UTF-16 units that were accepted. */
  readonly accepted: number;
};

export async function typed(how: Typed): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const model of models) {
    for (const client of clients) results.push(await all(how, model, client));
  }
  return results;
}

async function all(
  { people: name, knows }: Typed,
  model: (typeof models)[number],
  client: ClientName,
): Promise<Result> {
  const { typists, files, seed }: People = people[name];
  const runs: Run[] = [];
  for (const [at, path] of files.entries()) {
    const part = partOf(path);
    for (const keyMs of typists) {
      const habits = { seed: seed + at, keyMs };
      const used = client === 'naive' ? client : { settings, free: client === 'free' };
      runs.push({ keyMs, ...(await simulate({ ...part, habits, renderer, knows, ...model, client: used })) });
    }
  }
  return resultOf(client, model.firstMs, typists, runs);
}

/** A file, and some 2,500 units of it past its head. */
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
  const how = (...names: readonly string[]): number =>
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
    offers: sum(({ tally }) => tally.offers),
    typedThrough: how('typing-as-suggested'),
    cached: how('cache', 'read-ahead', 'speculative'),
    shared: how('shared'),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    meanMs: waits.reduce((total, ms) => total + ms, 0) / waits.length,
    accepted: sum(({ tally }) => tally.acceptedUnits),
    none: sum(({ waits }) => waits.none),
  };
}
