/** How a model is asked to continue what another one began. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  continuationMessages,
  repetitionPrefill,
  textToRepeat,
} from '../../../server/orchestration/continuation.ts';

test('the beginning is followed by the request to repeat its end and to go on', () => {
  const messages = [{ role: 'user', content: 'count' }] as const;
  const [question, begun, instruction] = continuationMessages(messages, 'one,\n  two, ', 'instruct');
  assert.deepEqual([question, begun], [...messages, { role: 'assistant', content: 'one,\n  two,' }]);
  assert.equal(instruction?.role, 'user');
  assert.match(
    String(instruction?.content),
    /these words:\n\none,\n {2}two,\n\nGo on exactly where it stops/,
  );
});

test('what is sent holds no half character, and no blanks at its end', () => {
  const [begun, instruction] = continuationMessages([], 'A ship 🚢 \ud83d', 'instruct');
  assert.equal(begun?.content, 'A ship 🚢');
  assert.equal(String(instruction?.content).isWellFormed(), true);
});

test('whole lines are to be repeated, with the indentation of the first', () => {
  const code = 'function total(list) {\n  let sum = 0;\n    for (const each of list)\n      sum +';
  assert.equal(textToRepeat(code), '    for (const each of list)\n      sum +');
});

test('as many lines are to be repeated as occur only once', () => {
  const rows = '| a long name | and its price |\n';
  const text = `| first | row |\n${rows}| second | row |\n${rows}${rows}`;
  assert.equal(textToRepeat(text), `| second | row |\n${rows}${rows}`.trimEnd());
});

test('of a long line its last words are enough', () => {
  const words = Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ');
  const repetition = textToRepeat(words);
  assert.ok(words.endsWith(repetition));
  assert.match(repetition, /^word\d+ /);
  assert.ok(repetition.length < 200, String(repetition.length));
});

test('a short text, and one without lines or blanks, are repeated as far as it goes', () => {
  assert.equal(textToRepeat('One, two'), 'One, two');
  assert.equal(textToRepeat('x'.repeat(1_000)), 'x'.repeat(400));
});

test('a prefill is the first words of the repetition, and leaves enough of it', () => {
  const beginning = 'First.\n  The quick brown fox jumps over the lazy d';
  assert.equal(repetitionPrefill(beginning), '  The quick brown fox');
  assert.deepEqual(continuationMessages([], beginning, 'prefill').at(-1), {
    role: 'assistant',
    content: '  The quick brown fox',
  });
  assert.equal(repetitionPrefill('The quick fox'), '');
  assert.equal(continuationMessages([], 'The quick fox', 'prefill').at(-1)?.role, 'user');
});
