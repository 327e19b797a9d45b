/** Anthropic's pricing page. https://platform.claude.com/docs/en/about-claude/pricing */
import type { Price } from '../../../shared/models.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { parseDollars } from '../amounts.ts';
import type { FactSource } from '../facts.ts';
import { parseMarkdown, plainText } from '../markdown.ts';

export const anthropicPage: FactSource = {
  id: 'anthropic-page',
  label: 'Anthropic’s pricing page',
  origin: 'page',
  url: 'https://platform.claude.com/docs/en/about-claude/pricing.md',
  limitBytes: 2_000_000,
  parse(page) {
    const prices = new Map<string, Price>();
    for (const block of parseMarkdown(page)) {
      if (block.type !== 'table' || block.head[0] !== 'model') continue;
      const column = (words: RegExp) => block.head.findIndex((name) => words.test(name));
      const columns = {
        input: column(/^base input/),
        output: column(/^output/),
        cacheWrite: column(/^5m cache/),
        cacheWriteHour: column(/^1h cache/),
        cachedRead: column(/^cache hits/),
      };
      const batch = { input: column(/^batch input/), output: column(/^batch output/) };
      for (const row of block.rows) {
        const name = modelName(plainText(row[0] ?? ''));
        const usd = (index: number) => (index < 0 ? undefined : perMillion(plainText(row[index] ?? '')));
        const input = usd(columns.input) ?? usd(batch.input);
        const output = usd(columns.output) ?? usd(batch.output);
        if (name === undefined || input === undefined || output === undefined) continue;
        const before = prices.get(name);
        if (batch.input >= 0) {
          if (before) prices.set(name, { ...before, serviceTiers: { batch: { input, output } } });
        } else if (columns.input >= 0 && !before) {
          const { cacheWrite, cacheWriteHour, cachedRead } = columns;
          prices.set(name, {
            input,
            output,
            ...definedFields({
              cachedRead: usd(cachedRead),
              cacheWrite: usd(cacheWrite),
              cacheWriteHour: usd(cacheWriteHour),
            }),
          });
        }
      }
    }
    return [...prices].map(([name, price]) => ({ kind: 'anthropic', name, facts: { price } }));
  },
};

const perMillion = (cell: string): number | undefined =>
  /MTok/i.test(cell) ? parseDollars(cell) : undefined;

/**
 * `Claude Opus 5.5` is `claude-opus-5-5`, `Claude Sonnet 3.7 (deprecated)` is `claude-3-7-sonnet`. A row for some
 * prompts only (`> 200K input tokens`) is not a model.
 */
function modelName(cell: string): string | undefined {
  const [, family = '', major = '', minor] =
    /^Claude ([A-Z][a-z]+) (\d+)(?:\.(\d+))?(?:\s*\((?![^)]*tokens).*)?$/.exec(cell) ?? [];
  if (!family) return;
  const version = minor === undefined ? major : `${major}-${minor}`;
  const words = Number(major) < 4 ? [version, family] : [family, version];
  return `claude-${words.join('-')}`.toLowerCase();
}
