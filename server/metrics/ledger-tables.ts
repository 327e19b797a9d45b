/** What the tables of the ledger's file hold, and the statements on them. Each throws what SQLite throws. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { providerOf } from '../../shared/chat.ts';
import type { JournalRow } from '../platform/state/journal-entry.ts';
import { type Period, periodStart } from './calendar.ts';
import { inlineColumns, inlineRole, recentInlineMs } from './inline-usage.ts';
import { isAnswerRow, timeOfRow } from './ledger-rows.ts';
import type { AnswerSample } from './model-stats.ts';
import type { SpendingLine } from './spending.ts';
import { usageKeysOf } from './usage-keys.ts';

/** Everything or nothing; a file that another program has locked fails at once. */
export function inTransaction<T>(
  database: DatabaseSync,
  work: () => T,
  kind: 'immediate' | 'deferred' = 'immediate',
): T {
  database.exec(`begin ${kind}`);
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    // SQLite has ended it by itself after some errors.
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

const statementsOf = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** The statement, compiled once. */
function prepared(database: DatabaseSync, sql: string): StatementSync {
  const statements = statementsOf.get(database) ?? new Map<string, StatementSync>();
  statementsOf.set(database, statements);
  const statement = statements.get(sql) ?? database.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

export const addToCounter = (database: DatabaseSync, key: string, amount: number, endsAtMs: number): void =>
  void prepared(
    database,
    'insert into usage_counters (key, used, ends_at) values (?, ?, ?) on conflict (key) do update set used = used + excluded.used',
  ).run(key, amount, endsAtMs);

const answerColumns = [
  'id',
  'at',
  'model',
  'task',
  'role',
  'input',
  'output',
  'cost_usd',
  'total_ms',
  'cached',
  'estimated_input',
  'first_ms',
] as const;

const insertAnswer = `insert or ignore into answers (${answerColumns.join(', ')}) values (${answerColumns.map(() => '?').join(', ')})`;
const addToInline = `insert into inline (day, model, ${inlineColumns.join(', ')}) values (?, ?, ${inlineColumns.map(() => '?').join(', ')})
    on conflict (day, model) do update set ${inlineColumns.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`;

/** Adds a row of a journal; one that is there already stays. */
export function insertRow(database: DatabaseSync, row: JournalRow): void {
  if (isAnswerRow(row)) {
    const values: SQLInputValue[] = [];
    for (const name of answerColumns) values.push(row[name] ?? null);
    prepared(database, insertAnswer).run(...values);
    return;
  }
  const values: SQLInputValue[] = inlineColumns.map((name) => row[name] ?? 0);
  prepared(database, addToInline).run(periodStart('day', timeOfRow(row)), row['model'] ?? '', ...values);
}

/** What is stored of a journal, in bytes, and whether nothing follows. */
export type StoredJournal = { readonly bytes: number; readonly isClosed: boolean };

export const storedJournal = (database: DatabaseSync, name: string): StoredJournal => {
  const row = prepared(database, 'select bytes, closed from journals where name = ?').get(name);
  return { bytes: Number(row?.['bytes'] ?? 0), isClosed: row?.['closed'] === 1 };
};

export const markStored = (database: DatabaseSync, name: string, { bytes, isClosed }: StoredJournal): void =>
  void prepared(
    database,
    'insert into journals (name, bytes, closed) values (?, ?, ?) on conflict (name) do update set bytes = excluded.bytes, closed = excluded.closed',
  ).run(name, bytes, isClosed ? 1 : 0);

export const insertReservation = (
  database: DatabaseSync,
  { id, at, amount, model }: { id: string; at: number; amount: number; model: string | null },
): void =>
  void prepared(
    database,
    'insert or ignore into reservations (id, at, amount, model) values (?, ?, ?, ?)',
  ).run(id, at, amount, model);

/** What the file held at one moment. */
export type LedgerSnapshot = {
  readonly counters: ReadonlyMap<string, { readonly used: number; readonly endsAtMs: number }>;
  readonly journals: ReadonlyMap<string, StoredJournal>;
  /** Of the current day. */
  readonly today: readonly SpendingLine[];
  /** Of the other days of the month. */
  readonly otherDays: readonly SpendingLine[];
  readonly inlineDays: readonly {
    readonly day: number;
    readonly model: string;
    readonly row: Readonly<Record<string, unknown>>;
  }[];
};

export const readSnapshot = (database: DatabaseSync, now: number): LedgerSnapshot =>
  inTransaction(
    database,
    () => {
      const [day, month] = [periodStart('day', now), periodStart('month', now)];
      return {
        counters: new Map(
          database
            .prepare('select key, used, ends_at from usage_counters')
            .all()
            .map(({ key, used, ends_at }) => [
              String(key),
              { used: Number(used), endsAtMs: Number(ends_at) },
            ]),
        ),
        journals: new Map(
          database
            .prepare('select name, bytes, closed from journals')
            .all()
            .map(({ name, bytes, closed }) => [
              String(name),
              { bytes: Number(bytes), isClosed: closed === 1 },
            ]),
        ),
        today: linesBetween(database, day, Number.MAX_SAFE_INTEGER),
        otherDays: linesBetween(database, month, day),
        inlineDays: database
          .prepare('select * from inline where day >= ?')
          .all(periodStart('day', now - recentInlineMs))
          .map((row) => ({ day: Number(row['day']), model: String(row['model']), row })),
      };
    },
    'deferred',
  );

/** Sums of answers and ghost text of requests that began in this time. */
function linesBetween(database: DatabaseSync, from: number, to: number): SpendingLine[] {
  const answers = database
    .prepare(
      `select substr(model, 1, instr(model, '/') - 1) as provider, coalesce(role, '') as role,
         coalesce(sum(cost_usd), 0) as cost, count(*) as requests, count(*) - count(cost_usd) as unknown
       from answers where at >= ? and at < ? group by 1, 2`,
    )
    .all(from, to)
    .map(({ provider, role, cost, requests, unknown }) => ({
      provider: String(provider),
      role: String(role),
      costUsd: Number(cost),
      requests: Number(requests),
      unknownPrice: Number(unknown),
    }));
  const inline = database
    .prepare('select model, cost_usd, unknown_price from inline where day >= ? and day < ?')
    .all(from, to)
    .map(({ model, cost_usd, unknown_price }) => ({
      provider: providerOf(String(model)),
      role: inlineRole,
      costUsd: Number(cost_usd),
      requests: 0,
      unknownPrice: Number(unknown_price),
    }));
  return [...answers, ...inline];
}

/** Counts the rows of the current day and month on counters that hold nothing. @param isCounted rows that are counted elsewhere */
export function seedCounters(database: DatabaseSync, now: number): void {
  const [day, month] = [periodStart('day', now), periodStart('month', now)];
  const add = (lines: readonly SpendingLine[], wanted: Period): void => {
    for (const line of lines)
      for (const { key, period, endsAtMs } of usageKeysOf(line, now))
        if (period === wanted) addToCounter(database, key, line.costUsd, endsAtMs);
  };
  add(linesBetween(database, day, Number.MAX_SAFE_INTEGER), 'day');
  add(linesBetween(database, month, Number.MAX_SAFE_INTEGER), 'month');
}

/** Deletes counters that no clock that is set back could need. */
export const deleteOldCounters = (database: DatabaseSync, before: number): void =>
  void prepared(database, 'delete from usage_counters where ends_at <= ?').run(before);

/** The latest answers whose provider reported token counts, oldest first. */
export function latestSamples(database: DatabaseSync, count: number): readonly AnswerSample[] {
  return database
    .prepare(
      `select model, task, input, output, estimated_input, first_ms, total_ms from answers
       where cached = 0 and estimated_input > 0 order by at desc limit ?`,
    )
    .all(count)
    .reverse()
    .map(({ model, task, input, output, estimated_input, first_ms, total_ms }) => ({
      model: String(model),
      task: String(task),
      estimatedTokens: Number(estimated_input),
      usage: { input: Number(input), output: Number(output) },
      firstTokenMs: first_ms === null ? null : Number(first_ms),
      streamMs: Number(total_ms) - Number(first_ms ?? total_ms),
    }));
}
