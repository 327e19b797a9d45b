/** Who types what, with which model: the same people, texts and models for every client. */
import { readFileSync } from 'node:fs';
import { mayAsk } from '../../server/inline/show/may-ask.ts';
import { shapeFor } from '../../server/inline/show/shape.ts';
import { showing } from '../../server/inline/show/showing.ts';
import type { Show } from '../../server/inline/show.ts';
import type { SuggesterSettings } from '../../server/inline/suggester.ts';
import { type Simulated, simulate } from '../../test/support/typing/simulation.ts';
import { quantile } from '../bench/quantile.ts';

export const show: Show = { mayAsk, shapeFor, showing };

export const settings: SuggesterSettings = {
  debounceMs: 300,
  cache: { entries: 1_000, bytes: 8_000_000 },
  patienceMs: 250,
  lookAhead: true,
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
/** Milliseconds from key to key within a word: fast, usual, slow. */
export const typists = [110, 180, 260];
const files = ['server/cache/response-cache.ts', 'server/metrics/budget.ts', 'server/wire/ollama-chat.ts'];

export type Result = {
  readonly client: ClientName;
  readonly firstMs: number;
  readonly keystrokes: number;
  readonly requests: number;
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
};

export async function typed(): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const model of models) {
    for (const client of clients) results.push(await all(model, client));
  }
  return results;
}

async function all(model: (typeof models)[number], client: ClientName): Promise<Result> {
  const runs: (Simulated & { readonly keyMs: number })[] = [];
  for (const [seed, path] of files.entries()) {
    const file = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const from = file.indexOf('\n', Math.floor(file.length / 5)) + 1;
    const to = Math.min(from + 2_500, file.lastIndexOf('\n', file.length * 0.9) + 1);
    for (const keyMs of typists) {
      const habits = { seed: seed + 1, keyMs };
      const used = client === 'naive' ? client : { settings, free: client === 'free' };
      runs.push({ keyMs, ...(await simulate({ file, from, to, habits, show, ...model, client: used })) });
    }
  }
  const sum = (of: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((total, run) => total + of(run), 0);
  const how = (...names: readonly string[]): number =>
    sum(({ tally }) => names.reduce((total, name) => total + (tally.how.get(name) ?? 0), 0));
  const waits = runs.flatMap(({ waits }) => waits.ms);
  return {
    client,
    firstMs: model.firstMs,
    keystrokes: sum(({ tally }) => tally.keystrokes),
    requests: sum(({ requests }) => requests),
    byTypist: typists.map((ms) => sum(({ keyMs, requests }) => (keyMs === ms ? requests : 0))),
    cancelled: sum(({ cancelled }) => cancelled),
    stale: sum(({ tally }) => tally.stale),
    offers: sum(({ tally }) => tally.offers),
    typedThrough: how('typed-through'),
    cached: how('cache', 'streak', 'speculated'),
    shared: how('shared'),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    meanMs: waits.reduce((total, ms) => total + ms, 0) / waits.length,
    none: sum(({ waits }) => waits.none),
  };
}
