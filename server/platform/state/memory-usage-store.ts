/** Usage counters of this process only: for a server without a folder to write into. */
import { randomUUID } from 'node:crypto';
import { fitsLimits, maxLeaseMs, reservedBy, type UsageLease, type UsageStore } from './usage-store.ts';

/** @param now milliseconds since 1970 */
export function memoryUsageStore(now: () => number): UsageStore {
  const counters = new Map<string, { used: number; endsAtMs: number }>();
  const leases = new Map<string, { readonly lease: UsageLease; readonly atMs: number }>();
  const settled = new WeakSet<UsageLease>();

  const view = {
    used: (key: string) => counters.get(key)?.used ?? 0,
    reserved: (key: string) => reservedBy(leases.values(), key, now()),
  };

  return {
    ...view,
    async reserve(limits, amount) {
      if (!fitsLimits(view, limits, amount)) return undefined;
      const lease = { id: randomUUID(), limits, amount };
      leases.set(lease.id, { lease, atMs: now() });
      return lease;
    },
    async settle(lease, actual) {
      if (settled.has(lease)) return;
      settled.add(lease);
      leases.delete(lease.id);
      if (actual === 0) return;
      for (const { key, endsAtMs } of lease.limits)
        counters.set(key, { used: view.used(key) + actual, endsAtMs });
    },
    async expire() {
      const oldest = now() - maxLeaseMs;
      for (const [id, { atMs }] of leases) if (atMs <= oldest) leases.delete(id);
      for (const [key, { endsAtMs }] of counters) if (endsAtMs <= now()) counters.delete(key);
    },
    dispose: () => leases.clear(),
  };
}
