/** Usage counters in a SQLite file that all windows of one user share. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fitsLimits, maxLeaseMs, type UsageLease, type UsageLimit, type UsageStore } from './usage-store.ts';

/** Part of the schema of the file; run it when the file is opened. */
export const usageTables = `
  create table if not exists usage_counters (
    key text primary key, used real not null, ends_at integer not null
  ) strict;
  create table if not exists usage_leases (
    id text not null, owner text not null, at integer not null, key text not null, amount real not null,
    primary key (id, key)
  ) strict;`;

export type SqliteUsageStoreDeps = {
  readonly database: DatabaseSync;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs the work after the current one, in order. */
  readonly defer: (work: () => void) => void;
  /** Runs everything that is deferred, now. */
  readonly flush: () => void;
  /** Called when the file cannot be used; what this process knows is counted in memory then. */
  readonly onError: (error: unknown) => void;
};

export function sqliteUsageStore(deps: SqliteUsageStoreDeps): UsageStore {
  const { database, now, defer, flush, onError } = deps;
  /** This process, among those that share the file. */
  const owner = randomUUID();
  /** Of the file, as last read. */
  let counters = new Map<string, number>();
  let reservedByOthers = new Map<string, number>();
  /** Usage of this process that is not in the file yet, or cannot be written. */
  const unwritten = new Map<string, number>();
  const leases = new Map<string, { readonly lease: UsageLease; readonly atMs: number; published: boolean }>();
  const settled = new WeakSet<UsageLease>();
  let seenVersion: unknown;

  const statements = new Map<string, StatementSync>();
  const run = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };

  const read = () => {
    counters = new Map(
      run('select key, used from usage_counters')
        .all()
        .map(({ key, used }) => [String(key), Number(used)]),
    );
    reservedByOthers = new Map(
      run('select key, sum(amount) as amount from usage_leases where owner <> ? and at > ? group by key')
        .all(owner, now() - maxLeaseMs)
        .map(({ key, amount }) => [String(key), Number(amount)]),
    );
  };
  /** SQLite says when another process has written. */
  const refresh = () => {
    try {
      const version = run('pragma data_version').get()?.['data_version'];
      if (version === seenVersion) return;
      read();
      seenVersion = version;
    } catch {
      // The figures of before hold; writing reports what is wrong.
    }
  };
  refresh();

  const known = {
    used: (key: string) => (counters.get(key) ?? 0) + (unwritten.get(key) ?? 0),
    reserved(key: string) {
      const oldest = now() - maxLeaseMs;
      let sum = reservedByOthers.get(key) ?? 0;
      for (const { lease, atMs } of leases.values())
        if (atMs > oldest && lease.limits.some((limit) => limit.key === key)) sum += lease.amount;
      return sum;
    },
  };

  const publish = ({ id, limits, amount }: UsageLease) => {
    const insert = run(
      'insert or ignore into usage_leases (id, owner, at, key, amount) values (?, ?, ?, ?, ?)',
    );
    for (const { key, max } of limits) if (max !== Infinity) insert.run(id, owner, now(), key, amount);
  };
  const count = (limits: readonly UsageLimit[], amount: number) => {
    for (const { key } of limits) unwritten.set(key, (unwritten.get(key) ?? 0) + amount);
  };
  const inTransaction = <T>(work: () => T): T => {
    database.exec('begin immediate');
    try {
      const result = work();
      database.exec('commit');
      return result;
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };
  const write = ({ id, limits }: UsageLease, actual: number, published: boolean) => {
    inTransaction(() => {
      if (published) run('delete from usage_leases where id = ?').run(id);
      if (actual === 0) return;
      const add = run(
        'insert into usage_counters (key, used, ends_at) values (?, ?, ?) on conflict (key) do update set used = used + excluded.used',
      );
      for (const { key, endsAtMs } of limits) add.run(key, actual, endsAtMs);
    });
    if (actual === 0) return;
    for (const { key } of limits) {
      counters.set(key, (counters.get(key) ?? 0) + actual);
      const left = (unwritten.get(key) ?? 0) - actual;
      if (Math.abs(left) < 1e-12) unwritten.delete(key);
      else unwritten.set(key, left);
    }
  };

  /** Checks and inserts in one transaction: two processes must not both find the last cent. */
  const reserveInFile = (lease: UsageLease): boolean => {
    try {
      flush();
      return inTransaction(() => {
        read();
        const fits = fitsLimits(known, lease.limits, lease.amount);
        if (fits) publish(lease);
        return fits;
      });
    } catch (error) {
      onError(error);
      return fitsLimits(known, lease.limits, lease.amount);
    }
  };

  return {
    used(key) {
      refresh();
      return known.used(key);
    },
    reserved(key) {
      refresh();
      return known.reserved(key);
    },
    async reserve(limits, amount, consistency = 'shared') {
      const lease = { id: randomUUID(), limits, amount };
      // Without a ceiling, or for nothing, no other process has to know.
      const isPublic = amount > 0 && limits.some(({ max }) => max !== Infinity);
      const isShared = isPublic && consistency === 'shared';
      if (isShared ? !reserveInFile(lease) : !fitsLimits(known, limits, amount)) return undefined;
      leases.set(lease.id, { lease, atMs: now(), published: isPublic });
      if (isPublic && !isShared) defer(() => leases.has(lease.id) && publish(lease));
      return lease;
    },
    settle(lease, actual) {
      if (settled.has(lease)) return Promise.resolve();
      settled.add(lease);
      const published = leases.get(lease.id)?.published ?? true;
      leases.delete(lease.id);
      if (actual === 0 && !published) return Promise.resolve();
      if (actual !== 0) count(lease.limits, actual);
      const { promise, resolve } = Promise.withResolvers<void>();
      defer(() => {
        try {
          write(lease, actual, published);
        } finally {
          resolve();
        }
      });
      return promise;
    },
    async expire() {
      const oldest = now() - maxLeaseMs;
      for (const [id, { atMs }] of leases) if (atMs <= oldest) leases.delete(id);
      try {
        flush();
        run('delete from usage_leases where at <= ?').run(oldest);
        run('delete from usage_counters where ends_at <= ?').run(now());
        read();
      } catch (error) {
        onError(error);
      }
    },
    dispose() {
      run('delete from usage_leases where owner = ?').run(owner);
    },
  };
}
