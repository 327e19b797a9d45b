/** How long a service asks us to wait, from whatever it said: headers in any vendor's form. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */

import { parseWaitMs, serviceClockMs } from './parse-duration.ts';
import { parseRateHeaders } from './rate-windows.ts';
import type { ErrorResponse } from './wire-format.ts';

type Headers = ErrorResponse['headers'];

/**
 * Milliseconds to wait, never negative; `undefined` when the service did not say.
 * What it says outright (`retry-after-ms`, `retry-after`) comes before what its rate-limit windows imply.
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
 * Every window's reset is always sent, so a long one with something left in it is not our wait. Those with nothing left
 * all have to pass; where nobody says what is left, the soonest is tried.
 */
function exhaustedWindowMs(headers: Headers, now: number): number | undefined {
  const windows = parseRateHeaders(headers, now);
  const empty = windows.filter(({ remaining }) => remaining === 0);
  const waits = empty.flatMap(({ resetMs, lengthMs }) => resetMs ?? lengthMs ?? []);
  if (waits.length > 0) return Math.max(...waits);
  const untold = windows.flatMap(({ remaining, resetMs }) =>
    remaining === undefined ? (resetMs ?? []) : [],
  );
  return untold.length > 0 ? Math.min(...untold) : undefined;
}
