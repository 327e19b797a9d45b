/** What a request would cost, and did. US dollars throughout. */
import type { ServiceTier, Usage } from '../../shared/chat.ts';
import type { OutputRange } from '../../shared/model-stats.ts';
import { type Model, modelFamily, type Price, type Rates, type StandardPrice } from '../../shared/models.ts';
import type { TaskType } from '../../shared/tasks.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';

/** Tokens of one answer where the model's own limit is larger or unknown: enough for a long file, and a bound for the bill. */
export const defaultMaxOutputTokens = 16_384;
/** Tokens of an answer to each kind of work, until history tells better. */
const usualOutput: Readonly<Record<TaskType, OutputRange>> = {
  simple_generation: { low: 80, typical: 250, high: 800 },
  verification: { low: 150, typical: 600, high: 2_000 },
  general: { low: 80, typical: 400, high: 1_500 },
  planning: { low: 400, typical: 1_200, high: 3_000 },
  architecture: { low: 600, typical: 1_800, high: 4_000 },
  complex_generation: { low: 500, typical: 2_000, high: 6_000 },
};

/** Tokens that one answer of this model may have, within the request's own limit; local models are left to their own limit. */
export const maxOutputTokensOf = (
  model: Model,
  { maxOutputTokens = defaultMaxOutputTokens }: Pick<RoutingCriteria, 'maxOutputTokens'> = {},
): number =>
  Math.min(model.maxOutputTokens ?? defaultMaxOutputTokens, defaultMaxOutputTokens, maxOutputTokens);

/** What was really used, at a model's price. `null` when the price is unknown. */
export function costOf(usage: Usage, price: Price | null): number | null {
  const held = price && priceOfTier(price, usage.serviceTier);
  if (!held) return null;
  const rates = ratesFor(held, usage.input);
  const plainInput = Math.max(0, usage.input - usage.cachedRead - usage.cacheWrite);
  const hourWrite = Math.min(usage.cacheWriteHour ?? 0, usage.cacheWrite);
  const cacheWrite = rates.cacheWrite ?? rates.input;
  return (
    (plainInput * rates.input +
      usage.cachedRead * (rates.cachedRead ?? rates.input) +
      (usage.cacheWrite - hourWrite) * cacheWrite +
      hourWrite * (rates.cacheWriteHour ?? cacheWrite) +
      usage.output * rates.output) /
    1_000_000
  );
}

/** `null`: it worked more urgently than usual, at a price nobody has told. Less urgent work never costs more. */
function priceOfTier(price: Price, tier: ServiceTier | undefined): StandardPrice | null {
  if (!tier) return price;
  return price.serviceTiers?.[tier] ?? (tier === 'priority' ? null : price);
}

/** US dollars. */
export type CostPrediction = {
  /** Where the price will most likely lie. */
  readonly low: number;
  readonly high: number;
  /** What a hard budget reserves: nothing costs more. */
  readonly worst: number;
};

/** What is known of prompts and answers like these. */
type Past = Pick<RoutingSnapshot, 'tokenRatios' | 'outputRange' | 'warmPrefix'>;

/** Tokens of an answer to this task, from history where there is some. */
export const expectedOutput = (task: TaskType, { outputRange }: Past): OutputRange =>
  outputRange ?? usualOutput[task];

/** The prompt as this model will count it. */
export const promptTokensOf = (
  route: RoutingCriteria,
  { id, name }: Model,
  { tokenRatios }: Pick<Past, 'tokenRatios'>,
): number =>
  route.exactPromptTokens?.get(id) ??
  Math.round(route.promptTokens * (tokenRatios.get(modelFamily(name))?.ratio ?? 1));

/** How long the prompt is for this model, to begin a sentence with. */
export const promptSizeText = (
  route: RoutingCriteria,
  model: Model,
  past: Pick<Past, 'tokenRatios'>,
): string =>
  `The prompt is ${route.exactPromptTokens?.has(model.id) ? '' : 'about '}${promptTokensOf(route, model, past)} tokens`;

/** `null`: the price is unknown. */
export function predictCost(route: RoutingCriteria, model: Model, past: Past): CostPrediction | null {
  const { price } = model;
  if (!price) return null;
  const prompt = promptTokensOf(route, model, past);
  const usual = ratesFor(price, prompt);
  const mostPrompt = route.exactPromptTokens?.get(model.id) ?? route.maxPromptTokens;
  const worst = ratesFor(price, mostPrompt);
  const dearest = Math.max(worst.input, worst.cacheWrite ?? 0);
  const cached = past.warmPrefix?.model === model.id ? Math.min(past.warmPrefix.tokens, prompt) : 0;
  const read = (prompt - cached) * usual.input + cached * (usual.cachedRead ?? usual.input);
  const answer = expectedOutput(route.task, past);
  const most = maxOutputTokensOf(model, route);
  return {
    low: (read + Math.min(answer.low, most) * usual.output) / 1_000_000,
    high: (read + Math.min(answer.high, most) * usual.output) / 1_000_000,
    worst: (mostPrompt * dearest + most * worst.output) / 1_000_000,
  };
}

const ratesFor = ({ longContext, ...rates }: StandardPrice, promptTokens: number): Rates =>
  longContext && promptTokens > longContext.overTokens ? longContext.rates : rates;
