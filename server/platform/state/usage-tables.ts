/** The SQLite tables of usage counters and leases, and the statements on them. Each throws what SQLite throws. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { maxLeaseMs, type UsageLease } from './usage-store.ts';

/** Part of the schema of the file; run it when the file is opened. */
export const usageTables = `
  create table if not exists usage_counters (
    key text primary key, used real not null, ends_at integer not null
  ) strict;
  create table if not exists usage_leases (
    id text not null, owner text not null, at integer not null, key text not null, amount real not null,
    primary key (id, key)
  ) strict;`;

/**
 * @param owner names this process among those that share the file
 * @param now milliseconds since 1970
 */
export function usageStatements(database: DatabaseSync, owner: string, now: () => number) {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    /** Differs after another process has written. */
    version: (): unknown => prepare('pragma data_version').get()?.['data_version'],
    /** Usage by key. */
    counters: (): Map<string, number> =>
      new Map(
        prepare('select key, used from usage_counters')
          .all()
          .map(({ key, used }) => [String(key), Number(used)]),
      ),
    /** Amounts in leases of other processes that have not expired, by key. */
    reservedByOthers: (): Map<string, number> =>
      new Map(
        prepare(
          'select key, sum(amount) as amount from usage_leases where owner <> ? and at > ? group by key',
        )
          .all(owner, now() - maxLeaseMs)
          .map(({ key, amount }) => [String(key), Number(amount)]),
      ),
    insertLease({ id, limits, amount }: UsageLease): void {
      const insert = prepare(
        'insert or ignore into usage_leases (id, owner, at, key, amount) values (?, ?, ?, ?, ?)',
      );
      for (const { key, max } of limits) if (max !== Infinity) insert.run(id, owner, now(), key, amount);
    },
    deleteLease: ({ id }: UsageLease) => prepare('delete from usage_leases where id = ?').run(id),
    addUsage({ limits }: UsageLease, amount: number): void {
      const add = prepare(
        'insert into usage_counters (key, used, ends_at) values (?, ?, ?) on conflict (key) do update set used = used + excluded.used',
      );
      for (const { key, endsAtMs } of limits) add.run(key, amount, endsAtMs);
    },
    deleteExpired(): void {
      prepare('delete from usage_leases where at <= ?').run(now() - maxLeaseMs);
      prepare('delete from usage_counters where ends_at <= ?').run(now());
    },
    deleteOwnLeases: () => prepare('delete from usage_leases where owner = ?').run(owner),
    transaction<T>(work: () => T): T {
      database.exec('begin immediate');
      try {
        const result = work();
        database.exec('commit');
        return result;
      } catch (error) {
        database.exec('rollback');
        throw error;
      }
    },
  };
}
