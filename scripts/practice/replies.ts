/** All texts of the practice engine. Each names its model and says that it is practice. */
import type { TinyModel } from '../../test/support/tiny-gguf.ts';

/** Tokens, as llama-server would report them. One byte of a prompt is one token. */
export const contextTokens = 32_768;

/** The kind of a request, which selects the text that answers it. */
export type Cue = '<|plan|>' | '<|code|>';

const fence = '```';

export const practiceModels: readonly TinyModel[] = [
  {
    name: 'practice-small',
    contextTokens,
    reply: `Practice answer from practice-small: a toy model that knows this sentence by heart.
Add a key or start a local engine, and a real one answers here.`,
    cues: {
      '<|plan|>': `> **Practice answer from \`practice-small\`.** A toy model wrote this, whatever you asked for.

## Plan

1. Say in one sentence what should be different afterwards.
2. Find the smallest file that has to change, then read its tests.
3. Write a failing check, make it pass, tidy up.

## Open questions

- Which page shows a failure first?
`,
      '<|code|>': `${fence}ts
// Practice answer from practice-small: a toy model wrote this.
export const formatPrice = (cents: number) => \`$\{(cents / 100).toFixed(2)} €\`;
${fence}
`,
    },
    fim: 'return 0; // practice-small',
    story: ` practice-small tells an endless story: a ship sails on,\nnight falls, morning comes, and`,
  },
  {
    name: 'practice-large',
    contextTokens,
    reply: `Practice answer from practice-large: a toy model, only somewhat longer-winded than its sibling.

It runs on the real llama.cpp, so streaming, cancelling and counting tokens work as they do with a real model;
what it says was written beforehand. To get real answers, add an API key with "Rumbo: Set API Key…", start Ollama
or llama-server on this machine, or add an endpoint to "rumbo.providers".`,
    cues: {
      '<|plan|>': `> **Practice answer from \`practice-large\`.** A toy model wrote this, whatever you asked for: it shows how a plan
> streams in, what its receipt says and how to stop it half-way.

## Goal

Prices read the same on every page, in the currency of the reader.

## Steps

1. **Collect the places.** Search for \`toFixed(2)\` and list each file that formats money by hand.
   *Done when* a search finds no other one.
2. **Write the function once.** \`formatPrice(cents, currency, locale)\` on top of \`Intl.NumberFormat\`, rounding included.
   *Done when* its test covers zero, negative amounts and a currency without decimals.
3. **Replace, one file at a time.** Small commits; run the checks between them.
   *Done when* step 1's search comes back empty.
4. **Tell people.** A line in the changelog, with a picture from before and after.

## Risks

- Snapshots in old tests will differ by a non-breaking space.
- Invoices that were already sent must not change: leave the archive alone.

## Still to decide

- Does the server format as well, or only the browser?
`,
      '<|code|>': `${fence}ts
/**
 * An amount of money as people write it.
 * Practice answer from practice-large: a toy model wrote this, whatever was asked.
 *
 * @param cents the smallest unit, so that sums stay exact
 */
export function formatPrice(cents: number, currency = 'EUR', locale = 'en-IE'): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return format.format(cents / 10 ** digits);
}
${fence}
`,
    },
    fim: 'return items.reduce((sum, item) => sum + item.cents, 0); // practice-large',
    story: ` practice-large never comes to an end: waves rise and fall,\nthe compass turns, another day begins, so`,
  },
];
