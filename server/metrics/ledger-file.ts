/** The ledger's file: SQLite in the user's storage folder, shared by all windows. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { usageTables } from '../platform/state/usage-tables.ts';

/**
 * SQLite is part of Node, but some Electron builds omit it. `undefined`: it cannot be used.
 * @param failed called with the reason
 */
export function openLedger(folder: string, failed: (error: unknown) => void): DatabaseSync | undefined {
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
       create index if not exists answers_at on answers (at);
       create table if not exists inline (
         day integer not null, model text not null, requests integer not null, cancelled integer not null,
         offered integer not null, accepted integer not null, kept_characters integer not null,
         input integer not null, output integer not null, cost_usd real not null, unknown_price integer not null,
         primary key (day, model)
       ) strict;
       ${usageTables}`,
    );
    addColumns(database);
    return database;
  } catch (error) {
    failed(error);
    return;
  }
}

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
