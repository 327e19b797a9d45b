/**
 * Usage counters that all processes of one user share by their journals: each writes what it reserves into its own, then reads
 * those of the others, and withdraws what does not fit. So two of them never both take the last cent, whatever locks the disk.
 */
import { oncePerTurn } from '../once-per-turn.ts';
import type { JournalEntry, JournalKey } from './journal-entry.ts';
import type { JournalWriter } from './journal-writer.ts';
import { fitsLimits, type UsageLease, type UsageLimit, type UsageStore } from './usage-store.ts';
import { type AbandonedLease, type ReserveEntry, usageTotals } from './usage-totals.ts';

export type JournaledUsageStoreDeps = {
  readonly writer: Pick<JournalWriter, 'group' | 'append' | 'written'>;
  /** Reads what other processes have appended, and hands it to `follow`. Never throws. */
  readonly poll: () => void;
  /** Whether other processes may reserve now. */
  readonly hasOthers: () => boolean;
  /** Resolves when this process alone may reserve, or could not wait longer; with what ends that. */
  readonly takeLock: () => Promise<() => Promise<void>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Milliseconds that an answer waits for its journal. */
const maxJournalWaitMs = 50;
/** The same of a reservation: sent without it, a request would count nowhere if this process were killed. */
const maxReserveWaitMs = 1_000;
/** Milliseconds after its end for which a counter is kept: a clock may be set back. */
const keptAfterEndMs = 62 * 24 * 3_600_000;
/** US dollars below which sums of floating-point numbers are the same. */
const tolerance = 1e-9;

export function journaledUsageStore({ writer, poll, hasOthers, takeLock, now }: JournaledUsageStoreDeps) {
  let leaseCount = 0;
  const totals = usageTotals();
  const settled = new WeakSet<UsageLease>();
  const waiting: {
    readonly lease: UsageLease;
    readonly entry: ReserveEntry;
    readonly resolve: (fits: boolean) => void;
  }[] = [];
  let isReserving = false;
  const pollOncePerTurn = oncePerTurn(poll);

  const begin = ({ id, amount, limits }: UsageLease, entry?: ReserveEntry): void =>
    totals.begin(id, {
      amount,
      keys: entry?.keys ?? keysOf(limits),
      group: writer.group,
      ...(entry ? { entry } : {}),
    });
  const isExceeded = ({ limits }: UsageLease): boolean =>
    limits.some(({ key, max }) => totals.used(key) + totals.reserved(key) > max + tolerance);
  const end = (lease: UsageLease, actual: number): void => {
    const keys = keysOf(lease.limits);
    totals.end(lease.id, keys, actual);
    writer.append({ type: 'settle', id: lease.id, amount: actual, keys });
  };

  /** Reserves all that waits, together: one look at the others and one write for the requests of a moment. */
  const reserveAll = async (): Promise<void> => {
    isReserving = true;
    await undefined;
    while (waiting.length > 0) {
      const unlock = hasOthers() ? await takeLock() : undefined;
      const batch = waiting.splice(0);
      poll();
      const fitting = batch.filter(({ lease, entry, resolve }) => {
        if (!fitsLimits(totals, lease.limits, lease.amount)) {
          resolve(false);
          return false;
        }
        begin(lease, entry);
        writer.append(entry);
        return true;
      });
      if (fitting.length > 0) await writer.written(maxReserveWaitMs);
      poll();
      for (const { lease, resolve } of fitting) {
        const fits = !isExceeded(lease);
        if (!fits) end(lease, 0);
        resolve(fits);
      }
      await unlock?.();
    }
    isReserving = false;
  };

  const store: UsageStore = {
    used(key) {
      pollOncePerTurn();
      return totals.used(key);
    },
    reserved(key) {
      pollOncePerTurn();
      return totals.reserved(key);
    },
    async reserve(limits, amount, consistency = 'shared', details) {
      leaseCount += 1;
      const lease = { id: `${writer.group} ${leaseCount}`, limits, amount };
      // Without a ceiling, or for nothing, no other process has to know.
      const isPublic = amount > 0 && limits.some(({ max }) => max !== Infinity);
      const entry = reserveEntry(lease, now(), details);
      if (isPublic && consistency === 'shared') {
        const { promise, resolve } = Promise.withResolvers<boolean>();
        waiting.push({ lease, entry, resolve });
        if (!isReserving) void reserveAll();
        return (await promise) ? lease : undefined;
      }
      if (!fitsLimits(totals, limits, amount)) return undefined;
      begin(lease, isPublic ? entry : undefined);
      if (isPublic) writer.append(entry);
      return lease;
    },
    settle(lease, actual) {
      if (settled.has(lease)) return Promise.resolve();
      settled.add(lease);
      const isPublic = lease.amount > 0 && lease.limits.some(({ max }) => max !== Infinity);
      if (actual === 0 && !isPublic) totals.end(lease.id, [], 0);
      else end(lease, actual);
      return writer.written(maxJournalWaitMs);
    },
    async expire() {
      poll();
      totals.forget(now() - keptAfterEndMs);
    },
    dispose() {
      // What was sent may be billed.
      totals.stop(writer.group, { inFull: true });
    },
  };

  return {
    ...store,
    /** Counts what was stored before. */
    load: totals.load,
    /** Takes over an entry of another process. @param isStored its amount is counted already */
    follow(entry: JournalEntry, group: string, isStored: boolean): void {
      if (entry.type === 'reserve')
        totals.begin(entry.id, { amount: entry.amount, keys: entry.keys, group, entry });
      if (entry.type === 'settle') totals.end(entry.id, entry.keys, isStored ? 0 : entry.amount);
    },
    /** The process has stopped: what it had reserved may have been spent, and counts unless it is stored. Returns the reservations. */
    stop: (group: string, isStored: boolean): readonly AbandonedLease[] =>
      totals.stop(group, { inFull: !isStored }),
    /** What this process has reserved and not settled, as a new journal has to begin. */
    openEntries: (): readonly JournalEntry[] => totals.entriesOf(writer.group),
  };
}

const keysOf = (limits: readonly UsageLimit[]): JournalKey[] => limits.map(keyOf);
const keyOf = ({ key, endsAtMs }: UsageLimit): JournalKey => [key, endsAtMs];

const reserveEntry = (
  { id, amount, limits }: UsageLease,
  at: number,
  details: Parameters<UsageStore['reserve']>[3],
): ReserveEntry => ({
  type: 'reserve',
  id,
  at,
  amount,
  keys: keysOf(limits),
  ...(details ? { details } : {}),
});
