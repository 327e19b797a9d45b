/** The ledger's file: SQLite in the user's storage folder. Journals are stored in it; statements fail at once where another program has locked it. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Period, periodName } from './calendar.ts';
import { addToCounter, inTransaction, seedCounters } from './ledger-tables.ts';

/** Opens the file, or makes it. Throws what SQLite throws. @param now milliseconds since 1970 */
export function openLedgerDatabase(file: string, now: number): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = openSqlite(file);
  try {
    database.exec(`pragma journal_mode = wal; pragma synchronous = normal; ${schema}`);
    addColumns(database);
    convertCounters(database, now);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a file as it is. SQLite is part of Node, but some Electron builds omit it: then it throws. */
export function openSqlite(file: string): DatabaseSync {
  const sqlite = process.getBuiltinModule('node:sqlite');
  return new sqlite.DatabaseSync(file, { timeout: 0 });
}

const schema = `
  create table if not exists answers (
    id text primary key, at integer not null, model text not null, task text not null, role text,
    input integer not null, output integer not null, cost_usd real, total_ms real not null, cached integer not null
  ) strict;
  create index if not exists answers_at on answers (at);
  create table if not exists inline (
    day integer not null, model text not null, requests integer not null, cancelled integer not null,
    offered integer not null, accepted integer not null, kept_characters integer not null,
    input integer not null, output integer not null, cost_usd real not null, unknown_price integer not null,
    primary key (day, model)
  ) strict;
  create table if not exists usage_counters (
    key text primary key, used real not null, ends_at integer not null
  ) strict;
  -- How much of each journal is stored here, and whether its process has stopped and all of it is.
  create table if not exists journals (
    name text primary key, bytes integer not null, closed integer not null
  ) strict;
  -- What was in flight when its process died: it counts in full.
  create table if not exists reservations (
    id text primary key, at integer not null, amount real not null, model text
  ) strict;`;

/** Columns that files of earlier versions lack. Another window may be adding them at the same moment. */
function addColumns(database: DatabaseSync): void {
  const present = new Set(
    database
      .prepare("select name from pragma_table_info('answers')")
      .all()
      .map(({ name }) => name),
  );
  for (const [name, type] of [
    ['estimated_input', 'integer'],
    ['first_ms', 'real'],
  ] as const) {
    if (!present.has(name)) database.exec(`alter table answers add column ${name} ${type}`);
  }
}

/** Raised when the counters have their names of now. */
const countersVersion = 2;
const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('pragma user_version').get()?.['user_version']);

/**
 * Files of earlier versions name days by their first millisecond, or have rows and no counters: what the current day and month
 * have spent is taken over once.
 */
function convertCounters(database: DatabaseSync, now: number): void {
  if (versionOf(database) >= countersVersion) return;
  inTransaction(database, () => {
    // Another window may have been quicker.
    const version = versionOf(database);
    if (version >= countersVersion) return;
    if (version === 0) seedCounters(database, now);
    else renameCounters(database);
    database.exec(`pragma user_version = ${countersVersion}`);
  });
}

function renameCounters(database: DatabaseSync): void {
  for (const { key, used, ends_at } of database.prepare('select * from usage_counters').all()) {
    const [period, start, provider, role] = JSON.parse(String(key)) as [Period, unknown, unknown, unknown];
    if (typeof start !== 'number') continue;
    const name = JSON.stringify([period, periodName(period, start), provider, role]);
    addToCounter(database, name, Number(used), Number(ends_at));
  }
}
