/** Usage of ghost text by day and model: a row for each pair instead of one for each request. Never its text. */
import type { DatabaseSync } from 'node:sqlite';
import { type ModelId, providerOf } from '../../shared/chat.ts';
import { periodStart } from './calendar.ts';
import type { SpendingLine } from './spending.ts';

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
  add(model: ModelId, counts: Partial<InlineCounts>): void;
  /** Since midnight, local time, in every window; by model. */
  today(): ReadonlyMap<ModelId, InlineCounts>;
  /** The same for the last two weeks. */
  lastTwoWeeks(): ReadonlyMap<ModelId, InlineCounts>;
};

export type InlineUsageDeps = {
  /** `undefined`: rows stay in memory only. */
  readonly database: DatabaseSync | undefined;
  /** Runs the work after the current one. */
  readonly defer: (work: () => void) => void;
  /** Runs everything that is deferred, now. */
  readonly flush: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** Called at once with what was spent. */
  readonly onSpending: (line: SpendingLine) => void;
};

const recentMs = 14 * 24 * 3_600_000;
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

export function inlineUsage({
  database,
  defer,
  flush,
  now,
  onError,
  onSpending,
}: InlineUsageDeps): InlineUsage {
  /** Of this window, without a disk. By day. */
  const memory = new Map<number, Map<ModelId, InlineCounts>>();

  const since = (start: number): ReadonlyMap<ModelId, InlineCounts> => {
    if (!database) {
      const all = new Map<ModelId, InlineCounts>();
      for (const [day, models] of memory) {
        if (day < start) continue;
        for (const [model, counts] of models) all.set(model, plus(all.get(model) ?? none, counts));
      }
      return all;
    }
    try {
      flush();
      return readRows(database, start);
    } catch (error) {
      onError(error);
      return new Map();
    }
  };

  return {
    add(model, more) {
      const { costUsd = 0, unknownPrice = 0 } = more;
      if (costUsd > 0 || unknownPrice > 0)
        onSpending({ provider: providerOf(model), role: inlineRole, costUsd, requests: 0, unknownPrice });
      const day = periodStart('day', now());
      const counts = plus(none, more);
      if (database) return defer(() => addToRow(database, day, model, counts));
      const models = memory.get(day) ?? new Map<ModelId, InlineCounts>();
      memory.set(day, models);
      models.set(model, plus(models.get(model) ?? none, counts));
    },
    today: () => since(periodStart('day', now())),
    lastTwoWeeks: () => since(periodStart('day', now() - recentMs)),
  };
}

/** The cost of ghost text, as lines of the ledger's sums. */
export function inlineSpendingSince(database: DatabaseSync, start: number): SpendingLine[] {
  return database
    .prepare(
      `select substr(model, 1, instr(model, '/') - 1) as provider, sum(cost_usd) as cost, sum(unknown_price) as unknown
       from inline where day >= ? group by 1`,
    )
    .all(start)
    .map(({ provider, cost, unknown }) => ({
      provider: String(provider),
      role: inlineRole,
      costUsd: Number(cost),
      requests: 0,
      unknownPrice: Number(unknown),
    }));
}

const plus = (one: InlineCounts, more: Partial<InlineCounts>): InlineCounts =>
  Object.fromEntries(fields.map((field) => [field, one[field] + (more[field] ?? 0)])) as InlineCounts;

const columnOf = (field: keyof InlineCounts): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const columns = fields.map(columnOf);

/** Windows add to the same row. */
function addToRow(database: DatabaseSync, day: number, model: ModelId, counts: InlineCounts): void {
  database
    .prepare(
      `insert into inline (day, model, ${columns.join(', ')}) values (?, ?, ${columns.map(() => '?').join(', ')})
       on conflict (day, model) do update set ${columns.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
    )
    .run(day, model, ...fields.map((field) => counts[field]));
}

function readRows(database: DatabaseSync, start: number): ReadonlyMap<ModelId, InlineCounts> {
  const sums = columns.map((name) => `sum(${name}) as ${name}`).join(', ');
  const rows = database.prepare(`select model, ${sums} from inline where day >= ? group by model`).all(start);
  return new Map(
    rows.map((row) => [
      String(row['model']) as ModelId,
      Object.fromEntries(fields.map((field) => [field, Number(row[columnOf(field)])])) as InlineCounts,
    ]),
  );
}
