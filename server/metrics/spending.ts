/** Sums of what was spent, by day, month, provider and role. */
import type { Status } from '../../shared/status.ts';
import { type Period, periods } from './calendar.ts';

export type SpendingSum = Status['today'];

/** Whose spending is meant. Absent: everybody's. */
export type SpendingFilter = { readonly provider?: string | undefined; readonly role?: string | undefined };

/** Who spends: one provider, in one role (`''`: none). */
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
  /** By provider and role, a line break between them: no name holds one. */
  const sums: Record<Period, Map<string, SpendingSum>> = { day: new Map(), month: new Map() };
  const keyOf = ({ provider = '', role = '' }: SpendingFilter) => `${provider}\n${role}`;
  return {
    add({ provider, role, ...more }: SpendingLine): void {
      const key = keyOf({ provider, role });
      for (const period of periods) sums[period].set(key, plus(sums[period].get(key) ?? nothing, more));
    },
    /** A new day or month: nothing is spent yet. */
    begin: (period: Period): void => sums[period].clear(),
    /** What the disk says. Rows that could not be written are known here only, those of other windows there only. */
    merge(period: Period, lines: readonly SpendingLine[]): void {
      for (const line of lines) {
        const known = sums[period].get(keyOf(line)) ?? nothing;
        sums[period].set(keyOf(line), {
          costUsd: Math.max(line.costUsd, known.costUsd),
          requests: Math.max(line.requests, known.requests),
          unknownPrice: Math.max(line.unknownPrice, known.unknownPrice),
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
