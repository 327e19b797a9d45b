/** Usage counters in a SQLite file that all windows of one user share. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { oncePerTurn } from '../once-per-turn.ts';
import {
  fitsLimits,
  maxLeaseMs,
  reservedBy,
  type UsageLease,
  type UsageLimit,
  type UsageStore,
} from './usage-store.ts';
import { usageStatements } from './usage-tables.ts';

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
  const processId = randomUUID();
  const tables = usageStatements(database, processId, now);
  let leaseCount = 0;
  /** Of the file, as last read. */
  let counters = new Map<string, number>();
  let reservedByOthers = new Map<string, number>();
  /** Usage of this process that is not in the file yet, or cannot be written. */
  const unwritten = new Map<string, number>();
  const leases = new Map<string, { readonly lease: UsageLease; readonly atMs: number; published: boolean }>();
  const settled = new WeakSet<UsageLease>();
  let seenVersion: unknown;

  const read = () => {
    counters = tables.counters();
    reservedByOthers = tables.reservedByOthers();
  };
  /** SQLite says when another process has written. */
  const refresh = oncePerTurn(() => {
    try {
      const version = tables.version();
      if (version === seenVersion) return;
      read();
      seenVersion = version;
    } catch {
      // The figures of before hold; writing reports what is wrong.
    }
  });
  refresh();

  const view = {
    used: (key: string) => (counters.get(key) ?? 0) + (unwritten.get(key) ?? 0),
    reserved: (key: string) => (reservedByOthers.get(key) ?? 0) + reservedBy(leases.values(), key, now()),
  };

  const count = (limits: readonly UsageLimit[], amount: number) => {
    for (const { key } of limits) unwritten.set(key, (unwritten.get(key) ?? 0) + amount);
  };
  const write = (lease: UsageLease, actual: number, published: boolean) => {
    tables.transaction(() => {
      if (published) tables.deleteLease(lease);
      if (actual !== 0) tables.addUsage(lease, actual);
    });
    if (actual === 0) return;
    for (const { key } of lease.limits) {
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
      return tables.transaction(() => {
        read();
        const fits = fitsLimits(view, lease.limits, lease.amount);
        if (fits) tables.insertLease(lease);
        return fits;
      });
    } catch (error) {
      onError(error);
      return fitsLimits(view, lease.limits, lease.amount);
    }
  };

  return {
    used(key) {
      refresh();
      return view.used(key);
    },
    reserved(key) {
      refresh();
      return view.reserved(key);
    },
    async reserve(limits, amount, consistency = 'shared') {
      leaseCount += 1;
      const lease = { id: `${processId} ${leaseCount}`, limits, amount };
      // Without a ceiling, or for nothing, no other process has to know.
      const isPublic = amount > 0 && limits.some(({ max }) => max !== Infinity);
      const isShared = isPublic && consistency === 'shared';
      if (isShared ? !reserveInFile(lease) : !fitsLimits(view, limits, amount)) return undefined;
      leases.set(lease.id, { lease, atMs: now(), published: isPublic });
      if (isPublic && !isShared) defer(() => leases.has(lease.id) && tables.insertLease(lease));
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
        tables.deleteExpired();
        read();
      } catch (error) {
        onError(error);
      }
    },
    dispose() {
      tables.deleteOwnLeases();
    },
  };
}
