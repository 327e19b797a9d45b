/** What one request has spent and reserved, over all of its attempts: together they stay within the budget of a request. */
import type { Budgets } from '../metrics/budget.ts';
import type { SpendingOwner } from '../metrics/spending.ts';
import type { LeaseDetails, UsageLease } from '../platform/state/usage-store.ts';

export type SpendingBudgets = Pick<Budgets, 'reserve' | 'settle' | 'isLimited'>;

/**
 * @param atMs when the request began, in milliseconds since 1970: its cost belongs to that day
 */
export function requestSpending(budgets: SpendingBudgets, atMs: number) {
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
