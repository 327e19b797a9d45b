/** Whatever a model says and wherever it is asked, what is shown fits its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { contextAfterAccept, toCompletion } from '../../../../server/inline-completion/completion.ts';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import { chooseCompletionLength } from '../../../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../../../server/inline-completion/render/may-suggest.ts';
import { streamRenderer } from '../../../../server/inline-completion/render/stream-renderer.ts';
import { inlineCases } from '../../../support/inline-cases.ts';

/** Pieces that documents and answers are made of, and some that no document should have. */
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

const situations: fc.Arbitrary<CompletionContext> = fc
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

const answers = fc.oneof(someText, fc.constantFrom(...inlineCases.map(({ text }) => text)));
const options = fc.record({
  length: fc.constantFrom('line' as const, 'block' as const),
  format: fc.constantFrom('fill' as const, 'chat' as const),
});

test('a suggestion never leaves its line, splits a character, mixes line ends or takes back what it showed', () => {
  void fc.assert(
    fc.property(situations, answers, options, fc.integer({ min: 1, max: 7 }), (context, text, how, step) => {
      const reading = streamRenderer(context, how);
      let last = '';
      for (let at = 0; at < text.length; at += step) {
        reading.write(text.slice(at, at + step));
        const { insertText } = reading.suggestion() ?? { insertText: last };
        assert.ok(insertText.startsWith(last), 'what is shown grows');
        last = insertText;
      }
      const { suggestion, remainder } = reading.end();
      if (!suggestion) return assert.equal(last, '', 'what is shown stays');

      const { insertText, replacesAfter, replacesBefore } = suggestion;
      assert.ok(insertText.startsWith(last), 'what is shown stays');
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
        'what is replaced is said again, in its order',
      );
      if (line.trim() === '') assert.doesNotMatch(insertText, /\s$/, 'no white space at the end');
    }),
    { numRuns: 2_000 },
  );
});

test('the same text in other pieces is shown the same', () => {
  void fc.assert(
    fc.property(situations, answers, options, fc.integer({ min: 1, max: 7 }), (context, text, how, step) => {
      const whole = streamRenderer(context, how);
      whole.write(text);
      const pieced = streamRenderer(context, how);
      for (let at = 0; at < text.length; at += step) pieced.write(text.slice(at, at + step));
      assert.deepEqual(pieced.end(), whole.end());
    }),
    { numRuns: 1_000 },
  );
});

test('nothing throws, however often a user accepts', () => {
  void fc.assert(
    fc.property(situations, answers, options, (context, text, how) => {
      maySuggest(context);
      chooseCompletionLength(context, { followsAccept: false, isFastModel: true });
      const reading = streamRenderer(context, how);
      reading.write(text);
      let shown = reading.end();
      let here = context;
      for (let taken = 0; shown.suggestion && taken < 50; taken++) {
        here = contextAfterAccept(here, toCompletion(here, shown.suggestion));
        const before = shown.remainder.length;
        const next = streamRenderer(here, { length: 'block', format: 'fill' });
        next.write(shown.remainder);
        shown = next.end();
        assert.ok(shown.remainder.length < before || before === 0, 'the rest gets shorter');
      }
    }),
    { numRuns: 500 },
  );
});

/** The characters of `short` are in `long`, in their order. */
function isWithin(short: string, long: string): boolean {
  let at = 0;
  for (const character of short.replace(/\s/g, '')) {
    at = long.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
