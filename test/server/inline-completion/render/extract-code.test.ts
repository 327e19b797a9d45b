/** How code is extracted from a model's output, line by line. `▮` is the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorContextOf } from '../../../../server/inline-completion/render/cursor-context.ts';
import {
  type CodeExtractorOptions,
  codeExtractor,
} from '../../../../server/inline-completion/render/extract-code.ts';
import { contextAt } from './contexts.ts';

function extract(output: string, options: CodeExtractorOptions, document = 'const a = ▮'): string[] {
  const extractor = codeExtractor(cursorContextOf(contextAt('typescript', document)), options);
  const lines: string[] = [];
  for (const line of output.split('\n')) {
    const { lines: passed, isLast } = extractor.transform(line);
    lines.push(...passed);
    if (isLast) return lines;
  }
  return [...lines, ...extractor.flush().lines];
}

test('passes the output of a fill-in-the-middle model unchanged', () => {
  assert.deepEqual(extract('1;\n\nb();', { format: 'fill' }), ['1;', '', 'b();']);
});

test('drops prose and fences of a chat model, and ends at the closing fence', () => {
  const output = 'Here is the code:\n```ts\n1;\n```\nIt sets a.';
  assert.deepEqual(extract(output, { format: 'chat' }), ['1;']);
});

test('drops thoughts, also if the prompt opened them', () => {
  assert.deepEqual(extract('<think>hm\nhm</think>\n1;', { format: 'chat' }), ['1;']);
  assert.deepEqual(extract('hm\n</think>1;', { format: 'fill', startsInThoughts: true }), ['1;']);
});

test('ends at a special token, unless the document contains it', () => {
  assert.deepEqual(extract('1;<|im_end|>\nb();', { format: 'fill' }), ['1;']);
  const document = "const end = '<|im_end|>';\nconst a = ▮";
  assert.deepEqual(extract("'<|im_end|>';", { format: 'fill' }, document), ["'<|im_end|>';"]);
});

test('keeps empty lines before the first text, and drops those after an introduction', () => {
  assert.deepEqual(extract('\n1;', { format: 'fill' }), ['', '1;']);
  assert.deepEqual(extract('Here is the code:\n\n1;', { format: 'chat' }), ['1;']);
  assert.deepEqual(extract('\n\n', { format: 'fill' }), ['', '', '']);
});
