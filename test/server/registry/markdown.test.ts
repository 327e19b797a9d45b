/** Markdown as blocks, in the ways pages write it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDollars, parseLongPromptThreshold, parseTokens } from '../../../server/registry/amounts.ts';
import { parseMarkdown, plainText } from '../../../server/registry/markdown.ts';

test('a page has headings, paragraphs and tables, with or without bars at the edges', () => {
  assert.deepEqual(parseMarkdown('# A\r\n\r\nSome words.\r\n\r\n| X | Y |\r\n|:--|--:|\r\n| 1 | 2 |\r\n'), [
    { type: 'heading', level: 1, text: 'A' },
    { type: 'text', text: 'Some words.' },
    { type: 'table', head: ['x', 'y'], rows: [['1', '2']] },
  ]);
  assert.deepEqual(parseMarkdown('X | Y\n--- | ---\n1 | 2'), [
    { type: 'table', head: ['x', 'y'], rows: [['1', '2']] },
  ]);
});

test('the second of two header rows names the columns', () => {
  const page = '|  | Short | Long |\n|---|---|---|\n| Model | Input | Input |\n|---|---|---|\n| a | 1 | 2 |';
  assert.deepEqual(parseMarkdown(page), [
    { type: 'table', head: ['model', 'input', 'input'], rows: [['a', '1', '2']] },
  ]);
});

test('rows without a line of dashes are not a table', () => {
  assert.deepEqual(parseMarkdown('| X | Y |\n| 1 | 2 |\n\nEnd.'), [{ type: 'text', text: 'End.' }]);
});

test('the text of a cell has no links, images, emphasis, escapes, tags or footnotes', () => {
  const table: [string, string][] = [
    ['[![Meta](https://a.test/l.png?w=1)Llama](/docs/model/llama)llama-3', 'Llamallama-3'],
    ['**$5** / MTok<sup>1</sup>', '$5 / MTok'],
    ['\\$1.25, prompts &lt;= 200k<br>\\$2', '$1.25, prompts <= 200k $2'],
    ['prompts <= 200k tokens, prompts > 200k', 'prompts <= 200k tokens, prompts > 200k'],
    ['\\-', '-'],
  ];
  for (const [cell, words] of table) assert.equal(plainText(cell), words, cell);
});

test('amounts of dollars and tokens, and the prompts they apply to', () => {
  const dollars: [string, number | undefined][] = [
    ['$5 / MTok', 5],
    ['$1,250.50', 1_250.5],
    ['$ .075', 0.075],
    ['-$1', -1],
    ['$-1', -1],
    ['€5', undefined],
    ['-', undefined],
  ];
  for (const [text, amount] of dollars) assert.equal(parseDollars(text), amount, text);
  const tokens: [string, number | undefined][] = [
    ['131,072', 131_072],
    ['500k', 500_000],
    ['1M', 1_000_000],
    ['1.05M tokens', 1_050_000],
    ['-', undefined],
  ];
  for (const [text, amount] of tokens) assert.equal(parseTokens(text), amount, text);
  const prompts: [string, number | undefined][] = [
    ['(≥ 200k prompt tokens)', 199_999],
    ['(< 200k prompt tokens)', undefined],
    ['prompts > 200k', 200_000],
    ['prompts <= 200k tokens', undefined],
    ['>272K', 272_000],
  ];
  for (const [text, amount] of prompts) assert.equal(parseLongPromptThreshold(text), amount, text);
});
