/** xAI's pricing page. https://docs.x.ai/developers/pricing */
import type { Rates, StandardPrice } from '../../../shared/models.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { parseDollars, parseLongPromptThreshold, parseTokens, scaleRate } from '../amounts.ts';
import type { FactSource, ModelEntry } from '../facts.ts';
import { type MarkdownBlock, parseMarkdown, plainText } from '../markdown.ts';

export const xaiPage: FactSource = {
  id: 'xai-page',
  label: 'xAI’s pricing page',
  origin: 'page',
  url: 'https://docs.x.ai/developers/pricing.md',
  limitBytes: 2_000_000,
  parse(page) {
    const blocks = parseMarkdown(page);
    const batch = batchFactors(blocks);
    const [, priority] =
      /billed at an? \*{0,2}(\d+(?:\.\d+)?)x\*{0,2} premium over standard rates/.exec(page) ?? [];
    const models = new Map<string, { price: StandardPrice; contextTokens: number | undefined }>();
    for (const block of blocks) {
      if (block.type !== 'table' || block.head[0] !== 'model') continue;
      const column = (words: RegExp) => block.head.findIndex((name) => words.test(name));
      const columns = [/^input \/ 1m tokens$/, /^output \/ 1m tokens$/, /^cached input \/ 1m tokens$/].map(
        column,
      );
      for (const row of block.rows) {
        const label = plainText(row[0] ?? '');
        const name = /^[a-z][\w.-]*/.exec(label)?.[0];
        const [input, output, cachedRead] = columns.map((at) =>
          at < 0 ? undefined : parseDollars(plainText(row[at] ?? '')),
        );
        if (name === undefined || input === undefined || output === undefined) continue;
        const rates: Rates = { input, output, ...definedFields({ cachedRead }) };
        const overTokens = parseLongPromptThreshold(label);
        const before = models.get(name);
        if (overTokens === undefined) {
          const contextTokens = parseTokens(plainText(row[column(/^context$/)] ?? ''));
          if (!before) models.set(name, { price: rates, contextTokens });
        } else if (before) {
          models.set(name, { ...before, price: { ...before.price, longContext: { overTokens, rates } } });
        }
      }
    }
    return [...models].map(([name, { price, contextTokens }]): ModelEntry => {
      const serviceTiers = definedFields({
        batch: scaled(price, batch.get(name)),
        priority: scaled(price, priority === undefined ? undefined : Number(priority)),
      });
      return {
        kind: 'xai',
        name,
        facts: {
          price: { ...price, ...(Object.keys(serviceTiers).length > 0 ? { serviceTiers } : {}) },
          ...definedFields({ contextTokens }),
        },
      };
    });
  },
};

/** Models listed under `20% off standard rates`, with the factor that remains. */
function batchFactors(blocks: readonly MarkdownBlock[]): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  let factor: number | undefined;
  for (const block of blocks) {
    if (block.type !== 'text') {
      factor = undefined;
      continue;
    }
    const [, off] = /^\**(\d+)% off standard rates/.exec(block.text) ?? [];
    if (off !== undefined) factor = 1 - Number(off) / 100;
    const [, name] = /^[-*] ([a-z][\w.-]*)$/.exec(block.text) ?? [];
    if (name !== undefined && factor !== undefined) factors.set(name, factor);
  }
  return factors;
}

function scaled(price: StandardPrice, factor: number | undefined): StandardPrice | undefined {
  if (factor === undefined) return;
  const { longContext, ...rates } = price;
  const scale = ({ input, output, cachedRead }: Rates): Rates => ({
    input: scaleRate(input, factor),
    output: scaleRate(output, factor),
    ...definedFields({ cachedRead: cachedRead === undefined ? undefined : scaleRate(cachedRead, factor) }),
  });
  return {
    ...scale(rates),
    ...definedFields({ longContext: longContext && { ...longContext, rates: scale(longContext.rates) } }),
  };
}
