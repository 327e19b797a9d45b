/** How much to complete, and where not to suggest. `▮` is the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import {
  chooseCompletionLength,
  type LengthHints,
} from '../../../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../../../server/inline-completion/render/may-suggest.ts';

function at(
  languageId: string,
  document: string,
  trigger: CompletionContext['trigger'] = 'automatic',
): CompletionContext {
  const [before = '', after = ''] = document.split('▮');
  const indentation = { tabs: false, size: 2 };
  return { uri: 'file:///a', version: 1, languageId, before, after, indentation, trigger };
}

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
    assert.equal(chooseCompletionLength(at(language, document), defaultHints), 'block', document);
  }
});

test('a block with content gets a line', () => {
  assert.equal(
    chooseCompletionLength(at('typescript', 'function f() {\n  ▮\n  return 1;\n}'), defaultHints),
    'line',
  );
  assert.equal(chooseCompletionLength(at('python', 'def f():\n  ▮\n  return 1'), defaultHints), 'line');
});

test('the middle of a line gets the rest of it, also after an accept, from a fast model and when invoked', () => {
  const middle = at('typescript', 'const x = ▮ + offset;', 'invoked');
  assert.equal(chooseCompletionLength(middle, { followsAccept: true, isFastModel: true }), 'line');
});

test('a string and a comment get the rest of the line', () => {
  const fastModel = { ...defaultHints, isFastModel: true };
  assert.equal(chooseCompletionLength(at('typescript', 'const x = "▮"'), fastModel), 'line');
  assert.equal(chooseCompletionLength(at('typescript', '// Counts ▮'), fastModel), 'line');
});

test('after an accept, and when invoked, a block is requested', () => {
  const plain = 'const a = 1;\n▮\nconst c = 3;';
  assert.equal(chooseCompletionLength(at('typescript', plain), defaultHints), 'line');
  assert.equal(
    chooseCompletionLength(at('typescript', plain), { ...defaultHints, followsAccept: true }),
    'block',
  );
  assert.equal(chooseCompletionLength(at('typescript', plain, 'invoked'), defaultHints), 'block');
});

test('a fast model may complete a block of code, but only a line of prose', () => {
  const fastModel = { ...defaultHints, isFastModel: true };
  assert.equal(chooseCompletionLength(at('typescript', 'const a = 1;\n▮\nconst c = 3;'), fastModel), 'block');
  assert.equal(chooseCompletionLength(at('markdown', 'Rumbo is ▮'), fastModel), 'line');
});

test('no suggestion in the middle of a word, or at its end with code after it', () => {
  for (const document of ['cons▮ole', 'foo▮(a)', 'const na▮ = 1;', 'call(a▮, b)', 'año▮s', '// hel▮lo']) {
    assert.equal(maySuggest(at('typescript', document)), false, document);
  }
});

test('closers after the cursor do not prevent a suggestion', () => {
  for (const document of [
    'foo(ba▮)',
    'foo("ba▮");',
    'f({ a: ba▮ })',
    'const x = ba▮;',
    'if (ba▮) {',
    'ba▮',
  ]) {
    assert.equal(maySuggest(at('typescript', document)), true, document);
  }
  assert.equal(maySuggest(at('html', '<p>Hel▮</p>')), true);
});

test('suggestions are possible between words, in strings and in comments', () => {
  assert.equal(maySuggest(at('typescript', 'const x = ▮ + offset;')), true);
  assert.equal(maySuggest(at('typescript', 'const x = "one▮ two";')), true);
  assert.equal(maySuggest(at('python', '# one▮ two')), true);
});

test('an invoked suggestion is possible anywhere', () => {
  assert.equal(maySuggest(at('typescript', 'cons▮ole', 'invoked')), true);
});
