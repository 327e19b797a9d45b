/**
 * Checks whether figures are plausible. A rebuilt page, a moved column or a changed unit shows as an impossible figure, or
 * as one far from the previous. Pure.
 */
import type { Price, Rates } from '../../shared/models.ts';
import type { ModelFacts } from './facts.ts';

/** No price or limit changes by this factor from one day to the next. */
const maxChangeFactor = 10;
/** US dollars per million tokens; the most expensive model so far cost 600. */
const maxRate = 2_000;
/** Tokens. */
const maxTokens = 100_000_000;
const minTokens = 16;
/** Writing the cache costs up to twice the input rate; twice that is implausible. */
const maxCacheWriteFactor = 4;

/** An implausible figure, and the reason: the end of a sentence that starts with the model's name. */
export type InvalidFigure = { readonly figure: keyof ModelFacts; readonly reason: string };

/**
 * The implausible figures among these facts.
 * @param last the previous facts. An absent figure was unknown.
 */
export function validateFigures(facts: ModelFacts, last: ModelFacts): InvalidFigure[] {
  const invalid: InvalidFigure[] = [];
  const add = (figure: keyof ModelFacts, reason: string | undefined) => {
    if (reason !== undefined) invalid.push({ figure, reason });
  };
  if (facts.price)
    add('price', priceFault(facts.price, facts.embeds === true) ?? priceJump(facts.price, last.price));
  for (const figure of ['contextTokens', 'maxOutputTokens'] as const) {
    const value = facts[figure];
    if (value !== undefined) add(figure, tokensFault(value, last[figure]));
  }
  return invalid;
}

function tokensFault(value: number, last: number | undefined): string | undefined {
  if (!Number.isInteger(value) || value < minTokens || value > maxTokens)
    return `${value} tokens are not possible`;
  if (last !== undefined && isJump(value, last)) return `${value} tokens are far from ${last}`;
  return;
}

/** @param embeds the answers are vectors, which cost nothing */
function priceFault(price: Price, embeds: boolean): string | undefined {
  const { longContext, serviceTiers = {}, ...rates } = price;
  const standard = ratesFault(rates, embeds);
  if (standard !== undefined) return standard;
  for (const other of [longContext?.rates, ...Object.values(serviceTiers)]) {
    if (!other) continue;
    const fault = ratesFault(other, embeds);
    if (fault !== undefined) return fault;
    if (isJump(other.input, rates.input) || isJump(other.output, rates.output))
      return `one of its prices, ${ratesText(other)}, is far from its usual one, ${ratesText(rates)}`;
  }
  if (longContext && tokensFault(longContext.overTokens, undefined) !== undefined)
    return `a long prompt cannot start at ${longContext.overTokens} tokens`;
  return;
}

function ratesFault(rates: Rates, embeds: boolean): string | undefined {
  const { input, output, cachedRead, cacheWrite, cacheWriteHour } = rates;
  const all = [input, output, cachedRead, cacheWrite, cacheWriteHour].filter((each) => each !== undefined);
  const wrong = all.find((each) => !Number.isFinite(each) || each < 0 || each > maxRate);
  if (wrong !== undefined) return `a price of ${wrong} US dollars is not possible`;
  if (input === 0 || (output === 0 && !embeds)) return 'a price of 0 is not plausible';
  if (output < input / maxChangeFactor && !embeds)
    return `its answers (${output}) would cost less than a tenth of its prompts (${input})`;
  if (cachedRead !== undefined && cachedRead > input)
    return `a cached prompt (${cachedRead}) would cost more than a new one (${input})`;
  const write = Math.max(cacheWrite ?? 0, cacheWriteHour ?? 0);
  if (write > input * maxCacheWriteFactor)
    return `writing the cache (${write}) would cost far more than a prompt (${input})`;
  return;
}

function priceJump(price: Price, last: Price | undefined): string | undefined {
  if (!last) return;
  if (!isJump(price.input, last.input) && !isJump(price.output, last.output)) return;
  return `${ratesText(price)} is far from ${ratesText(last)}`;
}

const isJump = (value: number, last: number): boolean =>
  last > 0 && (value >= last * maxChangeFactor || value <= last / maxChangeFactor);

const ratesText = ({ input, output }: Rates): string => `$${input} in and $${output} out`;
