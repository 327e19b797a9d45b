import assert from 'node:assert/strict';
import { test } from 'node:test';
import { continuationMessages, overlapRemover } from '../../../server/orchestration/continuation.ts';

/** What is shown of a second part that arrives in these pieces. */
const joined = (beginning: string, ...pieces: string[]): string => {
  const join = overlapRemover(beginning);
  return beginning + pieces.map((piece) => join.push(piece)).join('') + join.end();
};

test('the beginning of the answer is the last message, or is followed by the instruction to continue', () => {
  const messages = [{ role: 'user', content: 'count' }] as const;
  assert.deepEqual(continuationMessages(messages, 'one, ', 'prefill'), [
    ...messages,
    { role: 'assistant', content: 'one, ' },
  ]);
  const [, begun, instruction] = continuationMessages(messages, 'one, ', 'instruct');
  assert.deepEqual(begun, { role: 'assistant', content: 'one, ' });
  assert.match(instruction?.role === 'user' ? String(instruction.content) : '', /exactly where it stops/);
});
test('a second part that repeats nothing is shown as it comes', () => {
  const join = overlapRemover('The quick brown ');
  assert.equal(join.push('fox'), 'fox');
  assert.equal(join.push(' jumps'), ' jumps');
  assert.equal(join.end(), '');
});
test('what the second model repeats of the last line is left out, however it is cut', () => {
  const whole = 'First step: open the door.\nSecond step: look around.';
  for (let cut = 1; cut < 20; cut++) {
    const again = 'Second step: look around.';
    assert.equal(
      joined('First step: open the door.\nSecond step: loo', again.slice(0, cut), again.slice(cut)),
      whole,
    );
  }
});
test('an answer given again from its beginning is not shown twice', () => {
  assert.equal(
    joined('Once upon a time there was', 'Once upon a time there was a ship.'),
    'Once upon a time there was a ship.',
  );
});
test('a few characters that happen to be the same are no repetition', () => {
  assert.equal(joined('hel', 'lo'), 'hello');
  assert.equal(joined('if (a) {\n  b();\n}\n', '}\n'), 'if (a) {\n  b();\n}\n}\n');
  assert.equal(joined('a b a b ', 'a b c'), 'a b a b a b c');
});
test('a fence is not opened a second time inside an open one', () => {
  assert.equal(
    joined('```ts\nconst a = 1;\n', '```ts\nconst b = 2;\n```'),
    '```ts\nconst a = 1;\nconst b = 2;\n```',
  );
  assert.equal(joined('```ts\nconst a = 1;\n', '``', '`\nDone.'), '```ts\nconst a = 1;\n```\nDone.');
  assert.equal(joined('Code:\n', '```ts\nx\n```'), 'Code:\n```ts\nx\n```');
});
test('a second part that ends while it was buffered is not lost', () => {
  assert.equal(joined('one two three', ' '), 'one two three ');
  assert.equal(joined('x = foo(', ''), 'x = foo(');
  assert.equal(joined('aaaa', 'aa'), 'aaaaaa');
});
