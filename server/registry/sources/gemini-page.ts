/** Google's pricing page for the Gemini API. https://ai.google.dev/gemini-api/docs/pricing */
import type { ServiceTier } from '../../../shared/chat.ts';
import type { Price, Rates, StandardPrice } from '../../../shared/models.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { parseDollars, parseLongPromptThreshold } from '../amounts.ts';
import type { FactSource } from '../facts.ts';
import { type MarkdownTable, parseMarkdown, plainText } from '../markdown.ts';

/** Models priced per second, image or hour. */
const other = /image|tts|audio|live|embedding|veo|imagen|lyria|robotics|computer-use|translate/;

const tiers: Readonly<Record<string, ServiceTier | 'standard'>> = {
  standard: 'standard',
  batch: 'batch',
  flex: 'flex',
  priority: 'priority',
};

export const geminiPage: FactSource = {
  id: 'gemini-page',
  label: 'Google’s pricing page',
  origin: 'page',
  url: 'https://ai.google.dev/gemini-api/docs/pricing.md.txt',
  limitBytes: 2_000_000,
  parse(page, nowMs) {
    const prices = new Map<string, Partial<Record<ServiceTier | 'standard', StandardPrice>>>();
    // Each model is a section; its names are between the heading and the first table.
    let names: string[] = [];
    let tier: ServiceTier | 'standard' | undefined;
    for (const block of parseMarkdown(page)) {
      if (block.type === 'heading' && block.level <= 2) {
        names = [];
        tier = 'standard';
      } else if (block.type === 'heading') {
        tier = tiers[block.text.toLowerCase()];
      } else if (block.type === 'text') {
        names.push(...namesIn(block.text));
      } else if (tier) {
        const price = priceOf(block, nowMs);
        for (const name of price ? names : []) {
          if (!other.test(name)) prices.set(name, { [tier]: price, ...prices.get(name) });
        }
      }
    }
    return [...prices].flatMap(([name, { standard, ...serviceTiers }]) => {
      if (!standard) return [];
      const price: Price = {
        ...standard,
        ...(Object.keys(serviceTiers).length > 0 ? { serviceTiers } : {}),
      };
      return [{ kind: 'gemini', name, facts: { price } }];
    });
  },
};

const namesIn = (text: string): string[] =>
  [...text.matchAll(/`(gemini-[\w.-]+)`|[?&]model=(gemini-[\w.-]+)/g)].map(
    ([, code, link]) => code ?? link ?? '',
  );

function priceOf({ head, rows }: MarkdownTable, nowMs: number): StandardPrice | undefined {
  const column = head.findIndex((name) => /^paid tier, per 1m tokens in usd$/.test(name));
  if (column < 0) return;
  const row = (words: RegExp) => {
    const cells = rows.find(([label = '']) => words.test(plainText(label)));
    return amountsIn(plainText(cells?.[column] ?? ''), nowMs);
  };
  const [input, output, cached] = [
    row(/^input price/i),
    row(/^output price/i),
    row(/^context caching price/i),
  ];
  if (input.standard === undefined || output.standard === undefined) return;
  const overTokens = input.overTokens;
  const long: Rates | undefined =
    input.long === undefined
      ? undefined
      : {
          input: input.long,
          output: output.long ?? output.standard,
          ...definedFields({ cachedRead: cached.long }),
        };
  return {
    input: input.standard,
    output: output.standard,
    ...definedFields({
      cachedRead: cached.standard,
      longContext: long && overTokens !== undefined ? { overTokens, rates: long } : undefined,
    }),
  };
}

type Amounts = { standard?: number; long?: number; overTokens?: number };

/**
 * A cell has several amounts, each followed by what it applies to: `$1.25, prompts <= 200k tokens $2.50, prompts > 200k
 * tokens`, `$0.30 (text / image / video) $1.00 (audio)`, `$0.75 through December 31, 2026. $1.50 starting January 1,
 * 2027.`, `$4.50 / 1,000,000 tokens per hour (storage price)`.
 */
function amountsIn(cell: string, nowMs: number): Amounts {
  const amounts: Amounts = {};
  for (const [part] of cell.matchAll(/-?\$[^$]*/g)) {
    const usd = parseDollars(part);
    if (usd === undefined || /per (?:hour|image|second|song|request|minute|frame)/i.test(part)) continue;
    if (/\((?![^()]*text)[^()]*(?:audio|image|video)/i.test(part) || !appliesAt(part, nowMs)) continue;
    const overTokens = parseLongPromptThreshold(part);
    if (overTokens === undefined) amounts.standard ??= usd;
    else {
      amounts.long ??= usd;
      amounts.overTokens ??= overTokens;
    }
  }
  return amounts;
}

const dayMs = 86_400_000;

/** Dates are whole days, UTC. */
function appliesAt(part: string, nowMs: number): boolean {
  const date = '([A-Z][a-z]+ \\d{1,2}, \\d{4})';
  const at = (words: string) => Date.parse(`${new RegExp(`${words} ${date}`).exec(part)?.[1]} UTC`);
  const until = at('through');
  const from = at('starting');
  return (Number.isNaN(until) || nowMs < until + dayMs) && (Number.isNaN(from) || nowMs >= from);
}
