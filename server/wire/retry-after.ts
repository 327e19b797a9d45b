/**
 * The wait that a service requests: in headers, in fields of the body, or in words.
 * https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */

import type { ErrorFacts } from './error-body.ts';
import { durationPattern, parseWaitMs, serviceClockMs } from './parse-duration.ts';
import { parseRateHeaders } from './rate-windows.ts';
import { type UpstreamHeaders, upstreamHeaders } from './upstream-headers.ts';
import type { ErrorResponse } from './wire-format.ts';

type Headers = ErrorResponse['headers'];

/**
 * Milliseconds to wait, never negative; `undefined` when the service requests none. Service and gateway may each name
 * one: the longest holds. An explicit wait takes precedence over one that rate-limit windows imply.
 * @param now milliseconds since 1970; dates are compared with it
 */
export function requestedWaitMs(
  headers: Headers,
  facts: Pick<ErrorFacts, 'waits' | 'text' | 'headers'>,
  now: number,
): number | undefined {
  const upstream = upstreamHeaders(headers, now);
  const clockMs = upstream?.atMs ?? serviceClockMs(headers['date'], now);
  const ofService = longest([
    ...(upstream ? headerWaits(upstream.headers, clockMs) : []),
    ...headerWaits(facts.headers, clockMs),
    ...facts.waits.flatMap((field) => fieldWaitMs(field, clockMs) ?? []),
    ...waitsInWords(facts.text, clockMs),
  ]);
  const explicit = [...headerWaits(headers, now), ...remaining(ofService, upstream)];
  if (explicit.length > 0) return longest(explicit);
  return (
    exhaustedWindowMs(headers, now) ??
    remaining(upstream && exhaustedWindowMs(upstream.headers, clockMs), upstream)[0] ??
    exhaustedWindowMs(facts.headers, clockMs)
  );
}

/** What is left of a wait that began when the service behind a gateway answered. */
const remaining = (waitMs: number | undefined, upstream: UpstreamHeaders | undefined): readonly number[] =>
  waitMs === undefined ? [] : [Math.max(0, waitMs - (upstream?.ageMs ?? 0))];

/** The same from headers alone. */
export const retryAfterMs = (headers: Headers, now = Date.now()): number | undefined =>
  longest(headerWaits(headers, now)) ?? exhaustedWindowMs(headers, now);

/** The longest wait; one in whole seconds that only rounds up a finer one is the same wait. */
function longest(waits: readonly number[]): number | undefined {
  if (waits.length === 0) return undefined;
  const max = Math.max(...waits);
  const finer = waits.filter(
    (wait) => wait % 1000 !== 0 && wait < max && Math.ceil(wait / 1000) * 1000 === max,
  );
  return finer.length > 0 ? Math.max(...finer) : max;
}

function headerWaits(headers: Headers, now: number): readonly number[] {
  const milliseconds = split(headers['retry-after-ms'])
    .map(Number.parseFloat)
    .filter((ms) => ms >= 0);
  const clockMs = serviceClockMs(headers['date'], now);
  return [
    ...milliseconds,
    ...split(headers['retry-after']).flatMap((text) => parseWaitMs(text, clockMs) ?? []),
  ];
}

/** The values of a header that came more than once; a date holds a comma of its own. */
const split = (value: string | undefined): readonly string[] =>
  (value ?? '').split(/,(?!\s*\d\d[ -][A-Z][a-z]{2}[ -]\d{2,4})/).filter((text) => text.trim());

/** Google's Duration as an object. */
type DurationObject = { readonly seconds?: unknown; readonly nanos?: unknown };

/** Of a field such as `retryDelay`, `retry_after_ms`, `resets_at`, `estimated_time`. */
function fieldWaitMs([name, value]: ErrorFacts['waits'][number], now: number): number | undefined {
  // A daily quota of Google still reports a delay of seconds, which is wrong.
  if (name === 'quotaid') return String(value).includes('PerDay') ? msToPacificMidnight(now) : undefined;
  if (typeof value === 'object' && value !== null) {
    const { seconds, nanos } = value as DurationObject;
    const total = Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
    return total > 0 ? total : undefined;
  }
  const text = String(value);
  if (/(?:_|^)ms$|ms$/.test(name) && /^\d+(?:\.\d+)?$/.test(text) && Number(text) < 1e9) return Number(text);
  return typeof value === 'number' || typeof value === 'string' ? parseWaitMs(text, now) : undefined;
}

const inWords = new RegExp(
  `(?:again|retry|retried|wait|available|resets?|resume[sd]?|back|cool(?:s|ing)?[- ]?down|unblocked|try|\u8bf7)[^.;\\d]{0,48}?(${durationPattern})`,
  'gi',
);
const bareSeconds = /\bretry[- _]?after["']?\s*[:=]?\s*(\d+(?:\.\d+)?)(?![\d.]*\s*[a-z\d])/gi;
const untilDate =
  /(?:again|retry|resets?|until|regain access|after|available)\b[^\d\n]{0,40}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?)/gi;
const chinese = new RegExp(`(${durationPattern})(?:\u4e4b?\u540e|\u518d)`, 'gi');

/** `Please try again in 1m30.5s`, `retry after 20 seconds`, `resets at: 2026-12-01 03:00:00 UTC`. */
function waitsInWords(text: string, now: number): readonly number[] {
  return [inWords, bareSeconds, untilDate, chinese].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, wait]) => parseWaitMs(wait, now) ?? []),
  );
}

/**
 * Every window's reset is always sent, so that of a window with a remainder is not our wait. All exhausted windows have
 * to pass; where no remainder is reported, the soonest reset is tried.
 */
function exhaustedWindowMs(headers: Headers, now: number): number | undefined {
  const windows = parseRateHeaders(headers, now);
  const empty = windows.filter(({ remaining }) => remaining === 0);
  const waits = empty.flatMap(({ resetMs, lengthMs }) => resetMs ?? lengthMs ?? []);
  if (waits.length > 0) return Math.max(...waits);
  const unreported = windows.flatMap(({ remaining, resetMs }) =>
    remaining === undefined ? (resetMs ?? []) : [],
  );
  return unreported.length > 0 ? Math.min(...unreported) : undefined;
}

/** Daily quotas return at midnight Pacific time. Off by an hour on the two days a year the clocks change. */
function msToPacificMidnight(now: number): number {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(now);
  const read = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(clock.find((part) => part.type === type)?.value ?? 0);
  return 86_400_000 - ((read('hour') * 60 + read('minute')) * 60 + read('second')) * 1000;
}
