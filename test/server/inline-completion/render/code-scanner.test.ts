/** What the code scanner finds to open and close. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isInText,
  type Opening,
  scanCode,
} from '../../../../server/inline-completion/render/code-scanner.ts';
import { languageSyntaxOf } from '../../../../server/inline-completion/render/languages.ts';

function openAfter(languageId: string, text: string): readonly Opening[] {
  const openings: Opening[] = [];
  scanCode(text, languageSyntaxOf(languageId), openings);
  return openings;
}
const closersAfter = (languageId: string, text: string) =>
  openAfter(languageId, text).map(({ close }) => close);

test('finds open brackets, strings, tags and block words', () => {
  assert.deepEqual(closersAfter('typescript', 'f({ a: [1'), [')', '}', ']']);
  assert.deepEqual(closersAfter('typescript', 'const a = `x ${b('), ['`', '}', ')']);
  assert.deepEqual(closersAfter('html', '<div><br><p>text'), ['</div>', '</p>']);
  assert.deepEqual(closersAfter('ruby', 'def f\n  if a\n'), ['end', 'end']);
});

test('ignores brackets in strings, comments and regular expressions', () => {
  assert.deepEqual(closersAfter('typescript', 'f("(", /[(]/, /* ( */ 1) // {\n'), []);
  assert.deepEqual(closersAfter('python', "x = '''(''' # [\n"), []);
});

test('knows whether a text ends in a string or a comment', () => {
  assert.equal(isInText(openAfter('typescript', "const a = 'b")), true);
  assert.equal(isInText(openAfter('typescript', '/* b')), true);
  assert.equal(isInText(openAfter('typescript', "const a = 'b';")), false);
});

test('reports the text, the offsets and the opening of each token', () => {
  const openings: Opening[] = [];
  const tokens: string[] = [];
  scanCode('b)]', languageSyntaxOf('typescript'), openings, {
    fromModel: true,
    leadingText: 'f(a, ',
    onToken: ({ kind, text, start, end, opening }) =>
      tokens.push(`${kind} ${text} ${start}-${end} ${opening?.close}`),
  });
  assert.deepEqual(tokens, ['close ) 1-2 undefined', 'close ] 2-3 undefined']);
});
