/** Usage counters of this process only: for a server without a folder to write into. */
import { randomUUID } from 'node:crypto';
import { fitsLimits, type UsageLease, type UsageLimit, type UsageStore } from './usage-store.ts';
import { usageTotals } from './usage-totals.ts';

const group = 'this process';

/** @param now milliseconds since 1970 */
export function memoryUsageStore(now: () => number): UsageStore {
  const totals = usageTotals();
  const settled = new WeakSet<UsageLease>();
  return {
    used: totals.used,
    reserved: totals.reserved,
    async reserve(limits, amount) {
      if (!fitsLimits(totals, limits, amount)) return undefined;
      const lease = { id: randomUUID(), limits, amount };
      totals.begin(lease.id, { amount, keys: usageKeysIn(limits), group });
      return lease;
    },
    async settle(lease, actual) {
      if (settled.has(lease)) return;
      settled.add(lease);
      totals.end(lease.id, usageKeysIn(lease.limits), actual);
    },
    async expire() {
      totals.forget(now());
    },
    dispose() {
      totals.stop(group, { inFull: true });
    },
  };
}

const usageKeysIn = (limits: readonly UsageLimit[]) =>
  limits.map(({ key, endsAtMs }): [string, number] => [key, endsAtMs]);
