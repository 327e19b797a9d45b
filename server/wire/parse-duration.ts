/** Times and durations that services name: Go durations, seconds, words with units, ISO 8601, dates, epochs. */

/**
 * Milliseconds from now of a duration (`6m0s`, `2m59.56s`, `12ms`, `1 seconds`, `2 minutes 5 sec`, `PT1M30S`,
 * `00:01:30`), bare seconds, a date in any usual form, or an epoch; never negative. `undefined`: unreadable.
 */
export function parseWaitMs(text: string | undefined, now = Date.now()): number | undefined {
  const wait = parseOffsetMs(text, now);
  return wait === undefined ? undefined : Math.max(0, wait);
}

/** Characters of a time or a duration. */
const maxLength = 100;

/** The same; negative for a time in the past. */
export function parseOffsetMs(text: string | undefined, now: number): number | undefined {
  const value = text?.trim();
  if (!value || value.length > maxLength) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return numberOffsetMs(Number(value), now);
  return durationMs(value) ?? dateOffsetMs(value, now);
}

/** No wait lasts thirty years: a number that large is an epoch, in seconds or a finer unit by its size. */
function numberOffsetMs(number: number, now: number): number {
  if (number > 1e17) return number / 1e6 - now;
  if (number > 1e14) return number / 1000 - now;
  if (number > 1e12) return number - now;
  return number > 1e9 ? number * 1000 - now : number * 1000;
}

/** Milliseconds of one unit, by its first letters. The longer names precede: `ms` is no minute. */
const units: readonly (readonly [pattern: string, ms: number])[] = [
  ['ms|msecs?|millis(?:econds?)?|\u6beb\u79d2', 1],
  ['s|secs?|seconds?|\u79d2', 1000],
  ['m|mins?|minutes?|\u5206\u949f|\u5206', 60_000],
  ['h|hrs?|hours?|\u5c0f\u65f6', 3_600_000],
  ['d|days?|\u5929', 86_400_000],
];
const unitNames = units.map(([pattern]) => pattern).join('|');

/** One duration in a text, as a pattern without groups: `1.2s`, `1m 30s`, `2 hours and 5 minutes`. */
export const durationPattern = `\\d+(?:\\.\\d+)?[\\s-]?(?:${unitNames})(?![a-z])(?:,?\\s?(?:and\\s)?\\d+(?:\\.\\d+)?\\s?(?:${unitNames})(?![a-z]))*|\\d+(?:\\.\\d+)?(?:ms|[smhd])(?:\\d+(?:\\.\\d+)?(?:ms|[smhd]))+`;
const wholeDuration = new RegExp(`^(?:${durationPattern})$`, 'i');
const amount = new RegExp(
  `(\\d+(?:\\.\\d+)?)[\\s-]?(?:${units.map(([pattern]) => `(${pattern})`).join('|')})(?![a-z])`,
  'gi',
);

function durationMs(text: string): number | undefined {
  const [, hours, minutes, seconds] = /^(?:(\d+):)?(\d{1,3}):(\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  if (seconds !== undefined)
    return Number(hours ?? 0) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
  const iso = /^P(?:\d+D)?(?:T[\d.HMS]+)?$/i.test(text) ? text.slice(1).replace(/T/i, '') : text;
  // In `6m0s` the next amount follows its unit at once.
  const spaced = iso.replace(/([a-z])(?=\d)/gi, '$1 ');
  if (!wholeDuration.test(spaced)) return undefined;
  let total = 0;
  for (const [, number, ...names] of spaced.matchAll(amount)) {
    const unit = units[names.findIndex((name) => name !== undefined)];
    total += Number(number) * (unit?.[1] ?? 0);
  }
  return total;
}

/** Requires a clock time, since `Date.parse` accepts nearly any text. A date without a zone is in UTC. */
function dateOffsetMs(text: string, now: number): number | undefined {
  if (!/\d:\d\d/.test(text)) return undefined;
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/.exec(text) ?? [];
  const dateMs = Date.parse(day === undefined ? text : `${day}T${time}Z`);
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
