/** What users expect to see of what models say. The cases are in test/fixtures/inline/. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePrefix } from '../../../../server/inline-completion/completion.ts';
import type {
  CompletionContext,
  Suggestion,
} from '../../../../server/inline-completion/completion-context.ts';
import { languageOf } from '../../../../server/inline-completion/render/languages.ts';
import { type Opening, scan } from '../../../../server/inline-completion/render/scan.ts';
import { type Shown, showing } from '../../../../server/inline-completion/render/stream-renderer.ts';
import { type InlineCase, inlineCases, marked } from '../../../support/inline-cases.ts';

for (const example of inlineCases) {
  const { name, situation, text, expected, options } = example;
  test(name, () => {
    const { suggestion } = shown(example, [text]);
    assert.equal(marked(situation, suggestion), expected);

    for (const pieces of [[...text], text.split(''), ...[1, 2, 3].map((seed) => pieced(text, seed))]) {
      assert.deepEqual(shown(example, pieces).suggestion, suggestion, 'the same in other pieces');
    }
    if (suggestion) assertBalance(situation, suggestion, options.shape === 'line');
  });
}

test('there are cases for every language that is spoken of', () => {
  const languages = new Set(inlineCases.map(({ situation }) => situation.languageId));
  assert.ok(inlineCases.length >= 170, `${inlineCases.length} cases`);
  assert.ok(languages.size >= 20, [...languages].join(', '));
});

/** What is shown in the end; on the way each suggestion begins with the one before. */
function shown({ situation, options }: InlineCase, pieces: readonly string[]): Shown {
  const reading = showing(situation, options);
  let last = '';
  for (const piece of pieces) {
    const enough = reading.read(piece);
    const insert = reading.suggestion()?.insert ?? last;
    assert.ok(insert.startsWith(last), `${JSON.stringify(insert)} begins with ${JSON.stringify(last)}`);
    last = insert;
    if (enough) break;
  }
  const end = reading.end();
  assert.ok(end.suggestion === undefined ? last === '' : end.suggestion.insert.startsWith(last), 'grows');
  return end;
}

function pieced(text: string, seed: number): string[] {
  const pieces: string[] = [];
  let state = seed;
  for (let at = 0; at < text.length; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const length = 1 + (state % 9);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** An accept adds no closer without an opener, and where more than a line is wanted no opener without a closer. */
function assertBalance(situation: CompletionContext, suggestion: Suggestion, isLine: boolean): void {
  const { languageId, after } = situation;
  const was = balance(effectivePrefix(situation) + after, languageId);
  const is = balance(marked(situation, suggestion).replace(/[⟦⟧]/g, ''), languageId);
  assert.ok(is.strays <= was.strays, 'no closer too many');
  if (!isLine) assert.ok(is.open <= was.open, 'no opener too many');
}

function balance(text: string, languageId: string): { strays: number; open: number } {
  const language = languageOf(languageId);
  const stack: Opening[] = [];
  let strays = 0;
  scan(`${text}\n`, language, stack, {
    visit: ({ kind, opening, text: token }) => {
      if (kind === 'close' && !opening && !(language.looseBrackets && token === ')')) strays += 1;
    },
  });
  return { strays, open: stack.length };
}
