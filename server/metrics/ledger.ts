/** What was spent: one row for each answer, on disk where there is a folder for it. Never a prompt, never an answer. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Receipt } from '../../shared/receipts.ts';
import type { Status } from '../../shared/status.ts';

export type Spending = Status['today'];

export interface Ledger {
  /** Adds a receipt; the disk is written after the current work. */
  add(receipt: Receipt): void;
  /** Since local midnight, of every window that writes into this folder. */
  today(): Spending;
  dispose(): void;
}

/**
 * @param folder the user's storage folder. Absent: rows live in memory only
 * @param now milliseconds since 1970
 * @param warn told once, in one sentence, when the disk cannot be used
 */
export function ledger(
  folder: string | undefined,
  now: () => number,
  warn: (message: string) => void,
): Ledger {
  const database = folder === undefined ? undefined : open(folder, warn);
  let day = midnight(now());
  let today = database ? sumSince(database, day) : { costUsd: 0, requests: 0, unknownPrice: 0 };

  const turn = () => {
    const start = midnight(now());
    if (start === day) return;
    day = start;
    today = { costUsd: 0, requests: 0, unknownPrice: 0 };
    seenVersion = undefined;
  };

  const pending: Receipt[] = [];
  let insert: StatementSync | undefined;
  let dataVersion: StatementSync | undefined;
  let seenVersion: unknown;
  const write = () => {
    const rows = pending.splice(0);
    if (!database || rows.length === 0) return;
    for (const { id, at, model, task, role, usage, costUsd, totalMs, cached } of rows) {
      try {
        insert ??= database.prepare('insert or ignore into answers values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
        insert.run(
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
        );
      } catch (error) {
        warn(`The ledger cannot be written (${messageOf(error)}); today’s cost is counted in memory only.`);
      }
    }
  };

  /** Another window spends from the same budgets; SQLite says when it has written. */
  const catchUp = () => {
    if (!database) return;
    try {
      dataVersion ??= database.prepare('pragma data_version');
      const version = dataVersion.get()?.['data_version'];
      if (version === seenVersion) return;
      write();
      today = atLeast(today, sumSince(database, day));
      seenVersion = version;
    } catch {
      // What is counted in memory stands; writing has said what is wrong.
    }
  };

  return {
    add(receipt) {
      turn();
      today = {
        costUsd: today.costUsd + (receipt.costUsd ?? 0),
        requests: today.requests + 1,
        unknownPrice: today.unknownPrice + (receipt.costUsd === null ? 1 : 0),
      };
      pending.push(receipt);
      if (pending.length === 1) setImmediate(write);
    },
    today() {
      turn();
      catchUp();
      return today;
    },
    dispose() {
      write();
      database?.close();
    },
  };
}

/** SQLite is part of Node, but some Electron builds come without it. */
function open(folder: string, warn: (message: string) => void): DatabaseSync | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    const sqlite = process.getBuiltinModule('node:sqlite');
    const database = new sqlite.DatabaseSync(join(folder, 'ledger.sqlite'));
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000;
       create table if not exists answers (
         id text primary key, at integer not null, model text not null, task text not null, role text,
         input integer not null, output integer not null, cost_usd real, total_ms real not null, cached integer not null
       ) strict;
       create index if not exists answers_at on answers (at);`,
    );
    return database;
  } catch (error) {
    warn(`The ledger cannot be opened (${messageOf(error)}); today’s cost is counted in memory only.`);
    return;
  }
}

function sumSince(database: DatabaseSync, start: number): Spending {
  const row = database
    .prepare(
      'select coalesce(sum(cost_usd), 0) as cost, count(*) as requests, count(*) - count(cost_usd) as unknown from answers where at >= ?',
    )
    .get(start);
  return {
    costUsd: Number(row?.['cost'] ?? 0),
    requests: Number(row?.['requests'] ?? 0),
    unknownPrice: Number(row?.['unknown'] ?? 0),
  };
}

/** Rows that could not be written are in memory only, those of others on disk only. */
const atLeast = (a: Spending, b: Spending): Spending => ({
  costUsd: Math.max(a.costUsd, b.costUsd),
  requests: Math.max(a.requests, b.requests),
  unknownPrice: Math.max(a.unknownPrice, b.unknownPrice),
});

const midnight = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown reason');
