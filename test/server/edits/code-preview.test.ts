/** Previews of the code of a growing answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeFieldsOf, codePreview } from '../../../server/edits/code-preview.ts';
import type { AskPart } from '../../../shared/protocol.ts';

const textOf = (parts: readonly AskPart[]) => parts.map((part) => part.type === 'code' && part.code.text);

test('a role that answers with text has no previews and no code', () => {
  for (const role of ['planner', 'chat', undefined]) {
    const preview = codePreview(role === undefined ? {} : { role });
    assert.deepEqual(preview.update('```\nx\n```', 0), []);
    assert.deepEqual(preview.flush(), []);
    assert.deepEqual(codeFieldsOf(role === undefined ? {} : { role }, '```\nx\n```'), {});
  }
});

test('a preview holds the code so far, at most once in 100 ms', () => {
  const preview = codePreview({ role: 'coder' });
  assert.deepEqual(textOf(preview.update('```ts\na', 0)), ['a']);
  assert.deepEqual(textOf(preview.update('b', 99)), []);
  assert.deepEqual(textOf(preview.update('c', 100)), ['abc']);
});

test('an answer that breaks off is previewed to its end, once', () => {
  const preview = codePreview({ role: 'coder' });
  preview.update('```ts\na', 0);
  preview.update('b', 1);
  assert.deepEqual(textOf(preview.flush()), ['ab']);
  assert.deepEqual(preview.flush(), []);
});

test('nothing is flushed when the last preview contains it all', () => {
  const preview = codePreview({ role: 'coder' });
  preview.update('```ts\na', 0);
  assert.deepEqual(preview.flush(), []);
});

test('the code of the result is that of the whole answer', () => {
  const { code } = codeFieldsOf({ role: 'coder' }, '```py\nx = 1\n```');
  assert.deepEqual(code, { text: 'x = 1', languageId: 'python' });
});
