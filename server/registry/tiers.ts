/** Guesses how capable a model is, 1 (small) – 5 (frontier), from the words and sizes in its name. Pure. */

/** Billions of parameters up to which an open-weights model has this tier; larger ones have tier 4. */
const sizes: readonly (readonly [number, number])[] = [
  [4, 1],
  [14, 2],
  [80, 3],
];

/**
 * Words in vendors' model names, each as a whole word. The first matching row applies, so words for smaller variants
 * (`flash-lite`) come before those of the family (`flash`).
 */
const words: readonly (readonly [number, RegExp])[] = [
  [1, word('nano|tiny|smollm2?|tinyllama')],
  [2, word('lite|luna|small|instant|phi-?\\d*')],
  [3, word('mini|flash|haiku|terra|medium|fast|codestral|devstral')],
  [5, word('opus|fable|mythos|astra|ultra|argon')],
  // Google's “pro” is its usual large model, OpenAI's the largest one.
  [4, /^gemini\b.*\bpro\b/],
  [5, /^(?:gpt|o\d).*-pro\b/],
  [4, word('sonnet|sol|large|maverick|kimi|max')],
  [4, /^(?:gpt-(?:4\.1|4o|[5-9])|o\d|grok-[4-9]|deepseek-(?:chat|reasoner|v\d|r\d))/],
  [2, /^(?:gpt-3\.5|claude-(?:2|instant))/],
];

/** `null`: the name gives no hint. A size takes precedence over a word: `mistral-small-24b` is a 24 B model. */
export function guessTier(name: string): number | null {
  const lower = name.toLowerCase();
  const billions = billionsIn(lower);
  if (billions > 0) return sizes.find(([max]) => billions <= max)?.[1] ?? 4;
  // A gateway puts the vendor before the name.
  const own = lower.slice(lower.lastIndexOf('/') + 1);
  return words.find(([, pattern]) => pattern.test(own))?.[0] ?? null;
}

/** The largest size in a name, in billions: `7b`, `0.5b`, `8x7b`, `e4b`, `270m`. 0: none. */
function billionsIn(name: string): number {
  const matches = name.matchAll(/(?<![\w.])(?:(\d+)x|[ea])?(\d+(?:\.\d+)?)(b|m)(?![a-z\d])/g);
  let largest = 0;
  for (const [, experts = '1', size = '0', unit] of matches) {
    // `-1m` is a context of a million tokens.
    if (unit === 'm' && Number(size) < 10) continue;
    largest = Math.max(largest, Number(experts) * Number(size) * (unit === 'b' ? 1 : 0.001));
  }
  return largest;
}

function word(alternatives: string): RegExp {
  return new RegExp(`(?<![a-z\\d])(?:${alternatives})(?![a-z\\d])`);
}
