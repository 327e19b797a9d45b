/** Days and months in local time: budgets reset at midnight and on the first of the month. */

export const periods = ['day', 'month'] as const;
export type Period = (typeof periods)[number];

const minuteMs = 60_000;

/** The minute of `now`; no period begins within one, so that what is computed from periods holds during it. */
export const minuteOf = (now: number): number => Math.floor(now / minuteMs);

/** By period, the last answer and the minute it was for: every request asks several times. */
const lastStarts = new Map<Period, { readonly minute: number; readonly start: number }>();

/** When the day or month of `now` began; milliseconds since 1970. */
export function periodStart(period: Period, now: number): number {
  const minute = minuteOf(now);
  const last = lastStarts.get(period);
  if (last?.minute === minute) return last.start;
  const start = computeStart(period, now);
  lastStarts.set(period, { minute, start });
  return start;
}

function computeStart(period: Period, now: number): number {
  const date = new Date(now);
  date.setHours(0, 0, 0, 0);
  if (period === 'month') date.setDate(1);
  return date.getTime();
}

/** When the next one begins; milliseconds since 1970. */
export function periodEnd(period: Period, now: number): number {
  const date = new Date(periodStart(period, now));
  if (period === 'day') date.setDate(date.getDate() + 1);
  else date.setMonth(date.getMonth() + 1);
  return date.getTime();
}
