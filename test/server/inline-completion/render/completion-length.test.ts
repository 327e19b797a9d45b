/** How much to complete. `▮` is the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseCompletionLength,
  type LengthHints,
} from '../../../../server/inline-completion/render/completion-length.ts';
import { contextAt } from './contexts.ts';

const defaultHints: LengthHints = { followsAccept: false, isFastModel: false };

test('an empty block gets a block, whatever opens it', () => {
  const emptyBlocks = [
    ['typescript', 'function f() {▮}'],
    ['typescript', 'function f() {\n  ▮\n}'],
    ['typescript', 'items.map((item) => {\n  ▮\n});'],
    ['python', 'def f():▮'],
    ['python', 'def f():\n  ▮\n\nprint(1)'],
    ['python', 'class A:\n  def f(\n    self,\n  ):\n    ▮\n\n  def g(self):\n    pass'],
    ['ruby', 'items.each do |item|\n  ▮\nend'],
    ['lua', 'if x then\n  ▮\nend'],
    ['html', '<ul>\n  ▮\n</ul>'],
    ['yaml', 'jobs:\n  ▮'],
    ['css', '.a {\n  ▮\n}'],
  ] as const;
  for (const [language, document] of emptyBlocks) {
    assert.equal(chooseCompletionLength(contextAt(language, document), defaultHints), 'block', document);
  }
});

test('a block with content gets a line', () => {
  assert.equal(
    chooseCompletionLength(contextAt('typescript', 'function f() {\n  ▮\n  return 1;\n}'), defaultHints),
    'line',
  );
  assert.equal(
    chooseCompletionLength(contextAt('python', 'def f():\n  ▮\n  return 1'), defaultHints),
    'line',
  );
});

test('the middle of a line gets the rest of it, also after an accept, from a fast model and when invoked', () => {
  const middle = contextAt('typescript', 'const x = ▮ + offset;', 'invoked');
  assert.equal(chooseCompletionLength(middle, { followsAccept: true, isFastModel: true }), 'line');
});

test('a string and a comment get the rest of the line', () => {
  const fastModel = { ...defaultHints, isFastModel: true };
  assert.equal(chooseCompletionLength(contextAt('typescript', 'const x = "▮"'), fastModel), 'line');
  assert.equal(chooseCompletionLength(contextAt('typescript', '// Counts ▮'), fastModel), 'line');
});

test('after an accept, and when invoked, a block is requested', () => {
  const plain = 'const a = 1;\n▮\nconst c = 3;';
  assert.equal(chooseCompletionLength(contextAt('typescript', plain), defaultHints), 'line');
  assert.equal(
    chooseCompletionLength(contextAt('typescript', plain), { ...defaultHints, followsAccept: true }),
    'block',
  );
  assert.equal(chooseCompletionLength(contextAt('typescript', plain, 'invoked'), defaultHints), 'block');
});

test('a fast model may complete a block of code, but only a line of prose', () => {
  const fastModel = { ...defaultHints, isFastModel: true };
  assert.equal(
    chooseCompletionLength(contextAt('typescript', 'const a = 1;\n▮\nconst c = 3;'), fastModel),
    'block',
  );
  assert.equal(chooseCompletionLength(contextAt('markdown', 'Rumbo is ▮'), fastModel), 'line');
});
