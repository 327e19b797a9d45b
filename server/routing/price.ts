/** What a request would cost, and did. US dollars throughout. */
import type { Usage } from '../../shared/chat.ts';
import type { Model, Price, Rates } from '../../shared/models.ts';
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
  const rates = ratesFor(price, usage.input);
  const plainInput = Math.max(0, usage.input - usage.cachedRead - usage.cacheWrite);
  return (
    (plainInput * rates.input +
      usage.cachedRead * (rates.cachedRead ?? rates.input) +
      usage.cacheWrite * (rates.cacheWrite ?? rates.input) +
      usage.output * rates.output) /
    1_000_000
  );
}

/** The range a request is predicted to cost; `high` is the worst case a budget reserves. `null`: price unknown. */
export function predictCost(route: Route, model: Model): { low: number; high: number } | null {
  const { price } = model;
  if (!price) return null;
  const usual = ratesFor(price, route.promptTokens);
  const worst = ratesFor(price, route.mostPromptTokens);
  const dearest = Math.max(worst.input, worst.cacheWrite ?? 0);
  return {
    low: (route.promptTokens * usual.input + shortAnswerTokens * usual.output) / 1_000_000,
    high: (route.mostPromptTokens * dearest + outputLimit(model) * worst.output) / 1_000_000,
  };
}

const ratesFor = ({ longContext, ...rates }: Price, promptTokens: number): Rates =>
  longContext && promptTokens > longContext.overTokens ? longContext.rates : rates;
