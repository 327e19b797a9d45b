/** Knows which models report why an answer ends, so that an answer of theirs without a reason is known to be cut. */
import { brokenOffError } from '../wire/finish-state.ts';
import type { FinishPart } from './stream-parts.ts';

export type EndChecker = {
  /** Throws `interrupted` for an end without a reason, where this model has sent reasons before. */
  check(model: string, finish: FinishPart): void;
};

/**
 * Gateways add `[DONE]` to whatever they have received, also when the service behind them breaks off. A few services
 * never send a finish reason, and there the marker is all there is.
 */
export function endChecker(): EndChecker {
  const withReasons = new Set<string>();
  return {
    check(model, { hasNoReason = false }) {
      if (!hasNoReason) withReasons.add(model);
      else if (withReasons.has(model)) throw brokenOffError();
    },
  };
}
