/** How streamed text becomes lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineSplitter } from '../../../../server/inline-completion/render/line-splitter.ts';

test('returns lines when their end arrives, whatever ends them', () => {
  const lines = lineSplitter();
  assert.deepEqual(lines.push('one\ntw'), ['one']);
  assert.equal(lines.unfinishedLine, 'tw');
  assert.deepEqual(lines.push('o\r\nthree\rfour'), ['two', 'three']);
  assert.equal(lines.end(), 'four');
});

test('waits for the second half of a line end', () => {
  const lines = lineSplitter();
  assert.deepEqual(lines.push('one\r'), []);
  assert.deepEqual(lines.push('\ntwo'), ['one']);
  assert.equal(lines.end(), 'two');
});

test('removes control characters, lone surrogates and an incomplete character at the end', () => {
  const lines = lineSplitter();
  assert.deepEqual(lines.push('a\u0000b\ud83dc\u2028d\n'), ['abc d']);
  lines.push('end\ufffd');
  assert.equal(lines.end(), 'end');
});

test('an unfinished line becomes overlong, and is cut at a space', () => {
  const lines = lineSplitter();
  lines.push('word '.repeat(120));
  assert.equal(lines.isOverlong, false);
  lines.push('more');
  assert.equal(lines.isOverlong, true);
  assert.equal(lines.end(), 'word '.repeat(120).trimEnd());
});
