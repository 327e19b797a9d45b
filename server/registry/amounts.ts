/** Parses dollars and tokens as pages write them. Pure. */

/** The first amount of US dollars: `$5 / MTok`, `$0.075`, `-$1`. `undefined`: none, or another currency. */
export function parseDollars(text: string): number | undefined {
  const [, before = '', after = '', digits] = /(-?)\$\s*(-?)((?:\d[\d,]*)?\.?\d+)/.exec(text) ?? [];
  if (digits === undefined) return;
  const amount = Number(digits.replaceAll(',', ''));
  return before || after ? -amount : amount;
}

/** A number of tokens: `131,072`, `500k`, `1M`. `undefined`: none. */
export function parseTokens(text: string): number | undefined {
  const [, digits, unit = ''] = /(?<!\d|\d,)(\d[\d,]*(?:\.\d+)?)\s*([kKmM]?)(?![\w$])/.exec(text) ?? [];
  if (digits === undefined) return;
  const scale = { '': 1, k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1;
  return Math.round(Number(digits.replaceAll(',', '')) * scale);
}

/**
 * For a row or an amount that applies to long prompts only, as in `(≥ 200k prompt tokens)` or `prompts > 200k`: it applies
 * to prompts of more tokens than this. `undefined`: it is not for long prompts.
 */
export function parseLongPromptThreshold(text: string): number | undefined {
  const [, sign, amount = ''] = /(>=|\u2265|>)\s*(\d[\d,.]*\s*[kKmM]?)/.exec(text) ?? [];
  const tokens = sign === undefined ? undefined : parseTokens(amount);
  if (tokens === undefined) return;
  return sign === '>' ? tokens : tokens - 1;
}

/** A price times a factor, without the rounding noise of binary fractions. */
export const scaleRate = (rate: number, factor: number): number => Math.round(rate * factor * 1e9) / 1e9;
