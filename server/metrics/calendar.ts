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

/** The first moment of it: where clocks are set forward at midnight it is 1:00. */
function computeStart(period: Period, now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), period === 'month' ? 1 : date.getDate()).getTime();
}

/** The local day or month of `now` by its name, which is the same in every process, time zone and season: `2026-06-15`, `2026-06`. */
export function periodName(period: Period, now: number): string {
  const date = new Date(now);
  const month = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}`;
  return period === 'month' ? month : `${month}-${twoDigits(date.getDate())}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** When the next one begins; milliseconds since 1970. */
export function periodEnd(period: Period, now: number): number {
  const date = new Date(now);
  const [year, month] = [date.getFullYear(), date.getMonth()];
  return (period === 'day' ? new Date(year, month, date.getDate() + 1) : new Date(year, month + 1)).getTime();
}
