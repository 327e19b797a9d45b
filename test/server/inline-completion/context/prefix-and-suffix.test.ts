import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import {
  cutPrefixAndSuffix,
  fitPrompt,
  type PromptLimits,
  tokenBudgetsFor,
} from '../../../../server/inline-completion/context/prefix-and-suffix.ts';
import { estimateTokens } from '../../../../server/routing/tokens.ts';

const context = (before: string, after = ''): CompletionContext => ({
  uri: 'file:///a.ts',
  version: 1,
  languageId: 'typescript',
  before,
  after,
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
});
const cut = (before: string, after: string, prefix: number, suffix = prefix) =>
  cutPrefixAndSuffix(context(before, after), { prefix, suffix, snippets: 0 });
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `const value${index + from} = ${index + from};\n`).join('');

test('a short document fits completely', () => {
  assert.deepEqual(cut('a\r\n\tb', 'c\r\nd', 100), { prefix: 'a\r\n\tb', suffix: 'c\r\nd' });
});

test('a long document is cut at line starts, and the text nearest to the cursor stays', () => {
  const { prefix, suffix } = cut(`${numbered(500)}let x`, ` = 1;\n${numbered(500)}`, 300, 100);
  assert.match(prefix, /^const value\d+ = \d+;\n/);
  assert.ok(prefix.endsWith('const value499 = 499;\nlet x'));
  assert.ok(suffix.startsWith(' = 1;\nconst value0 = 0;\n'));
  assert.ok(suffix.endsWith(';\n'));
});

test('the prefix begins the same while dozens of lines are typed', () => {
  const beginnings = new Set<string | undefined>();
  for (let line = 400; line < 528; line += 1)
    beginnings.add(cut(numbered(line), '', 1_500).prefix.split('\n')[0]);
  assert.ok(beginnings.size <= 3, `${beginnings.size} beginnings`);
});

test('of a line that exceeds the budget, the part nearest to the cursor stays', () => {
  const { prefix, suffix } = cut('x'.repeat(10_000), 'y'.repeat(10_000), 100);
  assert.match(prefix, /^x{100,360}$/);
  assert.match(suffix, /^y{100,360}$/);
});

const pieces = fc.constantFrom('a', '\n', '\r\n', '\r', '😀', '한', ' ', 'word and more\n', 'x'.repeat(40));
const text = fc.array(pieces, { maxLength: 120 }).map((parts) => parts.join(''));

test('whatever the text, no budget is exceeded, no surrogate pair or line end is split, and cuts are at lines', () => {
  const budget = fc.nat(60);
  fc.assert(
    fc.property(text, text, budget, budget, (before, after, prefixBudget, suffixBudget) => {
      // No editor places a cursor inside a line end.
      fc.pre(!(before.endsWith('\r') && after.startsWith('\n')));
      const { prefix, suffix } = cut(before, after, prefixBudget, suffixBudget);
      assert.ok(before.endsWith(prefix) && after.startsWith(suffix));
      assert.ok(estimateTokens(prefix) <= prefixBudget && estimateTokens(suffix) <= suffixBudget);
      assert.ok(prefix.isWellFormed() && suffix.isWellFormed());
      const omitted = before.slice(0, before.length - prefix.length);
      const line = before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1);
      assert.ok(omitted === '' || /[\r\n]$/.test(omitted) || line.includes(prefix), 'begins at a line');
      assert.ok(!(omitted.endsWith('\r') && prefix.startsWith('\n')));
      assert.ok(!(suffix.endsWith('\r') && after[suffix.length] === '\n'));
      const rest = after.slice(suffix.length);
      assert.ok(
        rest === '' || suffix === '' || /[\r\n]$/.test(suffix) || !/[\r\n]/.test(suffix),
        'ends at a line',
      );
    }),
    { numRuns: 1_000 },
  );
});

const limits: PromptLimits = { contextTokens: 8_192, outputTokens: 128, private: true };

test('a local model gets a short suffix, a cloud model a longer one', () => {
  const [local, cloud] = [
    tokenBudgetsFor(limits),
    tokenBudgetsFor({ ...limits, private: false, promptTokens: 2_048 }),
  ];
  assert.ok(local.suffix < cloud.suffix / 2);
  assert.ok(local.prefix > cloud.prefix);
});

test('a small or unknown model never gets more than its context', () => {
  const whole = ({ prefix, suffix, snippets }: ReturnType<typeof tokenBudgetsFor>) =>
    prefix + suffix + snippets;
  assert.equal(whole(tokenBudgetsFor({ ...limits, contextTokens: 1_000 })), 750 - 128);
  assert.equal(whole(tokenBudgetsFor({ ...limits, contextTokens: 100 })), 0);
  assert.equal(
    whole(tokenBudgetsFor({ ...limits, contextTokens: null, promptTokens: 100_000 })),
    3_072 - 128,
  );
  assert.equal(whole(tokenBudgetsFor({ ...limits, promptTokens: 500 })), 500);
});

test('omits snippets that do not fit, the last first', () => {
  const snippet = (name: string) => ({ name, text: 'x'.repeat(360) });
  const snippets = ['a', 'b', 'c'].map(snippet);
  const fitting = (promptTokens: number) =>
    fitPrompt(context('a'), { ...limits, promptTokens }, snippets).snippets.map(({ name }) => name);
  assert.deepEqual(fitting(2_000), ['a', 'b', 'c']);
  assert.deepEqual(fitting(800), ['a', 'b']);
  assert.deepEqual(fitting(100), []);
});
