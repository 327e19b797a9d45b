/** Characters that a screen obeys or hides are shown; ordinary text of any script stays as it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hasHiddenCharacters,
  hiddenCharacters,
  hiddenCharactersText,
  visibleText,
  visibleWriter,
} from '../../shared/hidden-characters.ts';

const ranges: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x061c, 0x061c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
  [0xe0100, 0xe01ef],
];

test('every control character, direction mark and character without width is shown as an escape', () => {
  for (const [from, to] of ranges) {
    for (let code = from; code <= to; code++) {
      const character = String.fromCodePoint(code);
      const shown = visibleText(`a${character}b`);
      assert.match(shown, /^a(?:\\u[\dA-F]{4}){1,2}b$/, code.toString(16));
      assert.equal(JSON.parse(`"${shown}"`), `a${character}b`);
      assert.ok(hasHiddenCharacters(character), code.toString(16));
    }
  }
  assert.equal(visibleText('\u001b]0;title\u0007\u001b[2J'), '\\u001B]0;title\\u0007\\u001B[2J');
  assert.equal(visibleText('a\ud800b'), 'a\\uD800b');
});

test('text of any script, emoji, tabs and line ends stay as they are', () => {
  for (const text of [
    'const a = 1;\r\n\treturn a;\n',
    'Größe, naïve, 日本語, русский, עברית, العربية, हिन्दी',
    '👩‍👩‍👧‍👦 ❤️ 👍🏽 🏳️‍🌈 1️⃣',
    'می‌خواهم क्‍ष',
    '“quoted” – 5 µs … ≤ ×',
  ])
    assert.equal(visibleText(text), text);
});

test('a joiner between other letters is shown', () => {
  assert.equal(visibleText('ad\u200dmin'), 'ad\\u200Dmin');
  assert.equal(visibleText('ad\u200cmin'), 'ad\\u200Cmin');
});

test('hidden characters are named with their lines; lines of the file before bring nothing new', () => {
  const text = 'one\nif (a\u202e) {\u2066\n\u001b[31m\n';
  assert.equal(
    hiddenCharactersText(hiddenCharacters(text)),
    'line 2: U+202E right-to-left override; line 2: U+2066 left-to-right isolate; line 3: U+001B escape',
  );
  assert.deepEqual(hiddenCharacters(text, `x\n${text}`), []);
  assert.deepEqual(
    hiddenCharacters(text, 'if (a\u202e) {\u2066\r\n').map(({ line }) => line),
    [3],
  );
  assert.match(hiddenCharactersText(hiddenCharacters('\u0001\n'.repeat(9))), /and 4 more$/);
  assert.deepEqual(hiddenCharacters('plain text'), []);
  assert.deepEqual(hiddenCharacters('\ufefflet a = 2;', '\ufefflet a = 1;'), []);
  assert.equal(hiddenCharacters('\ufefflet a = 2;', 'let a = 1;').length, 1);
});

test('a stream is written visibly, however it is cut', () => {
  const text = 'a\r\nb\rc\ud83d\ude00\u202e\u001b[2J';
  for (let size = 1; size < 5; size++) {
    let written = '';
    const writer = visibleWriter((piece) => {
      written += piece;
    });
    for (let at = 0; at < text.length; at += size) writer.write(text.slice(at, at + size));
    writer.end();
    assert.equal(written, visibleText(text), `pieces of ${size}`);
  }
});
