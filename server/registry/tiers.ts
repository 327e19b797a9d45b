/** How capable a model is, 1 (small) – 5 (frontier), guessed from the words and sizes in its name. Pure. */

/** Billions of parameters up to which a model of open weights has this tier; what is larger has tier 4. */
const sizes: readonly (readonly [number, number])[] = [
  [4, 1],
  [14, 2],
  [80, 3],
];

/**
 * Words that vendors put into names, each as a whole word. The first row that matches decides, so the words that make
 * a model smaller (`flash-lite`) come before those that name its family (`flash`).
 */
const words: readonly (readonly [number, RegExp])[] = [
  [1, word('nano|tiny|smollm2?|tinyllama')],
  [2, word('lite|luna|small|instant|phi-?\\d*')],
  [3, word('mini|flash|haiku|terra|medium|fast|codestral|devstral')],
  [5, word('opus|fable|mythos|astra|ultra|argon')],
  // Google's “pro” is its usual large model, OpenAI's the largest there is.
  [4, /^gemini\b.*\bpro\b/],
  [5, /^(?:gpt|o\d).*-pro\b/],
  [4, word('sonnet|sol|large|maverick|kimi|max')],
  [4, /^(?:gpt-(?:4\.1|4o|[5-9])|o\d|grok-[4-9]|deepseek-(?:chat|reasoner|v\d|r\d))/],
  [2, /^(?:gpt-3\.5|claude-(?:2|instant))/],
];

/** `null` when the name says nothing. A size says more than a word: `mistral-small-24b` is a 24 B model. */
export function guessTier(name: string): number | null {
  const known = name.toLowerCase();
  const billions = billionsIn(known);
  if (billions > 0) return sizes.find(([most]) => billions <= most)?.[1] ?? 4;
  // A gateway puts the maker before the name.
  const own = known.slice(known.lastIndexOf('/') + 1);
  return words.find(([, pattern]) => pattern.test(own))?.[0] ?? null;
}

/** The largest size in a name, in billions: `7b`, `0.5b`, `8x7b`, `e4b`, `270m`. 0: none. */
function billionsIn(name: string): number {
  const found = name.matchAll(/(?<![\w.])(?:(\d+)x|[ea])?(\d+(?:\.\d+)?)(b|m)(?![a-z\d])/g);
  let largest = 0;
  for (const [, experts = '1', size = '0', unit] of found) {
    // `-1m` is a context of a million tokens.
    if (unit === 'm' && Number(size) < 10) continue;
    largest = Math.max(largest, Number(experts) * Number(size) * (unit === 'b' ? 1 : 0.001));
  }
  return largest;
}

function word(alternatives: string): RegExp {
  return new RegExp(`(?<![a-z\\d])(?:${alternatives})(?![a-z\\d])`);
}
