/** The wait that a service requests, from headers in any vendor's form. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */

import { parseWaitMs, serviceClockMs } from './parse-duration.ts';
import { parseRateHeaders } from './rate-windows.ts';
import type { ErrorResponse } from './wire-format.ts';

type Headers = ErrorResponse['headers'];

/**
 * Milliseconds to wait, never negative; `undefined` when the service requests none.
 * An explicit wait (`retry-after-ms`, `retry-after`) takes precedence over one that its rate-limit windows imply.
 * @param now milliseconds since 1970; dates are compared with it
 */
export function retryAfterMs(headers: Headers, now = Date.now()): number | undefined {
  const milliseconds = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (milliseconds >= 0) return milliseconds;
  return (
    parseWaitMs(headers['retry-after'], serviceClockMs(headers['date'], now)) ??
    exhaustedWindowMs(headers, now)
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
