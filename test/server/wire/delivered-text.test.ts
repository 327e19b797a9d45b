import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveredText } from '../../../server/wire/delivered-text.ts';

const delivered = (...pieces: readonly string[]) => {
  const text = deliveredText();
  for (const piece of pieces) text.add(piece);
  return text;
};

test('the end that pieces lack is found, in a text that is trimmed or not', () => {
  assert.equal(delivered().missingEnd('one two'), 'one two');
  assert.equal(delivered('one ').missingEnd('one two'), 'two');
  assert.equal(delivered('\n', ' one', ' ').missingEnd('one two'), 'two');
  assert.equal(delivered('one ', 'two').missingEnd('one two'), '');
  assert.equal(delivered(' one ', 'two\n').missingEnd('one two'), '');
  assert.equal(delivered('I think so: ', 'one two').missingEnd('one two'), '');
});

test('a text repeats the pieces when it begins with all of them, and enough of them', () => {
  assert.ok(delivered('one ', 'two three').isRepeatedBy('one two three four'));
  assert.ok(!delivered('one ', 'two three').isRepeatedBy(' four'));
  assert.ok(!delivered('a').isRepeatedBy('and'));
});
