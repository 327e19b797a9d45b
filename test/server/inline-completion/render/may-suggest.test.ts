/** Where suggestions are possible. `▮` is the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maySuggest } from '../../../../server/inline-completion/render/may-suggest.ts';
import { contextAt } from './contexts.ts';

test('no suggestion in the middle of a word, or at its end with code after it', () => {
  for (const document of ['cons▮ole', 'foo▮(a)', 'const na▮ = 1;', 'call(a▮, b)', 'año▮s', '// hel▮lo']) {
    assert.equal(maySuggest(contextAt('typescript', document)), false, document);
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
    assert.equal(maySuggest(contextAt('typescript', document)), true, document);
  }
  assert.equal(maySuggest(contextAt('html', '<p>Hel▮</p>')), true);
});

test('suggestions are possible between words, in strings and in comments', () => {
  assert.equal(maySuggest(contextAt('typescript', 'const x = ▮ + offset;')), true);
  assert.equal(maySuggest(contextAt('typescript', 'const x = "one▮ two";')), true);
  assert.equal(maySuggest(contextAt('python', '# one▮ two')), true);
});

test('an invoked suggestion is possible anywhere', () => {
  assert.equal(maySuggest(contextAt('typescript', 'cons▮ole', 'invoked')), true);
});
