/** How often the user accepts each model's suggestions, and what they cost, over the last two weeks. */
import type { ModelId } from '../../shared/chat.ts';
import type { InlineCounts, InlineUsage } from '../metrics/inline-usage.ts';
import type { Clock } from './clock.ts';

/** Milliseconds between two reads of the ledger. */
const countsTtlMs = 30_000;
/** Suggestions of a model before its rates mean anything. */
const minOffers = 20;

export function usageCounts(usage: Pick<InlineUsage, 'lastTwoWeeks'>, clock: Pick<Clock, 'now'>) {
  let cached: { readonly atMs: number; readonly counts: ReadonlyMap<ModelId, InlineCounts> } | undefined;

  const countsOf = (id: ModelId): InlineCounts | undefined => {
    const now = clock.now();
    if (!cached || now - cached.atMs > countsTtlMs) cached = { atMs: now, counts: usage.lastTwoWeeks() };
    const counts = cached.counts.get(id);
    return counts && counts.offered >= minOffers ? counts : undefined;
  };

  return {
    /** Share of its suggestions that the user accepted, 0–1. `undefined`: too few to tell. */
    acceptanceRate(id: ModelId): number | undefined {
      const counts = countsOf(id);
      return counts && Math.min(1, counts.accepted / counts.offered);
    },
    /** Price of a suggestion in US dollars. `undefined`: too few to tell, or some of them have an unknown price. */
    usdPerOffer(id: ModelId): number | undefined {
      const counts = countsOf(id);
      return counts && counts.unknownPrice === 0 ? counts.costUsd / counts.offered : undefined;
    },
  };
}

export type UsageCounts = ReturnType<typeof usageCounts>;
