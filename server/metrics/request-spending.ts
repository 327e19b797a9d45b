/** What one request has spent and reserved, over all of its attempts: together they stay within the budget of a request. */
import type { Consistency, LeaseDetails, UsageLease } from '../platform/state/usage-store.ts';
import type { Budgets } from './budget.ts';
import type { SpendingOwner } from './spending.ts';

export type SpendingBudgets = Pick<Budgets, 'reserve' | 'settle' | 'isLimited'>;

/**
 * @param atMs when the request began, in milliseconds since 1970: its cost belongs to that day
 * @param consistency of its reservations. Absent: `shared`
 */
export function requestSpending(budgets: SpendingBudgets, atMs: number, consistency?: Consistency) {
  let committedUsd = 0;
  return {
    /** US dollars that its attempts have cost, may have cost, or may still cost. */
    committedUsd: (): number => committedUsd,
    isLimited: budgets.isLimited,
    /** `undefined`: a budget leaves less. */
    async reserve(
      owner: SpendingOwner,
      usd: number,
      details?: LeaseDetails,
    ): Promise<UsageLease | undefined> {
      const before = committedUsd;
      // Counted before the wait: another attempt of this request must not take the same dollars.
      committedUsd += usd;
      const lease = await budgets.reserve(owner, usd, {
        atMs,
        committedUsd: before,
        ...(consistency ? { consistency } : {}),
        ...(details ? { details } : {}),
      });
      if (!lease) committedUsd -= usd;
      return lease;
    },
    /** Counts what the attempt did cost. */
    settle(lease: UsageLease, usd: number): void {
      committedUsd += usd - lease.amount;
      void budgets.settle(lease, usd);
    },
  };
}

export type RequestSpending = ReturnType<typeof requestSpending>;
