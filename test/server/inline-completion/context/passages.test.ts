import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  hashWords,
  jaccardSimilarity,
  wordSet,
} from '../../../../server/inline-completion/context/identifiers.ts';
import { type ParsedPassages, parsePassages } from '../../../../server/inline-completion/context/passages.ts';
import { timeSlices } from '../../../../server/inline-completion/context/time-slices.ts';

const always = timeSlices({ now: () => 0 }, 1);
const parse = async (text: string, previous?: ParsedPassages): Promise<ParsedPassages> =>
  (await parsePassages(text, previous, always)) ?? assert.fail('the time is over');

const declaration = (name: string, lines: number) =>
  `function ${name}() {\n${`  ${name}Step();\n`.repeat(lines - 2)}}\n`;

test('a passage begins at a declaration at the margin, and short ones stay together', async () => {
  const text = [declaration('long', 12), declaration('short', 3), declaration('other', 9)].join('\n');
  const { passages } = await parse(text);
  assert.deepEqual(
    passages.map(({ line, lineCount, start }) => [line, lineCount, text.slice(start).split('(')[0]]),
    [
      [0, 13, 'function long'],
      [13, 14, 'function short'],
    ],
  );
});

test('a long body is cut where its parts begin, not before a closing bracket', async () => {
  const text = `class A {\n${declaration('first', 30).replace(/^(?=.)/gm, '  ')}\n${declaration('second', 30).replace(/^(?=.)/gm, '  ')}}\n`;
  const { passages } = await parse(text);
  assert.deepEqual(
    passages.map(({ start }) => text.slice(start).split('\n')[0]?.trim()),
    ['class A {', 'function second() {'],
  );
});

test('no passage begins with a closing bracket', async () => {
  const text = `${declaration('first', 12).replace(/\}\n$/, '\n}\n')}\n${declaration('second', 12)}`;
  const { passages } = await parse(text);
  assert.deepEqual(
    passages.map(({ start }) => text.slice(start).split('\n')[0]),
    ['function first() {', 'function second() {'],
  );
});

test('passages cover every line that is not blank, in order, and are never too long', async () => {
  const line = fc.constantFrom('\n', 'a\n', '  b\n', '\tc\r\n', '}\n', 'd');
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 200 }), async (lines) => {
      const text = lines.join('');
      const { passages } = await parse(text);
      let end = 0;
      for (const passage of passages) {
        assert.equal(passage.gapStart, end);
        assert.equal(text.slice(passage.gapStart, passage.start).trim(), '');
        assert.equal(text.slice(0, passage.start).split('\n').length - 1, passage.line);
        assert.ok(passage.lineCount <= 40);
        end = passage.end;
      }
      assert.equal(text.slice(end).trim(), '');
    }),
  );
});

test('parsing after changes gives the same passages as parsing the whole text', async () => {
  const line = fc.constantFrom('\n', 'alpha beta\n', '  gamma\n', '\tdelta\r\n', '}\n', 'epsilon');
  const lines = (maxLength: number) => fc.array(line, { maxLength }).map((parts) => parts.join(''));
  const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), lines(60));
  await fc.assert(
    fc.asyncProperty(lines(200), fc.array(change, { maxLength: 4 }), async (first, changes) => {
      let text = first;
      let parsed = await parse(text);
      for (const [share, removed, added] of changes) {
        const at = Math.floor(share * text.length);
        text = text.slice(0, at) + added + text.slice(at + removed);
        parsed = await parse(text, parsed);
        assert.deepEqual(parsed, await parse(text));
      }
    }),
    { numRuns: 300 },
  );
});

test('passages away from a change are not parsed again', async () => {
  const text = Array.from({ length: 30 }, (_, index) => declaration(`part${index}`, 12)).join('\n');
  const before = await parse(text);
  const after = await parse(text.replace('part15Step', 'newStep'), before);
  const reused = after.passages.filter(({ words }) => before.passages.some((old) => old.words === words));
  assert.ok(reused.length >= before.passages.length - 2);
});

test('parsing ends when the time is over', async () => {
  assert.equal(await parsePassages('a\n', undefined, timeSlices({ now: () => 1 }, 1)), undefined);
});

test('words are distinct identifiers of three or more letters, without keywords and numbers', () => {
  const words = (text: string) => [...hashWords(text)].sort();
  assert.deepEqual(words('const total = sum(total, 0x1fab, 12abc, ab)'), words('sum total'));
  assert.equal(hashWords('const función = naïve_value + $el').length, 3);
  assert.equal(hashWords('').length, 0);
});

test('similarity is the share of common words', () => {
  const like = (a: string, b: string) => jaccardSimilarity(wordSet(hashWords(a)), hashWords(b));
  assert.equal(like('one two six', 'six two one'), 1);
  assert.equal(like('one two', 'two six'), 1 / 3);
  assert.equal(like('one', 'two'), 0);
  assert.equal(like('', ''), 0);
});

test('similarity is the Jaccard index for any words', () => {
  // No keyword begins like this.
  const list = fc.array(fc.stringMatching(/^x[a-h]{3}$/), { maxLength: 40 });
  fc.assert(
    fc.property(list, list, (a, b) => {
      const [left, right] = [new Set(a), new Set(b)];
      const shared = left.intersection(right).size;
      const expected = shared === 0 ? 0 : shared / left.union(right).size;
      assert.equal(jaccardSimilarity(wordSet(hashWords(a.join(' '))), hashWords(b.join(' '))), expected);
    }),
  );
});
