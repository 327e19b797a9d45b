/** Positions and offsets, and the text around a range. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetsOf, textAround, wholeRange } from '../../../server/edits/text-range.ts';

const at = (line: number, character: number) => ({ line, character });

test('a range of whole and partial lines becomes offsets', () => {
  const text = 'one\ntwo\r\nthree';
  assert.deepEqual(offsetsOf(text, { start: at(0, 1), end: at(1, 2) }), { start: 1, end: 6 });
  assert.deepEqual(offsetsOf(text, { start: at(2, 0), end: at(2, 5) }), { start: 9, end: 14 });
});

test('a column beyond the end of its line means the end of that line, before its line break', () => {
  assert.deepEqual(offsetsOf('one\ntwo', { start: at(0, 99), end: at(1, 99) }), { start: 3, end: 7 });
  assert.deepEqual(offsetsOf('one\r\ntwo', { start: at(0, 99), end: at(0, 99) }), { start: 3, end: 3 });
});

test('a line beyond the last means the end of the text', () => {
  assert.deepEqual(offsetsOf('one', { start: at(0, 0), end: at(7, 0) }), { start: 0, end: 3 });
});

test('a reversed range is swapped', () => {
  assert.deepEqual(offsetsOf('one two', { start: at(0, 7), end: at(0, 4) }), { start: 4, end: 7 });
});

test('columns count UTF-16 units, as LSP does', () => {
  assert.deepEqual(offsetsOf('😀x', { start: at(0, 2), end: at(0, 3) }), { start: 2, end: 3 });
});

test('the whole range reaches from the first to the last character', () => {
  for (const text of ['', 'one', 'one\n', 'one\ntwo'])
    assert.deepEqual(offsetsOf(text, wholeRange(text)), { start: 0, end: text.length }, JSON.stringify(text));
});

test('the text around a range is whole where it fits', () => {
  assert.deepEqual(textAround('before[x]after', 6, 9, 100), { before: 'before', after: 'after' });
});

test('a long text around a range is cut at line ends, on both sides', () => {
  const text = 'aaaa\nbbbb\ncccc\nX\ndddd\neeee\nffff';
  const { before, after } = textAround(text, 15, 16, 16);
  assert.equal(before, 'cccc\n');
  assert.equal(after, '\ndddd');
});

test('what one side does not need is given to the other', () => {
  assert.equal(textAround('aaaa\nbbbb\nX', 10, 11, 20).before, 'aaaa\nbbbb\n');
});

test('a character that is cut in half is replaced', () => {
  const { before } = textAround('😀😀X', 4, 5, 3);
  assert.ok(before.isWellFormed());
});
