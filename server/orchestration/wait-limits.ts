/** How long a request waits for a rate limit to end, when no model may answer now. Pure. */
import type { Urgency } from '../../shared/chat.ts';
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import type { Decision } from '../routing/balancer.ts';

/** Milliseconds of waiting in all. A user who types makes another request meanwhile. */
export const maxWaitMs: Readonly<Record<Urgency, number>> = {
  typing: 0,
  interactive: 10_000,
  background: 60_000,
};

/** The same for a pinned model that no other may replace: without the wait there is no answer at all. */
export const maxPinnedWaitMs: Readonly<Record<Urgency, number>> = {
  typing: 0,
  interactive: 60_000,
  background: 300_000,
};

/** Milliseconds. A limit that should have ended and has not is checked again after this. */
const minWaitMs = 25;

/**
 * Milliseconds until the first wanted model may answer. `undefined`: one may now, or no end is known. Only a rate limit
 * ends for certain; a circuit may open again at once.
 * @param mayReplace another model may replace a pinned one
 * @param now milliseconds since 1970
 */
export function waitUntilAvailableMs(
  { candidates, excluded, unavailablePin }: Decision,
  mayReplace: boolean,
  now: number,
): number | undefined {
  const waitsForPin = unavailablePin && !mayReplace;
  if (candidates.length > 0 && !waitsForPin) return undefined;
  const moments = (waitsForPin ? [unavailablePin] : excluded)
    .filter(({ rule }) => exclusionRules[rule].endsAtKnownTime)
    .map(({ until }) => Date.parse(until ?? ''))
    .filter((moment) => !Number.isNaN(moment));
  return moments.length === 0 ? undefined : Math.max(minWaitMs, Math.min(...moments) - now);
}
