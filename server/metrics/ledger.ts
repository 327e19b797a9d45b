/** What was spent: one row for each answer, on disk where there is a folder for it. Never a prompt, never an answer. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { providerOf } from '../../shared/chat.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { type Period, periodStart, periods } from './calendar.ts';
import { type InlineUsage, inlineSpendingSince, inlineUsage } from './inline-usage.ts';
import { openLedger } from './ledger-file.ts';
import {
  type SpendingFilter,
  type SpendingLine,
  type SpendingOwner,
  type SpendingSum,
  spendingSums,
} from './spending.ts';

/** Money set aside for a request in flight. */
export type Reservation = SpendingOwner & { readonly usd: number };

export interface Ledger {
  /** Adds a receipt; the disk is written after the current work. */
  add(receipt: Receipt): void;
  /** Since the period began, of every window that writes into this folder. */
  spending(period: Period, share?: SpendingFilter): SpendingSum;
  /** US dollars set aside now, in every window. */
  reservedUsd(share?: SpendingFilter): number;
  /**
   * Sets money aside unless `allowed` says no when it is asked, with every other window kept waiting. Returns what
   * gives it back, once, after the rows added before it; `undefined`: it was not allowed.
   * @param shared whether other windows must see it; without a limit to keep they need not
   */
  reserve(wanted: Reservation, allowed: () => boolean, shared: boolean): (() => void) | undefined;
  /** The last answers whose provider counted their tokens, oldest first. Empty without a folder. */
  recentSamples(count: number): readonly PastAnswer[];
  /** Ghost text: too many requests for a row each. Its cost counts in `spent`. */
  readonly inline: InlineUsage;
  dispose(): void;
}

/** What a row tells of how a model answers. */
export type PastAnswer = {
  readonly model: string;
  readonly task: string;
  readonly estimatedTokens: number;
  readonly usage: { readonly input: number; readonly output: number };
  /** `null`: no text came. */
  readonly firstTokenMs: number | null;
  readonly streamMs: number;
};

/** A window that ended without a word gives its reservations back after this long. */
const longestRequestMs = 3_600_000;

/**
 * @param folder the user's storage folder. Absent: rows live in memory only
 * @param now milliseconds since 1970
 * @param warn told in one sentence when the disk cannot be used
 */
export function ledger(
  folder: string | undefined,
  now: () => number,
  warn: (message: string) => void,
): Ledger {
  const inMemory = (error: unknown) => {
    const why = error instanceof Error ? error.message : 'unknown reason';
    warn(`The ledger cannot be used (${why}); what is spent is counted in memory only.`);
  };
  const database = folder === undefined ? undefined : openLedger(folder, inMemory);
  const statements = new Map<string, StatementSync>();
  const prepared = (open: DatabaseSync, sql: string): StatementSync => {
    const known = statements.get(sql) ?? open.prepare(sql);
    statements.set(sql, known);
    return known;
  };

  /** This window, among those who share the file. */
  const owner = randomUUID();
  const sums = spendingSums();
  let began: Record<Period, number> = { day: 0, month: 0 };
  let seenVersion: unknown;
  /** Reservations of this window, and of the others as last read. */
  const own = new Map<string, Reservation>();
  let others: readonly Reservation[] = [];

  const pending: (() => void)[] = [];
  const defer = (work: () => void) => {
    pending.push(work);
    if (pending.length === 1) setImmediate(write);
  };
  const write = () => {
    for (const work of pending.splice(0)) {
      try {
        work();
      } catch (error) {
        inMemory(error);
      }
    }
  };

  const read = (open: DatabaseSync) => {
    for (const period of periods) {
      sums.merge(period, linesSince(open, began[period]));
      sums.merge(period, inlineSpendingSince(open, began[period]));
    }
    const rows = prepared(
      open,
      'select provider, role, usd from reservations where owner <> ? and at > ?',
    ).all(owner, now() - longestRequestMs);
    others = rows.map(({ provider, role, usd }) => ({
      provider: text(provider),
      role: text(role),
      usd: Number(usd),
    }));
  };
  /** Another window spends from the same budgets, and SQLite says when it has written; a new day begins at nothing. */
  const catchUp = () => {
    for (const period of periods) {
      const start = periodStart(period, now());
      if (start === began[period]) continue;
      began = { ...began, [period]: start };
      sums.begin(period);
      seenVersion = undefined;
    }
    if (!database) return;
    try {
      const version = prepared(database, 'pragma data_version').get()?.['data_version'];
      if (version === seenVersion) return;
      write();
      read(database);
      seenVersion = version;
    } catch {
      // What is counted in memory stands; writing has said what is wrong.
    }
  };
  catchUp();

  const inline = inlineUsage({
    database,
    defer,
    now,
    onError: inMemory,
    onSpending(line) {
      catchUp();
      sums.add(line);
    },
    flush: write,
  });

  const isMeant =
    ({ provider, role }: SpendingFilter) =>
    (each: SpendingOwner) =>
      (provider ?? each.provider) === each.provider && (role ?? each.role) === each.role;

  return {
    inline,
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
      if (database) defer(() => insert(prepared(database, insertAnswer), receipt));
    },
    spending(period, share) {
      catchUp();
      return sums.of(period, share);
    },
    reservedUsd(share = {}) {
      catchUp();
      return [...own.values(), ...others].filter(isMeant(share)).reduce((sum, { usd }) => sum + usd, 0);
    },
    reserve(wanted, allowed, shared) {
      const id = randomUUID();
      const onDisk = database && shared ? database : undefined;
      if (onDisk && !reserveOnDisk(onDisk, id, wanted, allowed)) return undefined;
      if (!onDisk && !allowed()) return undefined;
      own.set(id, wanted);
      return () => {
        if (!own.delete(id) || !onDisk) return;
        defer(() => prepared(onDisk, 'delete from reservations where id = ?').run(id));
      };
    },
    recentSamples(count) {
      if (!database) return [];
      try {
        return rowsBefore(database, count);
      } catch (error) {
        inMemory(error);
        return [];
      }
    },
    dispose() {
      write();
      try {
        if (database) prepared(database, 'delete from reservations where owner = ?').run(owner);
      } catch {
        // They end by themselves after a while.
      }
      database?.close();
    },
  };

  /** Looks and takes in one step: two windows must not both find the last cent. */
  function reserveOnDisk(
    open: DatabaseSync,
    id: string,
    { provider, role, usd }: Reservation,
    allowed: () => boolean,
  ): boolean {
    try {
      write();
      open.exec('begin immediate');
    } catch (error) {
      inMemory(error);
      return allowed();
    }
    try {
      read(open);
      const yes = allowed();
      if (yes)
        prepared(open, 'insert into reservations values (?, ?, ?, ?, ?, ?)').run(
          id,
          owner,
          now(),
          provider,
          role,
          usd,
        );
      open.exec('commit');
      return yes;
    } catch (error) {
      open.exec('rollback');
      inMemory(error);
      return allowed();
    }
  }
}

const insertAnswer = `insert or ignore into answers
  (id, at, model, task, role, input, output, cost_usd, total_ms, cached, estimated_input, first_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function insert(statement: StatementSync, receipt: Receipt): void {
  const { id, at, model, task, role, usage, usageEstimated, predicted } = receipt;
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
    // What we counted ourselves teaches nothing about how well we count.
    usageEstimated ? null : (predicted?.plainInputTokens ?? null),
    timeToFirstTokenMs,
  );
}

function rowsBefore(database: DatabaseSync, count: number): readonly PastAnswer[] {
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
