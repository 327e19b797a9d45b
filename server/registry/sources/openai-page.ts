/** OpenAI's pricing page. https://developers.openai.com/api/docs/pricing */
import type { ServiceTier } from '../../../shared/chat.ts';
import type { Rates, StandardPrice } from '../../../shared/models.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { parseDollars, parseLongPromptThreshold } from '../amounts.ts';
import type { FactSource, ModelEntry } from '../facts.ts';
import { type MarkdownTable, parseMarkdown, plainText } from '../markdown.ts';

/** Tokens above which “long context” rates apply, when the page does not state it. */
const defaultOverTokens = 272_000;
/** Sections and models that are not chat priced by tokens. */
const other =
  /fine-?tun|audio|realtime|image|video|speech|transcri|\btts\b|whisper|sora|embed|moderation|tool|storage/i;

const tiers: readonly (readonly [RegExp, ServiceTier | 'standard'])[] = [
  [/\bbatch\b/i, 'batch'],
  [/\bflex\b/i, 'flex'],
  [/\b(?:priority|fast mode)\b/i, 'priority'],
  [/\bstandard\b/i, 'standard'],
];

type TierPrices = Partial<Record<ServiceTier | 'standard', StandardPrice>>;

export const openaiPage: FactSource = {
  id: 'openai-page',
  label: 'OpenAI’s pricing page',
  origin: 'page',
  url: 'https://developers.openai.com/api/docs/pricing.md',
  limitBytes: 2_000_000,
  parse(page) {
    if (!/per (?:1M|1 million|million) tokens/i.test(page))
      throw new Error('The page does not contain “per 1M tokens”.');
    const over = parseLongPromptThreshold(/[>\u2265]\s*\d+\s*K\b/.exec(page)?.[0] ?? '') ?? defaultOverTokens;
    const prices = new Map<string, TierPrices>();
    let tier: ServiceTier | 'standard' = 'standard';
    let chat = true;
    for (const block of parseMarkdown(page)) {
      if (block.type === 'table') {
        if (chat) readTable(block, tier, over, prices);
        continue;
      }
      const named = tiers.filter(([words]) => words.test(block.text));
      // A line with all tiers is the row of tabs above the first table.
      if (named.length === 1 && block.text.length < 60) tier = named[0]?.[1] ?? 'standard';
      else if (block.type === 'heading') tier = 'standard';
      if (block.type === 'heading') chat = !other.test(block.text);
    }
    return [...prices].flatMap(([name, { standard, ...serviceTiers }]): ModelEntry[] =>
      standard
        ? [
            {
              kind: 'openai',
              name,
              facts: {
                price: { ...standard, ...(Object.keys(serviceTiers).length > 0 ? { serviceTiers } : {}) },
              },
            },
          ]
        : [],
    );
  },
};

function readTable(
  { head, rows }: MarkdownTable,
  tier: keyof TierPrices,
  over: number,
  prices: Map<string, TierPrices>,
): void {
  if (head[0] !== 'model' || !head.includes('input') || !head.includes('output')) return;
  const second = head.indexOf('input', head.indexOf('output'));
  const short = second < 0 ? head : head.slice(0, second);
  for (const row of rows) {
    const name = plainText(row[0] ?? '').replace(/(?<!\s)\s*\(.*$/s, '');
    if (!/^[a-z0-9][\w.:-]*$/.test(name) || other.test(name)) continue;
    const rates = ratesOf(short, row.slice(0, short.length));
    if (!rates) continue;
    const long = second < 0 ? undefined : ratesOf(head.slice(second), row.slice(second));
    const price = { ...rates, ...definedFields({ longContext: long && { overTokens: over, rates: long } }) };
    const byTier = prices.get(name) ?? {};
    // The first price applies: a later one without a heading of its own is of another tier.
    prices.set(name, { ...byTier, [tier]: byTier[tier] ?? price });
  }
}

function ratesOf(head: readonly string[], row: readonly string[]): Rates | undefined {
  const usd = (column: string) => parseDollars(plainText(row[head.indexOf(column)] ?? ''));
  const input = usd('input');
  const output = usd('output');
  if (input === undefined || output === undefined) return;
  return {
    input,
    output,
    ...definedFields({ cachedRead: usd('cached input'), cacheWrite: usd('cache writes') }),
  };
}
