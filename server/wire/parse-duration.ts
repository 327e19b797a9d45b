/** Times and durations in headers: Go durations, seconds, dates, epochs. */

/**
 * Milliseconds from now of a Go duration (`6m0s`, `2m59.56s`, `12ms`), bare seconds, a date in any usual form, or epoch
 * seconds; never negative. `undefined`: unreadable.
 */
export function parseWaitMs(text: string | undefined, now = Date.now()): number | undefined {
  const wait = parseOffsetMs(text, now);
  return wait === undefined ? undefined : Math.max(0, wait);
}

/** The same; negative for a time in the past. */
export function parseOffsetMs(text: string | undefined, now: number): number | undefined {
  const value = text?.trim();
  if (!value) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    const number = Number(value);
    // No wait lasts thirty years: such a number is an epoch.
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

/** Requires a clock time, since `Date.parse` accepts nearly any text. */
function dateOffsetMs(text: string, now: number): number | undefined {
  const dateMs = /\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : dateMs - now;
}

/** Milliseconds by which two clocks may differ and still count as equal; a date header has whole seconds only. */
const sameClockMs = 5_000;

/**
 * The service's time, by its `date` header: the times it names are on its clock, and that of a laptop may be minutes
 * off.
 */
export function serviceClockMs(date: string | undefined, now: number): number {
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  return Math.abs(dateMs - now) > sameClockMs ? dateMs : now;
}
