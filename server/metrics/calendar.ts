/** Days and months as the user's clock has them: budgets begin anew at local midnight, and on the first of the month. */

export const periods = ['day', 'month'] as const;
export type Period = (typeof periods)[number];

/** Milliseconds since 1970 of the moment the day or month of `now` began. */
export function periodStart(period: Period, now: number): number {
  const date = new Date(now);
  date.setHours(0, 0, 0, 0);
  if (period === 'month') date.setDate(1);
  return date.getTime();
}

/** Milliseconds since 1970 of the moment the next one begins. */
export function periodEnd(period: Period, now: number): number {
  const date = new Date(periodStart(period, now));
  if (period === 'day') date.setDate(date.getDate() + 1);
  else date.setMonth(date.getMonth() + 1);
  return date.getTime();
}
