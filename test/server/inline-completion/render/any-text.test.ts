/** Properties of suggestions for any document and any model output. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { contextAfterAccept, toCompletion } from '../../../../server/inline-completion/completion.ts';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import { chooseCompletionLength } from '../../../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../../../server/inline-completion/render/may-suggest.ts';
import { streamRenderer } from '../../../../server/inline-completion/render/stream-renderer.ts';
import { inlineCases } from '../../../support/inline-cases.ts';

/** Pieces of documents and outputs, and some that no document should contain. */
const pieces = fc.oneof(
  fc.constantFrom(
    ...[
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '`',
      '"""',
      '/*',
      '*/',
      '//',
      '#',
      '<div>',
      '</div>',
      '<',
      '/>',
    ],
    ...[
      '\n',
      '\n',
      '\n    ',
      '\n\t',
      '\r\n',
      '\r',
      ' ',
      '    ',
      '\t',
      ';',
      ',',
      ':',
      '=>',
      '${',
      '\\',
      '😀',
      'é',
    ],
    ...['e\u0301', '👩‍👧', '\ud83d', '\ude00', '\u0000', '\u2028', '```', '```ts', '<think>', '</think>'],
    ...[
      '<|im_end|>',
      'return x',
      'if (a) {',
      'def f():',
      'end',
      'do',
      'else',
      'Here is the code:',
      'x = 1',
      'foo',
    ],
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const someText = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const languages = [...new Set(inlineCases.map(({ context }) => context.languageId))];

const contexts: fc.Arbitrary<CompletionContext> = fc
  .record({
    languageId: fc.constantFrom(...languages),
    before: someText.map((text) => text.toWellFormed()),
    after: someText.map((text) => text.toWellFormed()),
    crlf: fc.boolean(),
    tabs: fc.boolean(),
    size: fc.constantFrom(2, 4, 8),
    selected: fc.option(fc.constantFrom('console', 'x'), { nil: undefined }),
    trigger: fc.constantFrom('automatic' as const, 'invoked' as const),
  })
  .map(({ languageId, before, after, crlf, tabs, size, selected, trigger }) => {
    const ends = (text: string) => text.replace(/\r\n?|\n/g, crlf ? '\r\n' : '\n');
    return {
      uri: 'file:///any',
      version: 1,
      languageId,
      before: ends(before),
      after: ends(after),
      indentation: { tabs, size },
      ...(selected && { selectedCompletion: { text: selected, replaces: 0 } }),
      trigger,
    };
  });

const outputs = fc.oneof(someText, fc.constantFrom(...inlineCases.map(({ text }) => text)));
const options = fc.record({
  length: fc.constantFrom('line' as const, 'block' as const),
  format: fc.constantFrom('fill' as const, 'chat' as const),
});

test('a suggestion never leaves its line, splits a character, mixes line ends or withdraws shown text', () => {
  void fc.assert(
    fc.property(
      contexts,
      outputs,
      options,
      fc.integer({ min: 1, max: 7 }),
      (context, text, options, step) => {
        const renderer = streamRenderer(context, options);
        let last = '';
        for (let at = 0; at < text.length; at += step) {
          renderer.write(text.slice(at, at + step));
          const { insertText } = renderer.suggestion() ?? { insertText: last };
          assert.ok(insertText.startsWith(last), 'shown text grows');
          last = insertText;
        }
        const { suggestion, remainder } = renderer.end();
        if (!suggestion) return assert.equal(last, '', 'shown text stays');

        const { insertText, replacesAfter, replacesBefore } = suggestion;
        assert.ok(insertText.startsWith(last), 'shown text stays');
        assert.ok(insertText.trim() !== '' && insertText.isWellFormed());
        const line = /^[^\r\n]*/.exec(context.after)?.[0] ?? '';
        assert.ok(replacesAfter >= 0 && replacesAfter <= line.length, 'the range ends on the line');
        assert.ok(context.after.slice(replacesAfter).isWellFormed());
        assert.equal(replacesBefore, context.selectedCompletion?.replaces ?? 0);
        assert.ok(insertText.startsWith(context.selectedCompletion?.text ?? ''));
        const breaks = new Set(`${insertText}${remainder}`.match(/\r\n|\r|\n/g));
        assert.ok(breaks.size <= 1 && !breaks.has('\r'), 'one kind of line end');
        assert.ok(
          isWithin(line.slice(0, replacesAfter), insertText),
          'the suggestion contains the replaced text in its order',
        );
        if (line.trim() === '') assert.doesNotMatch(insertText, /\s$/, 'no white space at the end');
      },
    ),
    { numRuns: 2_000 },
  );
});

test('the same text in other pieces gives the same suggestion', () => {
  void fc.assert(
    fc.property(
      contexts,
      outputs,
      options,
      fc.integer({ min: 1, max: 7 }),
      (context, text, options, step) => {
        const wholeRenderer = streamRenderer(context, options);
        wholeRenderer.write(text);
        const piecewiseRenderer = streamRenderer(context, options);
        for (let at = 0; at < text.length; at += step) piecewiseRenderer.write(text.slice(at, at + step));
        assert.deepEqual(piecewiseRenderer.end(), wholeRenderer.end());
      },
    ),
    { numRuns: 1_000 },
  );
});

test('rendering never throws, however often a user accepts', () => {
  void fc.assert(
    fc.property(contexts, outputs, options, (context, text, options) => {
      maySuggest(context);
      chooseCompletionLength(context, { followsAccept: false, isFastModel: true });
      const renderer = streamRenderer(context, options);
      renderer.write(text);
      let rendered = renderer.end();
      let here = context;
      for (let accepts = 0; rendered.suggestion && accepts < 50; accepts++) {
        here = contextAfterAccept(here, toCompletion(here, rendered.suggestion));
        const before = visibleLength(rendered.remainder);
        const next = streamRenderer(here, { length: 'block', format: 'fill' });
        next.write(rendered.remainder);
        rendered = next.end();
        // Its lines may move to the right.
        assert.ok(visibleLength(rendered.remainder) < before || before === 0, 'the remainder gets shorter');
      }
    }),
    { numRuns: 500 },
  );
});

const visibleLength = (text: string): number => text.replace(/\s/g, '').length;

/** The characters of `short` are in `long`, in their order. */
function isWithin(short: string, long: string): boolean {
  let at = 0;
  for (const character of short.replace(/\s/g, '')) {
    at = long.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
