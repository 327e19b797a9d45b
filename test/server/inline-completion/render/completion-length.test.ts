/** How much is asked for, and where nothing is. `▮` is the cursor. */
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

const usual: LengthHints = { followsAccept: false, isFastModel: false };

test('an empty block is filled, whatever opens it', () => {
  const empty = [
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
  for (const [language, document] of empty) {
    assert.equal(chooseCompletionLength(at(language, document), usual), 'block', document);
  }
});

test('a block with something in it gets a line', () => {
  assert.equal(
    chooseCompletionLength(at('typescript', 'function f() {\n  ▮\n  return 1;\n}'), usual),
    'line',
  );
  assert.equal(chooseCompletionLength(at('python', 'def f():\n  ▮\n  return 1'), usual), 'line');
});

test('the middle of a line gets the rest of it, also after an accept, from a fast model and with a key', () => {
  const middle = at('typescript', 'const x = ▮ + offset;', 'invoked');
  assert.equal(chooseCompletionLength(middle, { followsAccept: true, isFastModel: true }), 'line');
});

test('a string and a remark get the rest of the line', () => {
  const fast = { ...usual, isFastModel: true };
  assert.equal(chooseCompletionLength(at('typescript', 'const x = "▮"'), fast), 'line');
  assert.equal(chooseCompletionLength(at('typescript', '// Counts ▮'), fast), 'line');
});

test('after an accept, and when the user asks, more than a line is wanted', () => {
  const plain = 'const a = 1;\n▮\nconst c = 3;';
  assert.equal(chooseCompletionLength(at('typescript', plain), usual), 'line');
  assert.equal(chooseCompletionLength(at('typescript', plain), { ...usual, followsAccept: true }), 'block');
  assert.equal(chooseCompletionLength(at('typescript', plain, 'invoked'), usual), 'block');
});

test('a fast model may say more than a line of code, but not of prose', () => {
  const fast = { ...usual, isFastModel: true };
  assert.equal(chooseCompletionLength(at('typescript', 'const a = 1;\n▮\nconst c = 3;'), fast), 'block');
  assert.equal(chooseCompletionLength(at('markdown', 'Rumbo is ▮'), fast), 'line');
});

test('nobody is asked in the middle of a word, or at its end with code behind it', () => {
  for (const document of ['cons▮ole', 'foo▮(a)', 'const na▮ = 1;', 'call(a▮, b)', 'año▮s', '// hel▮lo']) {
    assert.equal(maySuggest(at('typescript', document)), false, document);
  }
});

test('closers behind the cursor do not keep from asking', () => {
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

test('between words, in strings and in remarks it is fine to ask', () => {
  assert.equal(maySuggest(at('typescript', 'const x = ▮ + offset;')), true);
  assert.equal(maySuggest(at('typescript', 'const x = "one▮ two";')), true);
  assert.equal(maySuggest(at('python', '# one▮ two')), true);
});

test('a user who asks with a key is answered anywhere', () => {
  assert.equal(maySuggest(at('typescript', 'cons▮ole', 'invoked')), true);
});
