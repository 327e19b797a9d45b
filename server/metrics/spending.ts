/** Sums of spending by day, month, provider and role. */
import type { Status } from '../../shared/status.ts';
import { type Period, periods } from './calendar.ts';

export type SpendingSum = Status['today'];

/** Selects spending by provider and role. Absent: all. */
export type SpendingFilter = { readonly provider?: string | undefined; readonly role?: string | undefined };

/** The provider and role (`''`: none) that spending counts for. */
export type SpendingOwner = { readonly provider: string; readonly role: string };

/** One line of a sum. */
export type SpendingLine = SpendingOwner & SpendingSum;

const nothing: SpendingSum = { costUsd: 0, requests: 0, unknownPrice: 0 };

const plus = (a: SpendingSum, b: SpendingSum): SpendingSum => ({
  costUsd: a.costUsd + b.costUsd,
  requests: a.requests + b.requests,
  unknownPrice: a.unknownPrice + b.unknownPrice,
});

export function spendingSums() {
  /** By provider and role, separated by a line break, which no name contains. */
  const sums: Record<Period, Map<string, SpendingSum>> = { day: new Map(), month: new Map() };
  const keyOf = ({ provider = '', role = '' }: SpendingFilter) => `${provider}\n${role}`;
  return {
    add({ provider, role, ...more }: SpendingLine): void {
      const key = keyOf({ provider, role });
      for (const period of periods) sums[period].set(key, plus(sums[period].get(key) ?? nothing, more));
    },
    /** Starts a new day or month at zero. */
    begin: (period: Period): void => sums[period].clear(),
    /** Merges sums from the disk: only memory has rows that could not be written, only the disk those of other windows. */
    merge(period: Period, lines: readonly SpendingLine[]): void {
      for (const line of lines) {
        const sum = sums[period].get(keyOf(line)) ?? nothing;
        sums[period].set(keyOf(line), {
          costUsd: Math.max(line.costUsd, sum.costUsd),
          requests: Math.max(line.requests, sum.requests),
          unknownPrice: Math.max(line.unknownPrice, sum.unknownPrice),
        });
      }
    },
    of(period: Period, { provider, role }: SpendingFilter = {}): SpendingSum {
      let sum = nothing;
      for (const [key, each] of sums[period]) {
        const [itsProvider, itsRole] = key.split('\n');
        if ((provider ?? itsProvider) === itsProvider && (role ?? itsRole) === itsRole) sum = plus(sum, each);
      }
      return sum;
    },
  };
}
