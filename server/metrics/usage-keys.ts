/** The usage counters that a request's cost counts on: a day and a month, each in all, for its provider and for its role. */
import { type Period, periodEnd, periodName, periods } from './calendar.ts';
import type { SpendingFilter, SpendingOwner } from './spending.ts';

export type UsageKey = SpendingFilter & {
  readonly key: string;
  readonly period: Period;
  readonly endsAtMs: number;
};

/** @param now milliseconds since 1970 */
export const usageKey = (period: Period, { provider, role }: SpendingFilter, now: number): UsageKey => ({
  key: JSON.stringify([period, periodName(period, now), provider ?? null, role ?? null]),
  period,
  provider,
  role,
  endsAtMs: periodEnd(period, now),
});

export const usageKeysOf = ({ provider, role }: SpendingOwner, now: number): UsageKey[] =>
  periods.flatMap((period) => [{}, { provider }, { role }].map((filter) => usageKey(period, filter, now)));
