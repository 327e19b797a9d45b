/** Sums of spending by day, month, provider and role. */
import type { Status } from '../../shared/status.ts';
import { type Period, periodName } from './calendar.ts';

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
  /** By the name of the day, or of the month for the days of it that are not kept apart; then by provider and role, separated by a line break, which no name contains. */
  const sums = new Map<string, Map<string, SpendingSum>>();
  const addTo = (name: string, { provider, role, ...more }: SpendingLine): void => {
    const owners = sums.get(name) ?? new Map<string, SpendingSum>();
    sums.set(name, owners);
    const key = `${provider}\n${role}`;
    owners.set(key, plus(owners.get(key) ?? nothing, more));
  };
  return {
    /** @param at when the request began, in milliseconds since 1970 */
    add: (line: SpendingLine, at: number): void => addTo(periodName('day', at), line),
    /** Adds what a month has spent on other days. */
    addToMonth: (line: SpendingLine, at: number): void => addTo(periodName('month', at), line),
    of(period: Period, now: number, { provider, role }: SpendingFilter = {}): SpendingSum {
      const name = periodName(period, now);
      let sum = nothing;
      for (const [day, owners] of sums) {
        if (!day.startsWith(name)) continue;
        for (const [key, each] of owners) {
          const [itsProvider, itsRole] = key.split('\n');
          if ((provider ?? itsProvider) === itsProvider && (role ?? itsRole) === itsRole)
            sum = plus(sum, each);
        }
      }
      return sum;
    },
  };
}
