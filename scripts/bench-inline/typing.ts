/** Requests and waits of the simulated sessions, as a table and against the aims. */
import type { Row } from '../bench/row.ts';
import { type Result, type SessionOptions, samples } from './typists.ts';

const head = [
  'To first text',
  'Client',
  'Requests / 100 keys',
  'Cancelled',
  'Read / request',
  'Outdated shown',
  'Pause to text: p50',
  'p95',
  'mean',
  'Without text',
  'Accepted / 100 keys',
  'Typing as suggested',
  'Cache',
  'Shared',
];

export function typingTable(results: readonly Result[]): string {
  const cells = results.map((result) => [
    `${result.firstMs} ms`,
    result.client,
    ((100 * result.requests) / result.keystrokes).toFixed(1),
    percent(result.cancelled, result.requests),
    `${Math.round(result.written / Math.max(1, result.requests))}`,
    `${result.stale}`,
    `${Math.round(result.p50)} ms`,
    `${Math.round(result.p95)} ms`,
    `${Math.round(result.meanMs)} ms`,
    `${result.none}`,
    ((100 * result.accepted) / result.keystrokes).toFixed(0),
    percent(result.typingAsSuggested, result.items),
    percent(result.cached, result.items),
    percent(result.shared, result.items),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...cells].map((line) => line[at]?.length ?? 0)));
  return [head, ...cells]
    .map((line) => line.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  '))
    .join('\n');
}

/** Against the naive client with the same model. */
export function typingRows(results: readonly Result[], options: SessionOptions): readonly Row[] {
  const { typists } = samples[options.sample];
  const stale = results.reduce((sum, { client, stale }) => sum + (client === 'naive' ? 0 : stale), 0);
  return [
    ...results.flatMap((result): Row[] => {
      const naive = results.find(({ client, firstMs }) => client === 'naive' && firstMs === result.firstMs);
      if (!naive || result.client === 'naive') return [];
      const what = `${result.firstMs} ms, ${result.client}:`;
      const each = result.byTypist.map((requests, at) => percent(requests, naive.byTypist[at] ?? 0));
      const note = `keys ${typists.join(', ')} ms apart: ${each.join(', ')}`;
      return [
        {
          what: `${what} requests of the naive client's`,
          figure: share(result.requests, naive.requests),
          unit: '%',
          aim: 40,
          note,
        },
        {
          what: `${what} waiting of the naive client's`,
          figure: share(result.meanMs, naive.meanMs),
          unit: '%',
          aim: 60,
        },
        {
          what: `${what} p95 of waiting of the naive client's`,
          figure: share(result.p95, naive.p95),
          unit: '%',
          aim: 100,
        },
      ];
    }),
    { what: 'outdated suggestions shown', figure: stale, unit: '', aim: 0 },
  ];
}

const share = (part: number, whole: number): number => (100 * part) / whole;
const percent = (part: number, whole: number): string => `${Math.round(share(part, Math.max(1, whole)))} %`;
