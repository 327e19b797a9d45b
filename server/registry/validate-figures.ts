/**
 * Whether a figure can be true. A page that was rebuilt, a column that moved or a unit that changed shows as a figure
 * that makes no sense, or as one far from the last. Pure.
 */
import type { Price, Rates } from '../../shared/models.ts';
import type { ModelFacts } from './facts.ts';

/** Nothing becomes ten times dearer or cheaper, larger or smaller, from one day to the next. */
const leap = 10;
/** US dollars per million tokens; the dearest model ever sold was at 600. */
const dearest = 2_000;
/** Tokens. */
const mostTokens = 100_000_000;
const fewestTokens = 16;
/** A cache is written at up to twice the input rate. */
const dearestWrite = 4;

/** A figure that is not believed, and the reason: the end of a sentence that begins with the model's name. */
export type InvalidFigure = { readonly figure: keyof ModelFacts; readonly reason: string };

/**
 * What of these facts is not believed.
 * @param last what held until now. An absent figure was not known.
 */
export function validateFigures(facts: ModelFacts, last: ModelFacts): InvalidFigure[] {
  const doubts: InvalidFigure[] = [];
  const add = (figure: keyof ModelFacts, reason: string | undefined) => {
    if (reason !== undefined) doubts.push({ figure, reason });
  };
  if (facts.price)
    add('price', doubtOfPrice(facts.price, facts.embeds === true) ?? leapOfPrice(facts.price, last.price));
  for (const figure of ['contextTokens', 'maxOutputTokens'] as const) {
    const value = facts[figure];
    if (value !== undefined) add(figure, doubtOfTokens(value, last[figure]));
  }
  return doubts;
}

function doubtOfTokens(value: number, last: number | undefined): string | undefined {
  if (!Number.isInteger(value) || value < fewestTokens || value > mostTokens)
    return `${value} tokens are not possible`;
  if (last !== undefined && leaps(value, last)) return `${value} tokens are far from ${last}`;
  return;
}

/** @param embeds its answers are vectors, which cost nothing */
function doubtOfPrice(price: Price, embeds: boolean): string | undefined {
  const { longContext, serviceTiers = {}, ...rates } = price;
  const standard = doubtOfRates(rates, embeds);
  if (standard !== undefined) return standard;
  for (const other of [longContext?.rates, ...Object.values(serviceTiers)]) {
    if (!other) continue;
    const doubt = doubtOfRates(other, embeds);
    if (doubt !== undefined) return doubt;
    if (leaps(other.input, rates.input) || leaps(other.output, rates.output))
      return `one of its prices, ${words(other)}, is far from its usual one, ${words(rates)}`;
  }
  if (longContext && doubtOfTokens(longContext.overTokens, undefined) !== undefined)
    return `a long prompt cannot begin at ${longContext.overTokens} tokens`;
  return;
}

function doubtOfRates(rates: Rates, embeds: boolean): string | undefined {
  const { input, output, cachedRead, cacheWrite, cacheWriteHour } = rates;
  const all = [input, output, cachedRead, cacheWrite, cacheWriteHour].filter((each) => each !== undefined);
  const wrong = all.find((each) => !Number.isFinite(each) || each < 0 || each > dearest);
  if (wrong !== undefined) return `a price of ${wrong} US dollars is not possible`;
  if (input === 0 || (output === 0 && !embeds)) return 'a price of nothing is not believed';
  if (output < input / leap && !embeds)
    return `its answers (${output}) would cost less than a tenth of its prompts (${input})`;
  if (cachedRead !== undefined && cachedRead > input)
    return `a cached prompt (${cachedRead}) would cost more than a new one (${input})`;
  const write = Math.max(cacheWrite ?? 0, cacheWriteHour ?? 0);
  if (write > input * dearestWrite)
    return `writing the cache (${write}) would cost far more than a prompt (${input})`;
  return;
}

function leapOfPrice(price: Price, last: Price | undefined): string | undefined {
  if (!last) return;
  if (!leaps(price.input, last.input) && !leaps(price.output, last.output)) return;
  return `${words(price)} is far from ${words(last)}`;
}

const leaps = (value: number, last: number): boolean =>
  last > 0 && (value >= last * leap || value <= last / leap);

const words = ({ input, output }: Rates): string => `$${input} in and $${output} out`;
