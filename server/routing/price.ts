/** What a request would cost, and did. US dollars throughout. */
import type { Usage } from '../../shared/chat.ts';
import type { Model, Price } from '../../shared/models.ts';
import type { Route } from './snapshot.ts';

/** Tokens of one answer where the model's own limit is larger or unknown: enough for a long file, and a bound for the bill. */
export const usualMaxOutputTokens = 16_384;
/** An answer this short is the cheap end of a prediction. */
const shortAnswerTokens = 100;

/** Tokens one answer of this model may have; local models are left to their own limit. */
export const outputLimit = (model: Model): number =>
  Math.min(model.maxOutputTokens ?? usualMaxOutputTokens, usualMaxOutputTokens);

/** What was really used, at a model's price. `null` when the price is unknown. */
export function costOf(usage: Usage, price: Price | null): number | null {
  if (!price) return null;
  const plainInput = Math.max(0, usage.input - usage.cachedRead - usage.cacheWrite);
  return (
    (plainInput * price.input +
      usage.cachedRead * (price.cachedRead ?? price.input) +
      usage.cacheWrite * (price.cacheWrite ?? price.input) +
      usage.output * price.output) /
    1_000_000
  );
}

/** The range a request is predicted to cost; `high` is the worst case a budget reserves. `null`: price unknown. */
export function predictCost(route: Route, model: Model): { low: number; high: number } | null {
  const { price } = model;
  if (!price) return null;
  const dearest = Math.max(price.input, price.cacheWrite ?? 0);
  return {
    low: (route.promptTokens * price.input + shortAnswerTokens * price.output) / 1_000_000,
    high: (route.mostPromptTokens * dearest + outputLimit(model) * price.output) / 1_000_000,
  };
}
