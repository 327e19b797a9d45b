/** OpenAI's pricing page. https://developers.openai.com/api/docs/pricing */
import type { ServiceTier } from '../../../shared/chat.ts';
import type { Rates, StandardPrice } from '../../../shared/models.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { parseDollars, parseLongPromptThreshold } from '../amounts.ts';
import type { FactSource, ModelEntry } from '../facts.ts';
import { type MarkdownTable, parseMarkdown, plainText } from '../markdown.ts';

/** “Long context” begins above so many tokens where the page does not say. */
const usualOverTokens = 272_000;
/** Sections and models that are no chat by tokens. */
const other =
  /fine-?tun|audio|realtime|image|video|speech|transcri|\btts\b|whisper|sora|embed|moderation|tool|storage/i;

const tiers: readonly (readonly [RegExp, ServiceTier | 'standard'])[] = [
  [/\bbatch\b/i, 'batch'],
  [/\bflex\b/i, 'flex'],
  [/\b(?:priority|fast mode)\b/i, 'priority'],
  [/\bstandard\b/i, 'standard'],
];

type Found = Partial<Record<ServiceTier | 'standard', StandardPrice>>;

export const openaiPage: FactSource = {
  id: 'openai-page',
  label: 'OpenAI’s pricing page',
  origin: 'page',
  url: 'https://developers.openai.com/api/docs/pricing.md',
  limitBytes: 2_000_000,
  parse(page) {
    if (!/per (?:1M|1 million|million) tokens/i.test(page))
      throw new Error('It does not say “per 1M tokens”.');
    const over = parseLongPromptThreshold(/[>\u2265]\s*\d+\s*K\b/.exec(page)?.[0] ?? '') ?? usualOverTokens;
    const found = new Map<string, Found>();
    let tier: ServiceTier | 'standard' = 'standard';
    let chat = true;
    for (const block of parseMarkdown(page)) {
      if (block.type === 'table') {
        if (chat) readTable(block, tier, over, found);
        continue;
      }
      const named = tiers.filter(([words]) => words.test(block.text));
      // A line with all the tiers is the row of tabs above the first table.
      if (named.length === 1 && block.text.length < 60) tier = named[0]?.[1] ?? 'standard';
      else if (block.type === 'heading') tier = 'standard';
      if (block.type === 'heading') chat = !other.test(block.text);
    }
    return [...found].flatMap(([name, { standard, ...serviceTiers }]): ModelEntry[] =>
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
  tier: keyof Found,
  over: number,
  found: Map<string, Found>,
): void {
  if (head[0] !== 'model' || !head.includes('input') || !head.includes('output')) return;
  const second = head.indexOf('input', head.indexOf('output'));
  const short = second < 0 ? head : head.slice(0, second);
  for (const row of rows) {
    const name = plainText(row[0] ?? '').replace(/\s*\(.*$/, '');
    if (!/^[a-z0-9][\w.:-]*$/.test(name) || other.test(name)) continue;
    const rates = ratesOf(short, row.slice(0, short.length));
    if (!rates) continue;
    const long = second < 0 ? undefined : ratesOf(head.slice(second), row.slice(second));
    const price = { ...rates, ...definedFields({ longContext: long && { overTokens: over, rates: long } }) };
    const prices = found.get(name) ?? {};
    // The first word holds: what follows without a heading of its own is another tier.
    found.set(name, { ...prices, [tier]: prices[tier] ?? price });
  }
}

function ratesOf(head: readonly string[], row: readonly string[]): Rates | undefined {
  const at = (column: string) => parseDollars(plainText(row[head.indexOf(column)] ?? ''));
  const input = at('input');
  const output = at('output');
  if (input === undefined || output === undefined) return;
  return {
    input,
    output,
    ...definedFields({ cachedRead: at('cached input'), cacheWrite: at('cache writes') }),
  };
}
