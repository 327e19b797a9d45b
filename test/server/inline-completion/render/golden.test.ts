/** What users expect to see of what models say. The cases are in test/fixtures/inline/. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePrefix } from '../../../../server/inline-completion/completion.ts';
import type {
  CompletionContext,
  Suggestion,
} from '../../../../server/inline-completion/completion-context.ts';
import { type Opening, scanCode } from '../../../../server/inline-completion/render/code-scanner.ts';
import { languageSyntaxOf } from '../../../../server/inline-completion/render/languages.ts';
import {
  type RenderedCompletion,
  streamRenderer,
} from '../../../../server/inline-completion/render/stream-renderer.ts';
import { type InlineCase, inlineCases, marked } from '../../../support/inline-cases.ts';

for (const example of inlineCases) {
  const { name, context, text, expected, options } = example;
  test(name, () => {
    const { suggestion } = shown(example, [text]);
    assert.equal(marked(context, suggestion), expected);

    for (const pieces of [[...text], text.split(''), ...[1, 2, 3].map((seed) => pieced(text, seed))]) {
      assert.deepEqual(shown(example, pieces).suggestion, suggestion, 'the same in other pieces');
    }
    if (suggestion) assertBalance(context, suggestion, options.length === 'line');
  });
}

test('there are cases for every language that is spoken of', () => {
  const languages = new Set(inlineCases.map(({ context }) => context.languageId));
  assert.ok(inlineCases.length >= 170, `${inlineCases.length} cases`);
  assert.ok(languages.size >= 20, [...languages].join(', '));
});

/** What is shown in the end; on the way each suggestion begins with the one before. */
function shown({ context, options }: InlineCase, pieces: readonly string[]): RenderedCompletion {
  const reading = streamRenderer(context, options);
  let last = '';
  for (const piece of pieces) {
    const enough = reading.write(piece);
    const insert = reading.suggestion()?.insertText ?? last;
    assert.ok(insert.startsWith(last), `${JSON.stringify(insert)} begins with ${JSON.stringify(last)}`);
    last = insert;
    if (enough) break;
  }
  const end = reading.end();
  assert.ok(end.suggestion === undefined ? last === '' : end.suggestion.insertText.startsWith(last), 'grows');
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
function assertBalance(context: CompletionContext, suggestion: Suggestion, isLine: boolean): void {
  const { languageId, after } = context;
  const was = balance(effectivePrefix(context) + after, languageId);
  const is = balance(marked(context, suggestion).replace(/[⟦⟧]/g, ''), languageId);
  assert.ok(is.strays <= was.strays, 'no closer too many');
  if (!isLine) assert.ok(is.open <= was.open, 'no opener too many');
}

function balance(text: string, languageId: string): { strays: number; open: number } {
  const language = languageSyntaxOf(languageId);
  const stack: Opening[] = [];
  let strays = 0;
  scanCode(`${text}\n`, language, stack, {
    onToken: ({ kind, opening, text: token }) => {
      if (kind === 'close' && !opening && !(language.looseBrackets && token === ')')) strays += 1;
    },
  });
  return { strays, open: stack.length };
}
