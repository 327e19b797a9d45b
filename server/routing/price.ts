/** Predicts what a request costs and computes what it did cost. US dollars throughout. */
import type { ServiceTier, Usage } from '../../shared/chat.ts';
import type { OutputRange } from '../../shared/model-stats.ts';
import { type Model, modelFamily, type Price, type Rates, type StandardPrice } from '../../shared/models.ts';
import type { TaskType } from '../../shared/tasks.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';

/** Tokens of one answer where the model's own limit is larger or unknown: enough for a long file, and a bound on the cost. */
export const defaultMaxOutputTokens = 16_384;
/** Tokens of an answer per task type, until there are measurements. */
const defaultOutput: Readonly<Record<TaskType, OutputRange>> = {
  simple_generation: { low: 80, typical: 250, high: 800 },
  verification: { low: 150, typical: 600, high: 2_000 },
  general: { low: 80, typical: 400, high: 1_500 },
  planning: { low: 400, typical: 1_200, high: 3_000 },
  architecture: { low: 600, typical: 1_800, high: 4_000 },
  complex_generation: { low: 500, typical: 2_000, high: 6_000 },
};

/** Tokens that an answer needs at least; a prompt that leaves fewer of the context does not fit. */
export const minAnswerTokens = 256;
/** The share by which a service may count more tokens than expected, and tokens of its template. */
const countTolerance = { share: 1.15, tokens: 128 };

/**
 * Tokens that one answer of this model may have, within the request's own limit. Not sent to local models, which have
 * their own limit.
 * @param promptTokens as this model is expected to count them
 */
export const maxOutputTokensOf = (
  model: Model,
  { maxOutputTokens = defaultMaxOutputTokens }: Pick<RoutingCriteria, 'maxOutputTokens'> = {},
  promptTokens = 0,
): number =>
  Math.min(
    model.maxOutputTokens ?? defaultMaxOutputTokens,
    defaultMaxOutputTokens,
    maxOutputTokens,
    contextLeft(model, promptTokens),
  );

/**
 * Services refuse a request whose prompt and limit exceed the context together. A limit of the model that is small
 * beside its context may be in addition to it.
 */
function contextLeft({ contextTokens, maxOutputTokens }: Model, promptTokens: number): number {
  if (contextTokens === null || (maxOutputTokens !== null && maxOutputTokens < contextTokens / 2))
    return Number.POSITIVE_INFINITY;
  const { share, tokens } = countTolerance;
  return Math.max(minAnswerTokens, contextTokens - Math.ceil(promptTokens * share) - tokens);
}

/**
 * The cost of actual usage: what the service says it charges, where that is believable, else by the model's price.
 * `null`: neither is known.
 */
export function costOf(usage: Usage, price: Price | null): number | null {
  const computed = computedCost(usage, price);
  const { costUsd } = usage;
  if (costUsd === undefined) return computed;
  if (!computed) return costUsd;
  const factor = costUsd / computed;
  return factor >= 1 / maxCostFactor && factor <= maxCostFactor ? costUsd : computed;
}

/**
 * What budgets count: the larger of reported and computed cost, since a gateway may report its own price list's or a
 * discount that ends. `null`: neither is known.
 */
export function settledCostOf(usage: Usage, price: Price | null): number | null {
  const cost = costOf(usage, price);
  const computed = computedCost(usage, price);
  return cost === null || computed === null ? cost : Math.max(cost, computed);
}

/** How far a reported cost may be from the computed one: discounts, fees and surcharges. Beyond it the unit is another. */
const maxCostFactor = 20;

function computedCost(usage: Usage, price: Price | null): number | null {
  const standard = price && priceOfTier(price, usage.serviceTier);
  if (!standard) return null;
  const rates = ratesFor(standard, usage.input);
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

/**
 * The highest ratio of a priority price to the standard one on the vendors' pages. https://platform.openai.com/docs/pricing
 */
const maxPriorityRatio = 2.5;

/** A priority price that is unknown is the worst known one. Other tiers never cost more than the standard. */
function priceOfTier(price: Price, tier: ServiceTier | undefined): StandardPrice {
  const ofTier = tier && price.serviceTiers?.[tier];
  return ofTier ?? (tier === 'priority' ? scalePrice(price, maxPriorityRatio) : price);
}

function scalePrice({ longContext, ...rates }: StandardPrice, factor: number): StandardPrice {
  const scale = (each: Rates) =>
    Object.fromEntries(Object.entries(each).map(([name, usd]) => [name, usd * factor])) as Rates;
  return {
    ...scale(ratesOnly(rates)),
    ...(longContext ? { longContext: { ...longContext, rates: scale(longContext.rates) } } : {}),
  };
}

const ratesOnly = ({ input, output, cachedRead, cacheWrite, cacheWriteHour }: Rates): Rates => ({
  input,
  output,
  ...(cachedRead === undefined ? {} : { cachedRead }),
  ...(cacheWrite === undefined ? {} : { cacheWrite }),
  ...(cacheWriteHour === undefined ? {} : { cacheWriteHour }),
});

/** Whether requests to the model cost nothing: it runs on the user's machines, and no price is configured for it. */
export const isFreeModel = ({ source, price }: Pick<Model, 'source' | 'price'>): boolean =>
  source === 'local' && (!price || maxCostOf(price, 1, 1) === 0);

/**
 * The most that a request may cost in US dollars, whatever the service caches, and whichever of the known tiers it uses.
 * @param maxInput tokens of the prompt at most; a longer one may have another price
 */
export function maxCostOf(price: Price, maxInput: number, maxOutput: number): number {
  let input = 0;
  let output = 0;
  for (const tier of [price, ...Object.values(price.serviceTiers ?? {})]) {
    const { longContext } = tier;
    const each = longContext && maxInput > longContext.overTokens ? [tier, longContext.rates] : [tier];
    for (const rates of each) {
      const { cachedRead = 0, cacheWrite = 0, cacheWriteHour = 0 } = rates;
      input = Math.max(input, rates.input, cachedRead, cacheWrite, cacheWriteHour);
      output = Math.max(output, rates.output);
    }
  }
  return (maxInput * input + maxOutput * output) / 1_000_000;
}

/** US dollars. */
export type CostPrediction = {
  /** The likely range. */
  readonly low: number;
  readonly high: number;
  /** The upper bound, which a hard budget reserves. */
  readonly worst: number;
};

/** Measurements of similar prompts and answers. */
type Measurements = Pick<RoutingSnapshot, 'tokenRatios' | 'outputRange' | 'warmPrefix'>;

/** Tokens of an answer to this task type, measured where possible. */
export const expectedOutput = (task: TaskType, { outputRange }: Measurements): OutputRange =>
  outputRange ?? defaultOutput[task];

/** Tokens of the prompt as this model is expected to count them. */
export const promptTokensOf = (
  route: RoutingCriteria,
  { id, name }: Model,
  { tokenRatios }: Pick<Measurements, 'tokenRatios'>,
): number =>
  route.exactPromptTokens?.get(id) ??
  Math.round(route.promptTokens * (tokenRatios.get(modelFamily(name))?.ratio ?? 1));

/** How long the prompt is for this model, as the start of a sentence. */
export const promptSizeText = (
  route: RoutingCriteria,
  model: Model,
  past: Pick<Measurements, 'tokenRatios'>,
): string =>
  `The prompt is ${route.exactPromptTokens?.has(model.id) ? '' : 'about '}${promptTokensOf(route, model, past)} tokens`;

/** `null`: the price is unknown. */
export function predictCost(route: RoutingCriteria, model: Model, past: Measurements): CostPrediction | null {
  const { price } = model;
  if (!price) return null;
  const prompt = promptTokensOf(route, model, past);
  const expected = ratesFor(price, prompt);
  const maxPrompt = route.exactPromptTokens?.get(model.id) ?? route.maxPromptTokens;
  const cached = past.warmPrefix?.model === model.id ? Math.min(past.warmPrefix.tokens, prompt) : 0;
  const promptCost = (prompt - cached) * expected.input + cached * (expected.cachedRead ?? expected.input);
  const answer = expectedOutput(route.task, past);
  const maxOutput = maxOutputTokensOf(model, route, prompt);
  const { answers = 1, predictionTokens = 0, isPriority } = route;
  const costWith = (output: number): number =>
    (promptCost + Math.min(output, maxOutput) * answers * expected.output) / 1_000_000;
  const worst = maxCostOf(price, maxPrompt, maxOutput * answers + predictionTokens);
  return {
    low: costWith(answer.low),
    high: costWith(answer.high),
    worst: isPriority && !price.serviceTiers?.priority ? worst * maxPriorityRatio : worst,
  };
}

const ratesFor = ({ longContext, ...rates }: StandardPrice, promptTokens: number): Rates =>
  longContext && promptTokens > longContext.overTokens ? longContext.rates : rates;
