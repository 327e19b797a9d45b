/** What is known of models, on disk: `models.sqlite` in the user's storage folder, so that a start knows it before any network. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { ModelId } from '../../shared/chat.ts';
import type { DetailOrigin } from '../../shared/model-details.ts';
import { type FactsByOrigin, type ModelFacts, validFacts } from './model-facts.ts';
import type { ListedModel } from './model-set.ts';

/** A provider's last good list. */
export type StoredList = { readonly baseUrl: string; readonly models: readonly ListedModel[] };

/** What is known of one model, and of which version of it. */
export type StoredFacts = { readonly version?: string; readonly facts: FactsByOrigin };

export type NewFacts = {
  readonly id: ModelId;
  readonly origin: DetailOrigin;
  /** Absent: the list does not say. */
  readonly version?: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly facts: ModelFacts;
};

/** Nothing here throws or rejects: what cannot be written lasts until the server stops. */
export interface ModelsStore {
  lists(): ReadonlyMap<string, StoredList>;
  facts(): ReadonlyMap<ModelId, StoredFacts>;
  saveList(provider: string, list: StoredList): void;
  saveFacts(found: readonly NewFacts[]): void;
  deleteFacts(ids: readonly ModelId[]): void;
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
const origins: readonly DetailOrigin[] = ['list', 'engine', 'registry', 'model'];

/**
 * @param folder the user's storage folder. Absent: nothing is read or written
 * @param warn told once, in one sentence, when the file cannot be used
 */
export function modelsStore(folder: string | undefined, warn: (message: string) => void): ModelsStore {
  let hasWarned = false;
  const warnOnce = (error: unknown): void => {
    if (!hasWarned)
      warn(
        `Details of models cannot be kept (${error instanceof Error ? error.message : 'unknown reason'}); they are asked for again at the next start.`,
      );
    hasWarned = true;
  };
  // Opened when first needed: a start does not wait for it.
  let database: DatabaseSync | undefined;
  let tried = false;
  const openOnce = (): DatabaseSync | undefined => {
    if (!tried && folder !== undefined) database = openDatabase(folder, warnOnce);
    tried = true;
    return database;
  };
  const withDatabase = <Value>(instead: Value, work: (open: DatabaseSync) => Value): Value => {
    const usable = openOnce();
    if (!usable) return instead;
    try {
      return work(usable);
    } catch (error) {
      warnOnce(error);
      return instead;
    }
  };
  const inTransaction = (open: DatabaseSync, work: () => void): void => {
    open.exec('begin immediate');
    try {
      work();
      open.exec('commit');
    } catch (error) {
      open.exec('rollback');
      throw error;
    }
  };

  return {
    lists: () =>
      withDatabase(new Map(), (open) => {
        const rows = open.prepare('select provider, base_url, models from lists').all();
        return new Map(
          rows.flatMap(({ provider, base_url, models }) => {
            const { data } = Listed.safeParse(parseJson(models));
            return data
              ? [[String(provider), { baseUrl: String(base_url), models: data as readonly ListedModel[] }]]
              : [];
          }),
        );
      }),
    facts: () =>
      withDatabase<ReadonlyMap<ModelId, StoredFacts>>(new Map(), (open) => {
        const found = new Map<ModelId, { version?: string; facts: Record<string, unknown> }>();
        for (const { id, loader, version, at, finding } of open.prepare('select * from findings').all()) {
          if (!origins.some((origin) => origin === loader)) continue;
          const known = found.get(id as ModelId) ?? { facts: {} };
          known.facts[String(loader)] = { facts: validFacts(parseJson(finding)), atMs: Number(at) };
          if (typeof version === 'string') known.version = version;
          found.set(id as ModelId, known);
        }
        return found as ReadonlyMap<ModelId, StoredFacts>;
      }),
    saveList(provider, { baseUrl, models }) {
      withDatabase(undefined, (open) => {
        open
          .prepare('insert or replace into lists values (?, ?, ?)')
          .run(provider, baseUrl, JSON.stringify(models));
      });
    },
    saveFacts(found) {
      withDatabase(undefined, (open) =>
        inTransaction(open, () => {
          const keep = open.prepare('insert or replace into findings values (?, ?, ?, ?, ?)');
          // Rows of another version speak of another model.
          const forget = open.prepare('delete from findings where id = ? and version is not ?');
          for (const { id, origin, version = null, atMs, facts } of found) {
            forget.run(id, version);
            keep.run(id, origin, version, atMs, JSON.stringify(facts));
          }
        }),
      );
    },
    deleteFacts(ids) {
      withDatabase(undefined, (open) =>
        inTransaction(open, () => {
          const forget = open.prepare('delete from findings where id = ?');
          for (const id of ids) forget.run(id);
        }),
      );
    },
    dispose() {
      if (tried) withDatabase(undefined, (open) => open.close());
      tried = true;
    },
  };
}

/** SQLite is part of Node, but some Electron builds come without it. `undefined` when it cannot be used. */
function openDatabase(folder: string, failed: (error: unknown) => void): DatabaseSync | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    const sqlite = process.getBuiltinModule('node:sqlite');
    const database = new sqlite.DatabaseSync(join(folder, 'models.sqlite'));
    database.exec(
      // Another window may be writing; nobody waits long for what is only convenient.
      `pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 100;
       create table if not exists lists (provider text primary key, base_url text not null, models text not null) strict;
       create table if not exists findings (
         id text not null, loader text not null, version text, at integer not null, finding text not null,
         primary key (id, loader)
       ) strict;`,
    );
    return database;
  } catch (error) {
    failed(error);
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
