import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeSoFar, readCode } from '../../../server/edits/code-answer.ts';
import { composeMessages } from '../../../server/profiles/compose.ts';
import type { FileContext } from '../../../shared/ask.ts';
import type { Message } from '../../../shared/chat.ts';
import { textOf } from '../../../shared/message-parts.ts';

const wordsOf = (message: Message | undefined) => (message ? textOf(message) : '');
/** The code of a whole answer that has some. */
const codeAnswer = (answer: string, file?: FileContext) => {
  const reading = readCode(answer, file ? { file } : {});
  assert.ok('code' in reading, answer);
  return reading.code;
};
const at = (line: number, character: number) => ({ line, character });
const file = (text: string, start = at(0, 0), end = start) => ({
  uri: 'file:///home/ana/src/sum.ts',
  languageId: 'typescript',
  text,
  selection: { start, end },
});

test('without a role the conversation is unchanged', () => {
  assert.deepEqual(composeMessages({ prompt: 'hola' }), [{ role: 'user', content: 'hola' }]);
});
test('the instructions of a role come first, the file before the last user message', () => {
  const messages = composeMessages({
    prompt: 'double it',
    role: 'coder',
    file: file('const a = 1;\n', at(0, 6), at(0, 7)),
  });
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user'],
  );
  const user = wordsOf(messages[1]);
  assert.match(user, /sum\.ts/);
  assert.match(user, /const ⟦a⟧ = 1;/);
  assert.ok(user.endsWith('double it'));
  assert.ok(!user.includes('/home/ana'), 'only the name of the file leaves, not where it lies');
});
test('only the surroundings of the cursor are sent of a huge file, cut at line ends', () => {
  const text = Array.from({ length: 100_000 }, (_, line) => `line ${line};`).join('\n');
  const [, user] = composeMessages({ prompt: 'go', role: 'coder', file: file(text, at(50_000, 0)) });
  const sent = wordsOf(user);
  assert.ok(sent.length < 60_000);
  assert.match(sent, /\n⟦⟧line 50000;\n/);
  assert.match(sent, /```typescript\nline \d+;\n/);
});
test('a file with fences does not break out of its own fence', () => {
  const [user] = composeMessages({
    prompt: 'go',
    file: { uri: 'a.md', languageId: 'markdown', text: '````\nx\n````' },
  });
  assert.match(wordsOf(user), /^The file a\.md:\n`{5}markdown\n/);
});

const answers: [string, string, string | null][] = [
  ['```ts\nconst a = 1;\n```', 'const a = 1;', 'typescript'],
  ['Sure!\n\n```python\ndef f():\n    pass\n```\n\nHope it helps.', 'def f():\n    pass', 'python'],
  ['```sh\nls\n```\nand\n```js\nconst longer = 1;\n```', 'const longer = 1;', 'javascript'],
  ['````md\n```js\nx\n```\n````', '```js\nx\n```', 'markdown'],
  ['const x = 1;\n', 'const x = 1;', null],
  ['~~~go\nx := 1\n~~~', 'x := 1', 'go'],
];
for (const [answer, text, languageId] of answers) {
  test(`the code of ${JSON.stringify(answer.slice(0, 30))} is ${JSON.stringify(text)}`, () => {
    assert.deepEqual(codeAnswer(answer), { text, languageId });
  });
}
test('the code of a growing answer never contains a fence', () => {
  const answer = 'Here:\n```typescript\nconst a = `x`;\nconst b = 2;\n```\n';
  for (let length = answer.indexOf('\n```') + 4; length <= answer.length; length++) {
    assert.doesNotMatch(codeSoFar(answer.slice(0, length))?.text ?? '', /```/, answer.slice(0, length));
  }
  for (const beginning of ['`', '``', '```', '```ts']) assert.equal(codeSoFar(beginning)?.text ?? '', '');
});
test('a replaced line keeps its line end, and the file its kind of line ends', () => {
  const crlf = file('a\r\nb\r\nc\r\n', at(1, 0), at(2, 0));
  assert.equal(codeAnswer('```\nx\ny\n```', crlf).text, 'x\r\ny\r\n');
  assert.equal(codeAnswer('```\nz\n```', { ...crlf, selection: undefined as never }).text, 'z\r\n');
});
test('an insertion at the start of a line does not join it', () => {
  assert.equal(codeAnswer('```\nnew();\n```', file('a();\nb();\n', at(1, 0))).text, 'new();\n');
  assert.equal(codeAnswer('```\nnew()\n```', file('a = ;\n', at(0, 4))).text, 'new()');
});
test('the range is the selection, or the whole file', () => {
  const some = file('a\nb', at(0, 0), at(0, 1));
  assert.deepEqual(codeAnswer('x', some).range, some.selection);
  assert.deepEqual(codeAnswer('x', { uri: 'a', languageId: 'x', text: 'a\nbc' }).range, {
    start: at(0, 0),
    end: at(1, 2),
  });
});

test('a file without line ends is cut as well', () => {
  const text = '🙂'.repeat(100_000);
  const content = wordsOf(composeMessages({ prompt: 'x', file: file(text, at(0, 100_001)) }).at(-1));
  assert.ok(content.length < 50_000, `${content.length} characters`);
  assert.ok(content.isWellFormed());
});
test('only the name of a file is sent, never its path', () => {
  for (const uri of [
    'git:/home/ana/x.ts?%7B%22path%22%3A%22/home/ana/x.ts%22%2C%22ref%22%3A%22HEAD%22%7D',
    'C:\\Users\\ana\\x.ts',
    'file:///home/ana/x.ts',
  ]) {
    const content = wordsOf(
      composeMessages({ prompt: 'y', file: { uri, languageId: 'ts', text: 't' } }).at(-1),
    );
    assert.match(content, /^The file x\.ts:\n/);
  }
});
test('an answer full of spaces does not block the server', () => {
  const startedAt = performance.now();
  assert.equal(codeAnswer(`x${' '.repeat(100_000)}x${'\n'.repeat(100_000)}`).text.length, 100_002);
  assert.ok(performance.now() - startedAt < 5_000);
});
