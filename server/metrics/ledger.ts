/** The ledger: one row per answer with its cost, on disk when there is a folder. Never a prompt, never an answer. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { providerOf } from '../../shared/chat.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { oncePerTurn } from '../platform/once-per-turn.ts';
import { memoryUsageStore } from '../platform/state/memory-usage-store.ts';
import { sqliteUsageStore } from '../platform/state/sqlite-usage-store.ts';
import type { UsageStore } from '../platform/state/usage-store.ts';
import { type Period, periodStart, periods } from './calendar.ts';
import { type InlineUsage, inlineSpendingSince, inlineUsage } from './inline-usage.ts';
import { openLedger } from './ledger-file.ts';
import type { AnswerSample } from './model-stats.ts';
import { type SpendingFilter, type SpendingLine, type SpendingSum, spendingSums } from './spending.ts';
import { usageKeysOf } from './usage-keys.ts';

export interface Ledger {
  /** Adds a receipt; it is written to disk after the current work. */
  add(receipt: Receipt): void;
  /** Since the period began, in every window that uses this folder. */
  spending(period: Period, share?: SpendingFilter): SpendingSum;
  /** What budgets count on, in every window. */
  readonly usage: UsageStore;
  /** The latest answers whose provider reported token counts, oldest first. Empty without a folder. */
  recentSamples(count: number): readonly AnswerSample[];
  /** Ghost text: too many requests for a row each. Its cost counts in `spending`. */
  readonly inline: InlineUsage;
  dispose(): void;
}

/**
 * @param folder the user's storage folder. Absent: rows stay in memory only
 * @param now milliseconds since 1970
 * @param warn called with one sentence when the disk cannot be used
 */
export function createLedger(
  folder: string | undefined,
  now: () => number,
  warn: (message: string) => void,
): Ledger {
  const reportFailure = (error: unknown) => {
    const why = error instanceof Error ? error.message : 'unknown reason';
    warn(`The ledger cannot be used (${why}); spending is counted in memory only.`);
  };
  const database = folder === undefined ? undefined : openLedger(folder, reportFailure);
  const statements = new Map<string, StatementSync>();
  const prepared = (open: DatabaseSync, sql: string): StatementSync => {
    const statement = statements.get(sql) ?? open.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };

  const sums = spendingSums();
  let began: Record<Period, number> = { day: 0, month: 0 };
  let seenVersion: unknown;
  const { defer, write } = writeQueue(reportFailure);

  /** Receipts that are not in the file yet. */
  const receipts: Receipt[] = [];

  const read = (open: DatabaseSync) => {
    for (const period of periods) {
      sums.merge(period, linesSince(open, began[period]));
      sums.merge(period, inlineSpendingSince(open, began[period]));
    }
  };
  /** SQLite reports when another window has written. */
  const readOthers = (open: DatabaseSync) => {
    try {
      const version = prepared(open, 'pragma data_version').get()?.['data_version'];
      if (version === seenVersion) return;
      write();
      read(open);
      seenVersion = version;
    } catch {
      // The sums in memory still apply; writing has reported the problem.
    }
  };
  const readOthersOncePerTurn = oncePerTurn(() => database && readOthers(database));
  /** A new day or month starts at zero. */
  const catchUp = () => {
    for (const period of periods) {
      const start = periodStart(period, now());
      if (start === began[period]) continue;
      began = { ...began, [period]: start };
      sums.begin(period);
      seenVersion = undefined;
    }
    if (!database) return;
    if (seenVersion === undefined) readOthers(database);
    else readOthersOncePerTurn();
  };
  catchUp();

  const inline = inlineUsage({
    database,
    defer,
    now,
    onError: reportFailure,
    onSpending(line) {
      catchUp();
      sums.add(line);
    },
    flush: write,
  });

  if (database) seedUsage(database, now(), reportFailure);
  const usage = database
    ? sqliteUsageStore({ database, now, defer, flush: write, onError: reportFailure })
    : memoryUsageStore(now);
  if (database) defer(() => void usage.expire());

  return {
    inline,
    usage,
    add(receipt) {
      catchUp();
      const { model, role, costUsd } = receipt;
      sums.add({
        provider: providerOf(model),
        role: role ?? '',
        costUsd: costUsd ?? 0,
        requests: 1,
        unknownPrice: costUsd === null ? 1 : 0,
      });
      if (!database) return;
      receipts.push(receipt);
      if (receipts.length === 1)
        defer(() => insertAll(database, receipts.splice(0), prepared(database, insertAnswer), reportFailure));
    },
    spending(period, share) {
      catchUp();
      return sums.of(period, share);
    },
    recentSamples(count) {
      if (!database) return [];
      try {
        return rowsBefore(database, count);
      } catch (error) {
        reportFailure(error);
        return [];
      }
    },
    dispose() {
      write();
      try {
        usage.dispose();
      } catch {
        // Its leases expire by themselves.
      }
      database?.close();
    },
  };
}

/** Work that runs together after the current turn of the event loop; `write` runs it now. */
function writeQueue(onError: (error: unknown) => void) {
  const pending: (() => void)[] = [];
  const write = () => {
    for (const work of pending.splice(0)) {
      try {
        work();
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    write,
    defer(work: () => void): void {
      pending.push(work);
      if (pending.length === 1) setImmediate(write);
    },
  };
}

/** Several rows in one transaction, since each transaction writes whole pages. A row that fails costs only itself. */
function insertAll(
  open: DatabaseSync,
  rows: readonly Receipt[],
  statement: StatementSync,
  onError: (error: unknown) => void,
): void {
  const grouped = rows.length > 1;
  if (grouped) open.exec('begin immediate');
  for (const row of rows) {
    try {
      insert(statement, row);
    } catch (error) {
      onError(error);
    }
  }
  if (!grouped) return;
  try {
    open.exec('commit');
  } catch (error) {
    open.exec('rollback');
    throw error;
  }
}

const insertAnswer = `insert or ignore into answers
  (id, at, model, task, role, input, output, cost_usd, total_ms, cached, estimated_input, first_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function insert(statement: StatementSync, receipt: Receipt): void {
  const { id, at, model, task, role, usage, usageEstimated, predicted, promptCut } = receipt;
  const { costUsd, totalMs, timeToFirstTokenMs, cached } = receipt;
  statement.run(
    id,
    Date.parse(at),
    model,
    task,
    role,
    usage.input,
    usage.output,
    costUsd,
    totalMs,
    cached ? 1 : 0,
    // Neither an estimate of usage nor a prompt that was cut shows how accurate estimates are.
    usageEstimated || promptCut ? null : (predicted?.plainInputTokens ?? null),
    timeToFirstTokenMs,
  );
}

function rowsBefore(database: DatabaseSync, count: number): readonly AnswerSample[] {
  return database
    .prepare(
      `select model, task, input, output, estimated_input, first_ms, total_ms from answers
       where cached = 0 and estimated_input > 0 order by at desc limit ?`,
    )
    .all(count)
    .reverse()
    .map(({ model, task, input, output, estimated_input, first_ms, total_ms }) => ({
      model: text(model),
      task: text(task),
      estimatedTokens: Number(estimated_input),
      usage: { input: Number(input), output: Number(output) },
      firstTokenMs: first_ms === null ? null : Number(first_ms),
      streamMs: Number(total_ms) - Number(first_ms ?? total_ms),
    }));
}

const text = (value: SQLOutputValue | undefined): string => (typeof value === 'string' ? value : '');

function linesSince(database: DatabaseSync, start: number): SpendingLine[] {
  return database
    .prepare(
      `select substr(model, 1, instr(model, '/') - 1) as provider, coalesce(role, '') as role,
         coalesce(sum(cost_usd), 0) as cost, count(*) as requests, count(*) - count(cost_usd) as unknown
       from answers where at >= ? group by 1, 2`,
    )
    .all(start)
    .map(({ provider, role, cost, requests, unknown }) => ({
      provider: text(provider),
      role: text(role),
      costUsd: Number(cost),
      requests: Number(requests),
      unknownPrice: Number(unknown),
    }));
}

/** Raised when `seedUsage` has filled the usage counters. */
const seededVersion = 1;

/** A file of an earlier version has rows and no usage counters: those of the current day and month are computed once. */
function seedUsage(database: DatabaseSync, now: number, failed: (error: unknown) => void): void {
  const isSeeded = () =>
    Number(database.prepare('pragma user_version').get()?.['user_version']) >= seededVersion;
  let isOpen = false;
  try {
    if (isSeeded()) return;
    database.exec('begin immediate');
    isOpen = true;
    // Another window may have been quicker.
    if (!isSeeded()) {
      const add = database.prepare(
        'insert into usage_counters (key, used, ends_at) values (?, ?, ?) on conflict (key) do update set used = used + excluded.used',
      );
      for (const period of periods) {
        const start = periodStart(period, now);
        for (const line of [...linesSince(database, start), ...inlineSpendingSince(database, start)]) {
          for (const counter of usageKeysOf(line, now))
            if (counter.period === period) add.run(counter.key, line.costUsd, counter.endsAtMs);
        }
      }
      database.exec(`pragma user_version = ${seededVersion}`);
    }
    database.exec('commit');
  } catch (error) {
    if (isOpen) database.exec('rollback');
    failed(error);
  }
}
