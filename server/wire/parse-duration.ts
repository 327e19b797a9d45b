/** Moments and durations as services write them in headers: Go durations, seconds, dates, epochs. */

/**
 * Milliseconds from now of a Go duration (`6m0s`, `2m59.56s`, `12ms`), bare seconds, a date in any usual form, or epoch
 * seconds; never negative. `undefined`: it says nothing that can be read.
 */
export function parseWaitMs(text: string | undefined, now = Date.now()): number | undefined {
  const wait = parseOffsetMs(text, now);
  return wait === undefined ? undefined : Math.max(0, wait);
}

/** The same; negative for a moment that has passed. */
export function parseOffsetMs(text: string | undefined, now: number): number | undefined {
  const value = text?.trim();
  if (!value) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    const number = Number(value);
    // Nobody asks for thirty years: such a number is a moment.
    return number > 1e12 ? number - now : number > 1e9 ? number * 1000 - now : number * 1000;
  }
  return durationMs(value) ?? dateOffsetMs(value, now);
}

function durationMs(text: string): number | undefined {
  const [whole, days, hours, minutes, seconds, milliseconds] =
    /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text) ?? [];
  if (!whole) return undefined;
  const part = (value: string | undefined, unit: number): number => Number(value ?? 0) * unit;
  return (
    part(days, 86_400_000) +
    part(hours, 3_600_000) +
    part(minutes, 60_000) +
    part(seconds, 1000) +
    part(milliseconds, 1)
  );
}

/** A clock time is asked for, since `Date.parse` makes a date of nearly anything. */
function dateOffsetMs(text: string, now: number): number | undefined {
  const moment = /\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment - now;
}

/** How far apart two clocks may be and still be taken for one, in milliseconds; a date header has whole seconds only. */
const sameClockMs = 5_000;

/**
 * What time it is for the service, by its `date` header: the moments it names are on its clock, and that of a laptop
 * may be minutes off.
 */
export function serviceClockMs(date: string | undefined, now: number): number {
  const moment = date === undefined ? Number.NaN : Date.parse(date);
  return Math.abs(moment - now) > sameClockMs ? moment : now;
}
