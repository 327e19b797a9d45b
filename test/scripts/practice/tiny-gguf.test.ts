import assert from 'node:assert/strict';
import { test } from 'node:test';
import { practiceModels } from '../../../scripts/practice/replies.ts';
import { tinyGguf } from '../../support/tiny-gguf.ts';
import { byteToCharacter, splitPieces } from '../../support/tiny-pieces.ts';

const decode = (pieces: readonly string[]) =>
  Buffer.from([...pieces.join('')].map((character) => byteToCharacter.indexOf(character))).toString();

test('a text is cut into pieces that occur once each and join into the same text', () => {
  const text = 'the ship and the sea and the ship — 5 € to the sea\n\n  and back\n';
  const taken = new Set(['Ġthe']);
  const pieces = splitPieces(text, taken);
  assert.equal(decode(pieces), text);
  assert.equal(new Set(pieces).size, pieces.length);
  assert.ok(!pieces.includes('Ġthe'));
  assert.ok(pieces.every((piece) => taken.has(piece)));
});

test('two texts that are too similar are rejected', () => {
  assert.throws(() => splitPieces('again', new Set(['again'])), RangeError);
});

test('the file begins as a GGUF of version 3 and is the same every time', () => {
  const bytes = tinyGguf({ name: 'tiny', reply: 'Good morning!', fim: 'return 1;' });
  assert.equal(bytes.toString('latin1', 0, 4), 'GGUF');
  assert.equal(bytes.readUInt32LE(4), 3);
  assert.equal(bytes.length % 32, 0);
  assert.deepEqual(bytes, tinyGguf({ name: 'tiny', reply: 'Good morning!', fim: 'return 1;' }));
});

test('every practice text names its model, so that it cannot be mistaken for a real answer', () => {
  for (const { name, reply, cues = {}, fim = '', story = '' } of practiceModels) {
    for (const text of [reply, ...Object.values(cues), fim, story]) assert.ok(text.includes(name), text);
    for (const text of [reply, ...Object.values(cues)]) assert.match(text, /Practice answer/);
  }
});
