/** Lists and facts of models on disk: `models.sqlite` in the user's storage folder, so that a start has them before any network. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { ModelId } from '../../shared/chat.ts';
import type { DetailFacts, DetailOrigin } from '../../shared/model-details.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import type { ListedModel } from '../engines/local-engine.ts';
import { type FactsByOrigin, validFacts } from './model-facts.ts';

/** A provider's last good list. */
export type StoredList = { readonly baseUrl: string; readonly models: readonly ListedModel[] };

/** Facts of one version of a model. */
export type StoredDetailFacts = { readonly version?: string; readonly facts: FactsByOrigin };

export type NewFacts = {
  readonly id: ModelId;
  readonly origin: DetailOrigin;
  /** Absent: the list has none. */
  readonly version?: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly facts: DetailFacts;
};

/** What refusals stated about a model. */
export type StoredRules = {
  readonly rules: RequestRules;
  /** Milliseconds since 1970; when the latest was stated. */
  readonly atMs: number;
  /** The limits that its list stated then. Absent: none. */
  readonly listedLimits?: string;
};

/** No method throws or rejects: what cannot be written is lost when the server stops. */
export interface ModelsStore {
  lists(): ReadonlyMap<string, StoredList>;
  facts(): ReadonlyMap<ModelId, StoredDetailFacts>;
  saveList(provider: string, list: StoredList): void;
  saveFacts(facts: readonly NewFacts[]): void;
  deleteFacts(ids: readonly ModelId[]): void;
  rules(): ReadonlyMap<ModelId, StoredRules>;
  saveRules(id: ModelId, rules: StoredRules): void;
  deleteRules(ids: readonly ModelId[]): void;
  dispose(): void;
}

const Listed = z.array(
  z.object({
    name: z.string(),
    version: z.string().optional(),
    remote: z.literal(true).optional(),
    loaded: z.boolean().optional(),
    facts: z.unknown().transform(validFacts).optional(),
  }),
);
const Limit = z.number().int().positive().optional();
const Rules = z.object({
  maxOutputTokens: Limit,
  minOutputTokens: Limit,
  contextTokens: Limit,
  systemRole: z.enum(['none', 'first']).optional(),
  alternatingRoles: z.literal(true).optional(),
  noPrefill: z.literal(true).optional(),
  rejectedFields: z.record(z.string(), z.string().nullable()).optional(),
});
const origins: readonly DetailOrigin[] = ['list', 'engine', 'registry', 'model'];

/**
 * @param folder the user's storage folder. Absent: nothing is read or written
 * @param warn called once, with one sentence, when the file cannot be used
 */
export function modelsStore(folder: string | undefined, warn: (message: string) => void): ModelsStore {
  let hasWarned = false;
  const warnOnce = (error: unknown): void => {
    if (!hasWarned)
      warn(
        `Details of models cannot be stored (${error instanceof Error ? error.message : 'unknown reason'}); they are loaded again at the next start.`,
      );
    hasWarned = true;
  };
  // Opened on first use, so that a start does not wait for it.
  let database: DatabaseSync | undefined;
  let wasOpened = false;
  const openOnce = (): DatabaseSync | undefined => {
    if (!wasOpened && folder !== undefined) database = openDatabase(folder, warnOnce);
    wasOpened = true;
    return database;
  };
  const withDatabase = <Value>(fallback: Value, work: (open: DatabaseSync) => Value): Value => {
    const open = openOnce();
    if (!open) return fallback;
    try {
      return work(open);
    } catch (error) {
      warnOnce(error);
      return fallback;
    }
  };

  return {
    lists: () => withDatabase<ReadonlyMap<string, StoredList>>(new Map(), readLists),
    facts: () => withDatabase<ReadonlyMap<ModelId, StoredDetailFacts>>(new Map(), readFacts),
    saveList(provider, { baseUrl, models }) {
      withDatabase(undefined, (open) => {
        open
          .prepare('insert or replace into lists values (?, ?, ?)')
          .run(provider, baseUrl, JSON.stringify(models));
      });
    },
    saveFacts(added) {
      withDatabase(undefined, (open) =>
        inTransaction(open, () => {
          const insert = open.prepare('insert or replace into findings values (?, ?, ?, ?, ?)');
          // Rows of another version are about another model.
          const deleteOthers = open.prepare('delete from findings where id = ? and version is not ?');
          for (const { id, origin, version = null, atMs, facts } of added) {
            deleteOthers.run(id, version);
            insert.run(id, origin, version, atMs, JSON.stringify(facts));
          }
        }),
      );
    },
    deleteFacts: (ids) => withDatabase(undefined, (open) => deleteRows(open, 'findings', ids)),
    rules: () => withDatabase<ReadonlyMap<ModelId, StoredRules>>(new Map(), readRules),
    saveRules(id, { rules, atMs, listedLimits = null }) {
      withDatabase(undefined, (open) => {
        open
          .prepare('insert or replace into rules values (?, ?, ?, ?)')
          .run(id, atMs, listedLimits, JSON.stringify(rules));
      });
    },
    deleteRules: (ids) => withDatabase(undefined, (open) => deleteRows(open, 'rules', ids)),
    dispose() {
      if (wasOpened) withDatabase(undefined, (open) => open.close());
      wasOpened = true;
    },
  };
}

function readLists(open: DatabaseSync): ReadonlyMap<string, StoredList> {
  const rows = open.prepare('select provider, base_url, models from lists').all();
  return new Map(
    rows.flatMap(({ provider, base_url, models }) => {
      const { data } = Listed.safeParse(parseJson(models));
      return data
        ? [[String(provider), { baseUrl: String(base_url), models: data as readonly ListedModel[] }]]
        : [];
    }),
  );
}

function readFacts(open: DatabaseSync): ReadonlyMap<ModelId, StoredDetailFacts> {
  const byModel = new Map<ModelId, { version?: string; facts: Record<string, unknown> }>();
  for (const { id, loader, version, at, finding } of open.prepare('select * from findings').all()) {
    if (!origins.some((origin) => origin === loader)) continue;
    const entry = byModel.get(id as ModelId) ?? { facts: {} };
    entry.facts[String(loader)] = { facts: validFacts(parseJson(finding)), atMs: Number(at) };
    if (typeof version === 'string') entry.version = version;
    byModel.set(id as ModelId, entry);
  }
  return byModel as ReadonlyMap<ModelId, StoredDetailFacts>;
}

function readRules(open: DatabaseSync): ReadonlyMap<ModelId, StoredRules> {
  const rows = open.prepare('select id, at, listed_limits, rules from rules').all();
  return new Map(
    rows.flatMap(({ id, at, listed_limits, rules }): [ModelId, StoredRules][] => {
      const { data } = Rules.safeParse(parseJson(rules));
      if (!data) return [];
      const limits = typeof listed_limits === 'string' ? { listedLimits: listed_limits } : {};
      return [[id as ModelId, { rules: data as RequestRules, atMs: Number(at), ...limits }]];
    }),
  );
}

const deleteRows = (open: DatabaseSync, table: 'findings' | 'rules', ids: readonly ModelId[]): void =>
  inTransaction(open, () => {
    const remove = open.prepare(`delete from ${table} where id = ?`);
    for (const id of ids) remove.run(id);
  });

function inTransaction(open: DatabaseSync, work: () => void): void {
  open.exec('begin immediate');
  try {
    work();
    open.exec('commit');
  } catch (error) {
    open.exec('rollback');
    throw error;
  }
}

/** SQLite is part of Node, but some Electron builds lack it. `undefined` when it cannot be used. */
function openDatabase(folder: string, warnOnce: (error: unknown) => void): DatabaseSync | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    const sqlite = process.getBuiltinModule('node:sqlite');
    const database = new sqlite.DatabaseSync(join(folder, 'models.sqlite'));
    database.exec(
      // Another window may be writing; a wait for what is only a convenience is short.
      `pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 100;
       create table if not exists lists (provider text primary key, base_url text not null, models text not null) strict;
       create table if not exists findings (
         id text not null, loader text not null, version text, at integer not null, finding text not null,
         primary key (id, loader)
       ) strict;
       create table if not exists rules (
         id text primary key, at integer not null, listed_limits text, rules text not null
       ) strict;`,
    );
    return database;
  } catch (error) {
    warnOnce(error);
    return;
  }
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
