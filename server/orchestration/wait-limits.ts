/** How long a request waits for a rate limit to end, when no model may answer now. Pure. */
import type { ModelId, Urgency } from '../../shared/chat.ts';
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

export type AwaitedModel = {
  /** Milliseconds until it may answer. */
  readonly ms: number;
  readonly model: ModelId;
  /** Why it may not now, one sentence. */
  readonly reason: string;
};

/**
 * The first wanted model that may answer again. `undefined`: one may now, or no end is known. Only a rate limit
 * ends for certain; a circuit may open again at once.
 * @param mayReplace another model may replace a pinned one
 * @param now milliseconds since 1970
 */
export function awaitedModel(
  { candidates, excluded, unavailablePin }: Decision,
  mayReplace: boolean,
  now: number,
): AwaitedModel | undefined {
  const waitsForPin = unavailablePin && !mayReplace;
  if (candidates.length > 0 && !waitsForPin) return undefined;
  const [first] = (waitsForPin ? [unavailablePin] : excluded)
    .filter(({ rule }) => exclusionRules[rule].endsAtKnownTime)
    .map(({ model, reason, until }) => ({ model, reason, at: Date.parse(until ?? '') }))
    .filter(({ at }) => !Number.isNaN(at))
    .toSorted((one, other) => one.at - other.at);
  return first && { ms: Math.max(minWaitMs, first.at - now), model: first.model, reason: first.reason };
}
