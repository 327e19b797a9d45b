/** Tokens of every model family in the output: none is part of a suggestion. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeModelFamilies } from '../../../../server/inline-completion/prompting/code-model-families.ts';
import { streamRenderer } from '../../../../server/inline-completion/render/stream-renderer.ts';
import { reasoningTags, turnEnds } from '../../../../server/wire/special-tokens.ts';
import { contextAt } from './contexts.ts';

const suggestionFor = (output: string, format: 'fill' | 'chat', document = 'const total = ▮'): string => {
  const renderer = streamRenderer(contextAt('typescript', document), { length: 'block', format });
  for (const piece of output) renderer.write(piece);
  return renderer.end().suggestion?.insertText ?? '';
};

test('a token that ends the text of any template, or any turn, ends the suggestion', () => {
  const tokens = new Set([...turnEnds, ...codeModelFamilies.flatMap(({ template }) => template?.stop ?? [])]);
  for (const token of tokens)
    for (const format of ['fill', 'chat'] as const) {
      assert.equal(suggestionFor(`sum(items);${token}`, format), 'sum(items);', token);
      assert.equal(suggestionFor(`sum(items);${token}more();\nand();`, format), 'sum(items);', token);
    }
});

test('reasoning of any family is dropped, and what follows it is the suggestion', () => {
  for (const [open, close] of reasoningTags)
    for (const thoughts of ['hm', '\nconst x = 1;\nhm\n'])
      assert.equal(suggestionFor(`${open}${thoughts}${close}\n\nsum(items);`, 'chat'), 'sum(items);', open);
});

test('a token that the document contains is code', () => {
  for (const token of turnEnds) {
    const document = `const end = '${token}';\nconst total = ▮`;
    assert.equal(suggestionFor(`'${token}';`, 'fill', document), `'${token}';`, token);
  }
});
