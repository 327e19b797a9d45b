/** Usage of ghost text by day and model: a row for each pair instead of one for each request. Never its text. */
import type { ModelId } from '../../shared/chat.ts';
import type { JournalRow } from '../platform/state/journal-entry.ts';
import { periodStart } from './calendar.ts';

/** The role of ghost text, for budgets. */
export const inlineRole = 'inline';

export type InlineCounts = {
  readonly requests: number;
  /** Of them, those cancelled before the completion was whole. */
  readonly cancelled: number;
  readonly offered: number;
  readonly accepted: number;
  /** UTF-16 units of accepted text that were still in the document after a while. */
  readonly keptCharacters: number;
  /** Tokens. */
  readonly input: number;
  readonly output: number;
  /** US dollars, of requests whose price is known. */
  readonly costUsd: number;
  /** Requests whose price is unknown. */
  readonly unknownPrice: number;
};

export type InlineUsage = {
  /** @param ms milliseconds since the request began: it belongs to that day. Absent: now */
  add(model: ModelId, counts: Partial<InlineCounts>, ms?: number): void;
  /** Since midnight, local time, in every window; by model. */
  today(): ReadonlyMap<ModelId, InlineCounts>;
  /** The same for the last two weeks. */
  lastTwoWeeks(): ReadonlyMap<ModelId, InlineCounts>;
};

/** Milliseconds of days that are kept apart. */
export const recentInlineMs = 14 * 24 * 3_600_000;
const none: InlineCounts = {
  requests: 0,
  cancelled: 0,
  offered: 0,
  accepted: 0,
  keptCharacters: 0,
  input: 0,
  output: 0,
  costUsd: 0,
  unknownPrice: 0,
};
const fields = Object.keys(none) as readonly (keyof InlineCounts)[];

const columnOf = (field: keyof InlineCounts): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** The columns of the counts. */
export const inlineColumns = fields.map(columnOf);

/** A row for a journal. @param at when the request began, in milliseconds since 1970 */
export const inlineRow = (model: ModelId, counts: Partial<InlineCounts>, at: number): JournalRow => ({
  kind: 'inline',
  at,
  model,
  ...Object.fromEntries(fields.flatMap((field) => (counts[field] ? [[columnOf(field), counts[field]]] : []))),
});

/** Counts of days, in memory. */
export function inlineCounts() {
  const days = new Map<number, Map<ModelId, InlineCounts>>();
  return {
    /** @param row with some of the columns */
    add(model: ModelId, row: Readonly<Record<string, unknown>>, at: number): void {
      const day = periodStart('day', at);
      const models = days.get(day) ?? new Map<ModelId, InlineCounts>();
      days.set(day, models);
      const before = models.get(model) ?? none;
      const sum = (field: keyof InlineCounts): number => before[field] + Number(row[columnOf(field)] ?? 0);
      models.set(model, Object.fromEntries(fields.map((field) => [field, sum(field)])) as InlineCounts);
    },
    since(start: number): ReadonlyMap<ModelId, InlineCounts> {
      const all = new Map<ModelId, InlineCounts>();
      for (const [day, models] of days) {
        if (day < start) continue;
        for (const [model, counts] of models) all.set(model, plus(all.get(model) ?? none, counts));
      }
      return all;
    },
  };
}

const plus = (one: InlineCounts, more: InlineCounts): InlineCounts =>
  Object.fromEntries(fields.map((field) => [field, one[field] + more[field]])) as InlineCounts;
