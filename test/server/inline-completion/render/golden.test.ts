/** The suggestions that users expect for model outputs. The cases are in test/fixtures/inline/. */
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
import { type InlineCase, inlineCases, markSuggestion } from '../../../support/inline-cases.ts';

for (const example of inlineCases) {
  const { name, context, text, expected, options } = example;
  test(name, () => {
    const { suggestion } = render(example, [text]);
    assert.equal(markSuggestion(context, suggestion), expected);

    for (const pieces of [[...text], text.split(''), ...[1, 2, 3].map((seed) => split(text, seed))]) {
      assert.deepEqual(
        render(example, pieces).suggestion,
        suggestion,
        'the same suggestion for other pieces',
      );
    }
    if (suggestion) assertBalance(context, suggestion, options.length === 'line');
  });
}

test('there are at least 170 cases in at least 20 languages', () => {
  const languages = new Set(inlineCases.map(({ context }) => context.languageId));
  assert.ok(inlineCases.length >= 170, `${inlineCases.length} cases`);
  assert.ok(languages.size >= 20, [...languages].join(', '));
});

/** Renders the output in pieces; each suggestion has to begin with the one before. */
function render({ context, options }: InlineCase, pieces: readonly string[]): RenderedCompletion {
  const renderer = streamRenderer(context, options);
  let last = '';
  for (const piece of pieces) {
    const enough = renderer.write(piece);
    const insert = renderer.suggestion()?.insertText ?? last;
    assert.ok(insert.startsWith(last), `${JSON.stringify(insert)} begins with ${JSON.stringify(last)}`);
    last = insert;
    if (enough) break;
  }
  const end = renderer.end();
  assert.ok(end.suggestion === undefined ? last === '' : end.suggestion.insertText.startsWith(last), 'grows');
  return end;
}

function split(text: string, seed: number): string[] {
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

/** An accept adds no closer without an opener, and for a block no opener without a closer. */
function assertBalance(context: CompletionContext, suggestion: Suggestion, isLine: boolean): void {
  const { languageId, after } = context;
  const balanceBefore = balance(effectivePrefix(context) + after, languageId);
  const balanceAfter = balance(markSuggestion(context, suggestion).replace(/[⟦⟧]/g, ''), languageId);
  assert.ok(balanceAfter.strays <= balanceBefore.strays, 'no surplus closer');
  if (!isLine) assert.ok(balanceAfter.open <= balanceBefore.open, 'no surplus opener');
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
