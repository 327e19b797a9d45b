/** Beginnings and ends of texts on their way, however they are cut. */
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

type Mend = (text: AsyncIterable<string>) => AsyncIterable<string>;

/** The same for the whole text, for its letters, and for two pieces cut anywhere. */
async function becomes(mend: Mend, text: string, wanted: string): Promise<void> {
  const cuts = Array.from(text, (_, at) => [text.slice(0, at), text.slice(at)]);
  for (const pieces of [[text], [...text], ...cuts])
    assert.equal(await joined(mend(piecesOf(...pieces))), wanted, JSON.stringify(pieces));
}

test('one blank at the front goes, an indentation stays', async () => {
  await becomes(stripLeadingSpace, ' return a', 'return a');
  await becomes(stripLeadingSpace, '  return a', '  return a');
  await becomes(stripLeadingSpace, 'return a', 'return a');
  await becomes(stripLeadingSpace, ' ', '');
  await becomes(stripLeadingSpace, '', '');
});

test('a line that is said again goes, whatever its indentation; one that only begins alike stays', async () => {
  const mend: Mend = (text) => stripRepeatedLine(text, '    return a');
  await becomes(mend, '    return a + b', ' + b');
  await becomes(mend, 'return a + b', ' + b');
  await becomes(mend, ' + b', ' + b');
  await becomes(mend, 'return b', 'return b');
  await becomes(mend, 'retu', 'retu');
});

test('blanks that stand there already go, as many as are the same', async () => {
  const mend: Mend = (text) => stripRepeatedWhitespace(text, '\n    ');
  await becomes(mend, '\n    return a', 'return a');
  await becomes(mend, '\n        return a', '    return a');
  await becomes(mend, ' { return a', ' { return a');
  await becomes(mend, '\n', '');
  await becomes((text) => stripRepeatedWhitespace(text, ''), '\n a', '\n a');
});

test('a fence that opens a block goes with its line, one that closes it stays', async () => {
  const mend: Mend = (text) => stripOpeningFence(text, '```');
  await becomes(mend, '```python\n    return a', '    return a');
  await becomes(mend, '\n```ts\na', 'a');
  await becomes(mend, '\n```\nThat is it.', '\n```\nThat is it.');
  await becomes(mend, '\n    return a\n```', '\n    return a\n```');
  await becomes(mend, '```', '```');
  await becomes(mend, '`a`', '`a`');
});

test('a text ends before the first of the words, and a part of one is no end', async () => {
  const mend: Mend = (text) => untilStopText(text, ['<|end|>', '```']);
  await becomes(mend, 'a < b<|end|>c```', 'a < b');
  await becomes(mend, 'a``b\n```\nThat is it.', 'a``b\n');
  await becomes(mend, 'a <|en', 'a <|en');
  await becomes(mend, '```', '');
});

test('what can be no beginning of a word is not held back', async () => {
  const text = untilStopText(piecesOf('return ', 'a <', ' b'), ['<|end|>']);
  const pieces = await Array.fromAsync(text);
  assert.deepEqual(pieces, ['return ', 'a ', '< b']);
});

test('leaving at a word leaves the source', async () => {
  let left = false;
  async function* source() {
    try {
      yield 'a```';
      yield 'b';
    } finally {
      left = true;
    }
  }
  assert.equal(await joined(untilStopText(source(), ['```'])), 'a');
  assert.equal(left, true);
});
