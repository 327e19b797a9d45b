/** Texts without their blanks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOnlyEndOf, nonblankText } from '../../../server/orchestration/nonblank-text.ts';

test('blanks are left out, and every unit is found again in the text', () => {
  const text = nonblankText(' a\tb');
  text.add('\n🙂 c');
  assert.equal(text.units, 'ab🙂c');
  assert.deepEqual([0, 1, 2, 4].map(text.offsetOf), [1, 3, 5, 8]);
  assert.equal(text.offsetOf(5), 9, 'the end');
});

test('capitals and typographic variants are the same as their plain forms', () => {
  assert.equal(nonblankText('“It’s” – Éa').units, nonblankText('"it\'s" - éA').units);
});

test('an end shows a place when it occurs once and does not repeat itself', () => {
  assert.equal(isOnlyEndOf('one two', 'two'), true);
  assert.equal(isOnlyEndOf('two one two', 'two'), false);
  assert.equal(isOnlyEndOf('xabab', 'abab'), false);
});
