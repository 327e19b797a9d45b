/** How long a service asks us to wait, from whatever it said: headers in any vendor's form. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
import type { Refusal } from './wire-format.ts';

type Headers = Refusal['headers'];

/**
 * Milliseconds to wait, never negative; `undefined` when the service did not say.
 * What it says outright (`retry-after-ms`, `retry-after`) comes before what its rate-limit windows imply.
 * @param now milliseconds since 1970; dates are compared with it
 */
export function retryAfterMs(headers: Headers, now = Date.now()): number | undefined {
  const milliseconds = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (milliseconds >= 0) return milliseconds;
  return waitOf(headers['retry-after'], now) ?? exhaustedWindowMs(headers, now);
}

/** Milliseconds of a Go duration (`6m0s`, `2m59.56s`, `12ms`), bare seconds, a date in any usual form, or epoch seconds. */
export function waitOf(text: string | undefined, now = Date.now()): number | undefined {
  const value = text?.trim();
  if (!value) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    const number = Number(value);
    // Nobody asks for thirty years: such a number is a moment.
    return number > 1e12 ? until(number, now) : number > 1e9 ? until(number * 1000, now) : number * 1000;
  }
  // A clock time is asked for, since `Date.parse` makes a date of nearly anything.
  return durationMs(value) ?? (/\d:\d\d/.test(value) ? until(Date.parse(value), now) : undefined);
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

const until = (moment: number, now: number): number | undefined =>
  Number.isNaN(moment) ? undefined : Math.max(0, moment - now);

/** OpenAI and those who copy it name the unit last, Anthropic the word. */
const windows = [
  ...['requests', 'tokens'].map((unit) => ({
    remaining: `x-ratelimit-remaining-${unit}`,
    reset: `x-ratelimit-reset-${unit}`,
  })),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((unit) => ({
    remaining: `anthropic-ratelimit-${unit}-remaining`,
    reset: `anthropic-ratelimit-${unit}-reset`,
  })),
];

/**
 * Every window's reset is always sent, so a long one with something left in it is not our wait. Those with nothing left
 * all have to pass; where nobody says what is left, the soonest is tried.
 */
function exhaustedWindowMs(headers: Headers, now: number): number | undefined {
  const empty: number[] = [];
  const untold: number[] = [];
  for (const { remaining, reset } of windows) {
    const wait = waitOf(headers[reset], now);
    if (wait === undefined) continue;
    const left = headers[remaining];
    if (left === undefined) untold.push(wait);
    else if (Number(left) <= 0) empty.push(wait);
  }
  if (empty.length > 0) return Math.max(...empty);
  return untold.length > 0 ? Math.min(...untold) : undefined;
}
