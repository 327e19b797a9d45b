/** What the processes of one user have used and reserved, in memory. */
import type { JournalEntry, JournalKey } from './journal-entry.ts';

export type ReserveEntry = Extract<JournalEntry, { type: 'reserve' }>;

/** A reservation whose process has stopped. */
export type AbandonedLease = ReserveEntry;

/** A lease of any process. */
type OpenLease = {
  readonly amount: number;
  readonly keys: readonly JournalKey[];
  /** The process. */
  readonly group: string;
  /** Its entry in a journal. Absent: it is in none. */
  readonly entry?: ReserveEntry;
};

type Counter = { readonly used: number; readonly endsAtMs: number };

function hasKey(keys: readonly JournalKey[], key: string): boolean {
  for (const [each] of keys) if (each === key) return true;
  return false;
}

export function usageTotals() {
  const counters = new Map<string, Counter>();
  const leases = new Map<string, OpenLease>();

  const used = (key: string): number => counters.get(key)?.used ?? 0;
  const count = (keys: readonly JournalKey[], amount: number): void => {
    if (amount === 0) return;
    for (const [key, endsAtMs] of keys) counters.set(key, { used: used(key) + amount, endsAtMs });
  };
  /** Ends the leases of a process. */
  const drop = (group: string): readonly OpenLease[] => {
    const ended = [...leases].filter(([, lease]) => lease.group === group);
    for (const [id] of ended) leases.delete(id);
    return ended.map(([, lease]) => lease);
  };

  return {
    used,
    reserved(key: string): number {
      let sum = 0;
      for (const { amount, keys } of leases.values()) if (amount > 0 && hasKey(keys, key)) sum += amount;
      return sum;
    },
    begin: (id: string, lease: OpenLease): void => void leases.set(id, lease),
    /** Ends a lease, and counts the amount. */
    end(id: string, keys: readonly JournalKey[], amount: number): void {
      leases.delete(id);
      count(keys, amount);
    },
    /** Ends the leases of a process that has stopped. `inFull`: and counts them. Returns those that a journal holds. */
    stop(group: string, { inFull }: { readonly inFull: boolean }): readonly AbandonedLease[] {
      const ended = drop(group);
      if (inFull) for (const { keys, amount } of ended) count(keys, amount);
      return ended.flatMap(({ entry }) => entry ?? []);
    },
    entriesOf: (group: string): readonly ReserveEntry[] =>
      [...leases.values()].flatMap((lease) => (lease.group === group && lease.entry ? [lease.entry] : [])),
    /** Takes over what was counted before. */
    load(stored: ReadonlyMap<string, Counter>): void {
      for (const [key, counter] of stored) counters.set(key, counter);
    },
    /** Deletes counters that had ended by then, in milliseconds since 1970. */
    forget(beforeMs: number): void {
      for (const [key, { endsAtMs }] of counters) if (endsAtMs <= beforeMs) counters.delete(key);
    },
  };
}
