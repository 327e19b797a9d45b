/** Transforms of text streams give the same result however the text is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  stripLeadingSpace,
  stripOpeningFence,
  stripRepeatedLine,
  stripRepeatedWhitespace,
  untilStopText,
} from '../../../../server/inline-completion/prompting/text-streams.ts';
import { joined, piecesOf } from './fim-targets.ts';

type Transform = (text: AsyncIterable<string>) => AsyncIterable<string>;

/** Checks the whole text, its single letters, and two pieces cut anywhere. */
async function assertBecomes(transform: Transform, text: string, expected: string): Promise<void> {
  const cuts = Array.from(text, (_, at) => [text.slice(0, at), text.slice(at)]);
  for (const pieces of [[text], [...text], ...cuts])
    assert.equal(await joined(transform(piecesOf(...pieces))), expected, JSON.stringify(pieces));
}

test('removes a single space at the start, but no indentation', async () => {
  await assertBecomes(stripLeadingSpace, ' return a', 'return a');
  await assertBecomes(stripLeadingSpace, '  return a', '  return a');
  await assertBecomes(stripLeadingSpace, 'return a', 'return a');
  await assertBecomes(stripLeadingSpace, ' ', '');
  await assertBecomes(stripLeadingSpace, '', '');
});

test('removes a repeated line with any indentation, but not one that only begins alike', async () => {
  const transform: Transform = (text) => stripRepeatedLine(text, '    return a');
  await assertBecomes(transform, '    return a + b', ' + b');
  await assertBecomes(transform, 'return a + b', ' + b');
  await assertBecomes(transform, ' + b', ' + b');
  await assertBecomes(transform, 'return b', 'return b');
  await assertBecomes(transform, 'retu', 'retu');
});

test('removes white space as far as it equals the existing one', async () => {
  const transform: Transform = (text) => stripRepeatedWhitespace(text, '\n    ');
  await assertBecomes(transform, '\n    return a', 'return a');
  await assertBecomes(transform, '\n        return a', '    return a');
  await assertBecomes(transform, ' { return a', ' { return a');
  await assertBecomes(transform, '\n', '');
  await assertBecomes((text) => stripRepeatedWhitespace(text, ''), '\n a', '\n a');
});

test('removes an opening fence with its line, but not a closing one', async () => {
  const transform: Transform = (text) => stripOpeningFence(text, '```');
  await assertBecomes(transform, '```python\n    return a', '    return a');
  await assertBecomes(transform, '\n```ts\na', 'a');
  await assertBecomes(transform, '\n```\nThat is it.', '\n```\nThat is it.');
  await assertBecomes(transform, '\n    return a\n```', '\n    return a\n```');
  await assertBecomes(transform, '```', '```');
  await assertBecomes(transform, '`a`', '`a`');
});

test('a text ends before the first stop text, and not at a part of one', async () => {
  const transform: Transform = (text) => untilStopText(text, ['<|end|>', '```']);
  await assertBecomes(transform, 'a < b<|end|>c```', 'a < b');
  await assertBecomes(transform, 'a``b\n```\nThat is it.', 'a``b\n');
  await assertBecomes(transform, 'a <|en', 'a <|en');
  await assertBecomes(transform, '```', '');
});

test('text that cannot begin a stop text is not held back', async () => {
  const text = untilStopText(piecesOf('return ', 'a <', ' b'), ['<|end|>']);
  const pieces = await Array.fromAsync(text);
  assert.deepEqual(pieces, ['return ', 'a ', '< b']);
});

test('ending at a stop text closes the source', async () => {
  let isClosed = false;
  async function* source() {
    try {
      yield 'a```';
      yield 'b';
    } finally {
      isClosed = true;
    }
  }
  assert.equal(await joined(untilStopText(source(), ['```'])), 'a');
  assert.equal(isClosed, true);
});
