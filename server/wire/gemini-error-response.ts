/** Gemini's error responses: waits are in the body, as google.rpc details. https://ai.google.dev/gemini-api/docs/rate-limits */
import * as z from 'zod';
import type { RumboError } from '../../shared/errors.ts';
import { parseErrorText } from './error-body.ts';
import { errorFromResponse } from './error-response.ts';
import { parseWaitMs } from './parse-duration.ts';
import type { ErrorResponse } from './wire-format.ts';

const Detail = z.object({
  retryDelay: z.string().optional().catch(undefined),
  violations: z
    .array(z.object({ quotaId: z.string().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});

/** @param now milliseconds since 1970 */
export function geminiErrorFromResponse(response: ErrorResponse, now = Date.now()): RumboError {
  const details = parseErrorText(response.body).details.flatMap((value) => {
    const { data } = Detail.safeParse(value);
    return data ? [data] : [];
  });
  const violations = details.flatMap((detail) => detail.violations ?? []);
  // An exhausted daily quota still reports a delay of seconds, which is wrong.
  const spentForToday = violations.some(({ quotaId }) => quotaId?.includes('PerDay'));
  const delay = details
    .map(({ retryDelay }) => parseWaitMs(retryDelay, now))
    .find((wait) => wait !== undefined);
  return errorFromResponse(response, { retryAfterMs: spentForToday ? msToPacificMidnight(now) : delay });
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
