/** How long a question waits for somebody to return, when nobody may be asked now. Pure. */
import type { Urgency } from '../../shared/chat.ts';
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import type { Decision } from '../routing/balancer.ts';

/** Milliseconds of waiting in all, by who waits: what is typed meanwhile makes another question. */
export const maxWaitMs: Readonly<Record<Urgency, number>> = {
  typing: 0,
  interactive: 10_000,
  background: 60_000,
};

/** Milliseconds. A limit that should be over and is not is looked at again after this. */
const minWaitMs = 25;

/**
 * Milliseconds until the first who is wanted returns. `undefined`: somebody may be asked now, or nobody is known to
 * return. Only a rate limit ends for certain; who waits for a circuit may wait for nothing.
 * @param mayReplace somebody else may take the place of a pinned model
 * @param now milliseconds since 1970
 */
export function waitUntilAvailableMs(
  { candidates, excluded, unavailablePin }: Decision,
  mayReplace: boolean,
  now: number,
): number | undefined {
  const held = unavailablePin && !mayReplace;
  if (candidates.length > 0 && !held) return undefined;
  const moments = (held ? [unavailablePin] : excluded)
    .filter(({ rule }) => exclusionRules[rule].endsAtKnownTime)
    .map(({ until }) => Date.parse(until ?? ''))
    .filter((moment) => !Number.isNaN(moment));
  return moments.length === 0 ? undefined : Math.max(minWaitMs, Math.min(...moments) - now);
}
