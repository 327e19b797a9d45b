/** Groq's page of models, with prices and limits. https://console.groq.com/docs/models */

import { definedFields } from '../../platform/defined-fields.ts';
import { parseTokens } from '../amounts.ts';
import type { FactSource } from '../facts.ts';
import { parseMarkdown, plainText } from '../markdown.ts';

export const groqPage: FactSource = {
  id: 'groq-page',
  label: 'Groq’s page of models',
  origin: 'page',
  url: 'https://console.groq.com/docs/models.md',
  limitBytes: 2_000_000,
  parse(page) {
    return parseMarkdown(page).flatMap((block) => {
      if (block.type !== 'table' || block.head[0] !== 'model id') return [];
      const column = (name: string) => block.head.indexOf(name);
      return block.rows.flatMap((row) => {
        const name = modelName(row[0] ?? '');
        const cell = (index: number) => plainText(row[index] ?? '');
        const facts = definedFields({
          price: priceIn(cell(column('price per 1m tokens'))),
          contextTokens: parseTokens(cell(column('context window (tokens)'))),
          maxOutputTokens: parseTokens(cell(column('max completion tokens'))),
        });
        return name && Object.keys(facts).length > 0 ? [{ kind: 'groq', name, facts }] : [];
      });
    });
  },
};

/** The cell's text joins the name with other words; the link has the name alone. */
const modelName = (cell: string): string | undefined =>
  /\]\((?:(?!\/docs\/model\/)[^()])*\/docs\/model\/([\w./-]+)\)/.exec(cell)?.[1] ??
  /^[\w.-]+(?:\/[\w.-]+)?$/.exec(plainText(cell))?.[0];

/** `$0.15 input$0.60 output`. Prices per hour or per character are not for chat models. */
function priceIn(cell: string): { input: number; output: number } | undefined {
  const usd = (word: string) => new RegExp(`(-?)\\$\\s*(-?[\\d.]+)\\s*${word}`).exec(cell);
  const [input, output] = [usd('input'), usd('output')];
  if (!input || !output) return;
  const amount = ([, sign, digits]: RegExpExecArray) => Number(`${sign}${digits}`);
  return { input: amount(input), output: amount(output) };
}
