/** A ledger whose file is damaged: it is renamed, and what still reads of it is restored. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parseJournal } from '../platform/state/journal-entry.ts';
import type { JournalPlace } from '../platform/state/journal-writer.ts';
import { openLedgerDatabase, openSqlite } from './ledger-database.ts';
import {
  addToCounter,
  insertRow,
  inTransaction,
  type LedgerSnapshot,
  markStored,
  readSnapshot,
  seedCounters,
} from './ledger-tables.ts';

/** Whether SQLite's error says that the file is damaged, or is none of SQLite's. https://sqlite.org/rescode.html */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === 11 || code === 26;
}

/** The parts of SQLite's file. */
const fileParts = ['', '-wal', '-shm'] as const;

export type RepairedLedger = {
  readonly database: DatabaseSync;
  /** The name of the damaged file. */
  readonly backup: string;
  /** Rows that were restored from it. */
  readonly rowCount: number;
};

/** Renames the file and makes a new one. Throws what SQLite and the file system throw. @param now milliseconds since 1970 */
export function repairLedger(file: string, journals: readonly JournalPlace[], now: number): RepairedLedger {
  const backup = `${file}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const part of fileParts)
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${backup}${part}`);
  const database = openLedgerDatabase(file, now);
  const rowCount = restore(database, backup, journals, now);
  return { database, backup: basename(backup), rowCount };
}

function restore(
  target: DatabaseSync,
  backup: string,
  journals: readonly JournalPlace[],
  now: number,
): number {
  const source = readOrNothing(() => openSqlite(backup));
  if (!source) return 0;
  try {
    const answers = readableRows(source, 'answers', 'at');
    const inline = readableRows(source, 'inline', 'day');
    const counters = readOrNothing(() =>
      source.prepare('select key, used, ends_at from usage_counters').all(),
    );
    const stored = readOrNothing(() => source.prepare('select name, bytes, closed from journals').all());
    const toRow = (row: Record<string, unknown>) => row as Record<string, string | number | null>;
    return inTransaction(target, () => {
      const isCounted = counters !== undefined && stored !== undefined;
      const inJournals = isCounted ? new Set<string>() : idsIn(journals);
      const isUnstored = (row: Record<string, unknown>) => !inJournals.has(String(row['id']));
      const rows = answers.filter(isUnstored);
      for (const row of rows) insertRow(target, { ...toRow(row), kind: 'answer' });
      for (const row of inline) insertRow(target, { ...toRow(row), kind: 'inline', at: Number(row['day']) });
      if (isCounted) {
        for (const { key, used, ends_at } of counters)
          addToCounter(target, String(key), Number(used), Number(ends_at));
        for (const { name, bytes, closed } of stored)
          markStored(target, String(name), { bytes: Number(bytes), isClosed: closed === 1 });
      } else seedCounters(target, now);
      return rows.length + inline.length;
    });
  } finally {
    source.close();
  }
}

/** The rows that still read, from both ends of a table with a damaged page in between. */
function readableRows(source: DatabaseSync, table: string, order: string): Record<string, unknown>[] {
  const rows = new Map<string, Record<string, unknown>>();
  for (const direction of ['asc', 'desc']) {
    for (const sorted of [`order by rowid ${direction}`, `order by ${order} ${direction}`]) {
      readOrNothing(() => {
        for (const row of source.prepare(`select * from ${table} ${sorted}`).iterate())
          rows.set(JSON.stringify(row['id'] ?? [row['day'], row['model']]), row);
      });
    }
  }
  return [...rows.values()];
}

/** Rows of these journals: they are stored from there. */
function idsIn(journals: readonly JournalPlace[]): Set<string> {
  const ids = new Set<string>();
  for (const { path } of journals)
    for (const { entry } of readOrNothing(() => parseJournal(readFileSync(path), 0)) ?? [])
      if (entry.type === 'row') ids.add(String(entry.row['id']));
  return ids;
}

/** What a file holds that cannot be opened for writing, from a copy of it. `undefined`: it cannot be read, or there is none. */
export function readCopy(file: string, now: number): LedgerSnapshot | undefined {
  if (!existsSync(file)) return undefined;
  return readOrNothing(() => {
    const folder = mkdtempSync(join(tmpdir(), 'rumbo-ledger-'));
    try {
      const copy = join(folder, basename(file));
      for (const part of ['', '-wal'] as const)
        if (existsSync(`${file}${part}`)) copyFileSync(`${file}${part}`, `${copy}${part}`);
      const database = openLedgerDatabase(copy, now);
      try {
        return readSnapshot(database, now);
      } finally {
        database.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function readOrNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
