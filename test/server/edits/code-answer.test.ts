/** The code of an answer and the range that it replaces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeSoFar, readCode } from '../../../server/edits/code-answer.ts';
import type { FileContext } from '../../../shared/ask.ts';

/** The code of a whole answer that has some. */
const codeAnswer = (answer: string, file?: FileContext) => {
  const reading = readCode(answer, file ? { file } : {});
  assert.ok('code' in reading, answer);
  return reading.code;
};
const file = (text: string, selection?: FileContext['selection']): FileContext => ({
  uri: 'file:///a.ts',
  languageId: 'typescript',
  text,
  ...(selection ? { selection } : {}),
});
const line = (number: number) => ({ line: number, character: 0 });

test('the code is the longest fenced block, without the prose around it', () => {
  const answer = 'Install it:\n```sh\nnpm i\n```\nThen:\n```ts\nconst a = 1;\nconst b = 2;\n```\nDone.';
  assert.deepEqual(codeAnswer(answer), { text: 'const a = 1;\nconst b = 2;', languageId: 'typescript' });
});

test('an answer without a fence is code as it is', () => {
  assert.deepEqual(codeAnswer('\nconst a = 1;\n'), { text: 'const a = 1;', languageId: null });
});

test('a fence of tildes, or of more backquotes than the code holds, is read', () => {
  assert.equal(codeAnswer('~~~\nx\n~~~').text, 'x');
  assert.equal(codeAnswer('````md\n```js\nx\n```\n````').text, '```js\nx\n```');
});

test('a fence that has not arrived in full shows nothing of itself', () => {
  for (const answer of ['`', '``', '```', '```ts', 'Here it is:\n```ts'])
    assert.equal(codeSoFar(answer)?.text ?? '', '', JSON.stringify(answer));
});

test('a block that is still open is the code so far, without a closing fence that has begun', () => {
  assert.equal(codeSoFar('```ts\nconst a')?.text, 'const a');
  assert.equal(codeSoFar('```ts\nconst a = 1;\n``')?.text, 'const a = 1;');
});

test('the name after the fence becomes a language id of VS Code', () => {
  const languages: [string, string | null][] = [
    ['py', 'python'],
    ['C#', 'csharp'],
    ['go', 'go'],
    ['ts title=a.ts', 'typescript'],
    ['', null],
  ];
  for (const [info, languageId] of languages)
    assert.equal(codeAnswer(`\`\`\`${info}\nx\n\`\`\``).languageId, languageId, info);
});

test('without a selection the code replaces the whole file and keeps its last line break', () => {
  const answer = codeAnswer('```\nb\n```', file('a\n'));
  assert.deepEqual(answer, {
    text: 'b\n',
    languageId: 'typescript',
    range: { start: line(0), end: line(1) },
  });
});

test('the line ends are those of the file', () => {
  assert.equal(codeAnswer('```\nb\nc\n```', file('a\r\n')).text, 'b\r\nc\r\n');
});

test('a selection is replaced as it is', () => {
  const selection = { start: { line: 0, character: 4 }, end: { line: 0, character: 5 } };
  const answer = codeAnswer('```\nb\n```', file('let a;\n', selection));
  assert.deepEqual([answer.text, answer.range], ['b', selection]);
});

test('an insertion before a line with text does not join it', () => {
  const selection = { start: line(1), end: line(1) };
  assert.equal(codeAnswer('```\nb\n```', file('a\nc\n', selection)).text, 'b\n');
  assert.equal(codeAnswer('```\nb\n```', file('a\n\nc\n', selection)).text, 'b', 'the line is empty');
});
