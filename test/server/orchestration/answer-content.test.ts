/** An answer as parts: order, signatures, citations, and what a takeover removes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTextAlone } from '../../../server/orchestration/answer-content.ts';
import { PartialAnswer } from '../../../server/orchestration/partial-answer.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { EnginePart } from '../../../shared/chat.ts';

const answerTo = (params: AskParams = { prompt: 'hi' }) => new PartialAnswer(params, () => 0);
const answerOf = (parts: readonly EnginePart[], params?: AskParams) => {
  const answer = answerTo(params);
  for (const part of parts) answer.append(part);
  return answer;
};
const text = (words: string) => ({ type: 'text-delta', text: words }) as const;
const call = { type: 'tool-call', id: '1', name: 'look', input: '{}', namespace: 'files' } as const;
const picture = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const;
const toOther = { from: 'a/1', to: 'b/2', reason: 'r' } as const;
const toSame = { from: 'a/1', to: 'a/2', reason: 'r' } as const;
const beginning = 'The first sentence is here.';

test('text and calls need no parts, and a call keeps all that it has', () => {
  const result = answerOf([{ type: 'reasoning-delta', text: 'hm' }, text('a'), text('b'), call]).result();
  const { type: _, ...plain } = call;
  assert.deepEqual(result, { text: 'ab', toolCalls: [plain] });
});

test('parts keep their order: thoughts with signatures, texts, calls, media and hosted items', () => {
  const hosted = { type: 'hosted', wire: 'openai-responses', item: { type: 'web_search_call' } } as const;
  const result = answerOf([
    { type: 'reasoning-delta', text: 'let me ' },
    { type: 'reasoning-delta', text: 'see' },
    { type: 'reasoning-end', signature: 'anthropic:x' },
    { type: 'reasoning-end', signature: 'anthropic:hidden' },
    hosted,
    text('one'),
    { type: 'text-signature', signature: 'gemini:y' },
    text('two'),
    call,
    text('three'),
    picture,
  ]).result();
  assert.equal(result.text, 'onetwothree');
  assert.deepEqual(result.content, [
    { type: 'reasoning', text: 'let me see', signature: 'anthropic:x' },
    { type: 'reasoning', text: '', signature: 'anthropic:hidden' },
    hosted,
    { type: 'text', text: 'one', signature: 'gemini:y' },
    { type: 'text', text: 'two' },
    call,
    { type: 'text', text: 'three' },
    picture,
  ]);
});

test('text after a call keeps its place, too', () => {
  assert.deepEqual(
    answerOf([text('a'), call, text('b')])
      .result()
      .content?.map(({ type }) => type),
    ['text', 'tool-call', 'text'],
  );
});

test('citations count in the whole answer, and in the part that holds them', () => {
  const result = answerOf([
    text('one '),
    call,
    text('two'),
    { type: 'citation', citation: { url: 'https://x.example/', start: 4, end: 7 } },
    { type: 'citation', citation: { title: 'all of it' } },
  ]).result();
  assert.deepEqual(result.citations, [
    { url: 'https://x.example/', start: 4, end: 7 },
    { title: 'all of it' },
  ]);
  assert.deepEqual(result.content?.[2], {
    type: 'text',
    text: 'two',
    citations: [{ url: 'https://x.example/', start: 0, end: 3 }, { title: 'all of it' }],
  });
});

test('citations of a model that continues move with its text, and those of what it repeats are dropped', () => {
  const answer = answerOf([text(beginning)]);
  answer.continueWith(toOther);
  const cite = (start: number, end: number) =>
    answer.append({ type: 'citation', citation: { url: 'https://x.example/', start, end } });
  // The model repeats “is here.” (8 units) and continues with “ Second.”
  assert.deepEqual(answer.append(text('sentence is here.')), []);
  assert.deepEqual(cite(0, 8), []);
  answer.append(text(' Second.'));
  const shown = cite(18, 25);
  const { citations } = answer.result();
  assert.equal(answer.text, `${beginning} Second.`);
  const [only] = citations ?? [];
  assert.equal(citations?.length, 1);
  assert.deepEqual(shown, [{ type: 'citation', citation: only }]);
  assert.equal(answer.text.slice(only?.start, only?.end), 'Second.');
});

test('a model of another provider continues without what only the first can read', () => {
  const parts: readonly EnginePart[] = [
    { type: 'reasoning-delta', text: 'seen' },
    { type: 'reasoning-end', signature: 'anthropic:x' },
    { type: 'reasoning-end', signature: 'anthropic:hidden' },
    { type: 'hosted', wire: 'anthropic-messages', item: { type: 'server_tool_use' } },
    text(beginning),
  ];
  const other = answerOf(parts);
  other.continueWith(toOther);
  assert.deepEqual(other.unreadable, ['a/1']);
  assert.equal(other.result().content, undefined, 'a readable thought and text are left');
  const same = answerOf(parts);
  same.continueWith(toSame);
  assert.deepEqual(same.unreadable, []);
  assert.equal(same.result().content?.[0]?.type, 'reasoning');
});

test('what a model thought that then wrote nothing is forgotten', () => {
  const answer = answerOf([text(beginning)]);
  answer.continueWith(toSame);
  answer.append({ type: 'reasoning-end', signature: 'openai:x' });
  answer.breakOffText();
  answer.continueWith({ from: 'a/2', to: 'a/3', reason: 'r' });
  assert.equal(answer.result().content, undefined);
});

test('an answer that is bound to its model is not continued by another', () => {
  assert.equal(answerOf([text('a')]).isBoundToModel, false);
  const bound: readonly EnginePart[] = [
    picture,
    { type: 'refusal-delta', text: 'No.' },
    { type: 'logprobs', tokens: [{ token: 'a', logprob: -1 }] },
    { type: 'alternative', text: 'b', reason: 'stop' },
  ];
  for (const part of bound) assert.equal(answerOf([text('a'), part]).isBoundToModel, true, part.type);
  for (const params of [{ answerCount: 2 }, { logprobs: 0 }, { output: { images: true } }] as const)
    assert.equal(answerTo({ prompt: 'hi', ...params }).isBoundToModel, true, JSON.stringify(params));
});

test('a restart forgets every part', () => {
  const answer = answerOf([
    picture,
    text('a'),
    { type: 'alternative', text: 'b', reason: 'stop' },
    { type: 'citation', citation: { url: 'https://x.example/' } },
  ]);
  answer.restart();
  answer.append(text('new'));
  assert.deepEqual(answer.result(), { text: 'new' });
});

test('text that was reasoning takes its citations with it', () => {
  const answer = answerOf([
    text('thought'),
    { type: 'citation', citation: { url: 'https://x.example/', start: 0, end: 3 } },
    { type: 'text-retraction' },
    text('reply'),
    { type: 'citation', citation: { url: 'https://y.example/', start: 0, end: 5 } },
  ]);
  assert.deepEqual(answer.result().citations, [{ url: 'https://y.example/', start: 0, end: 5 }]);
});

test('a refusal is text and a part of its own', () => {
  const {
    text: words,
    refusal,
    content,
  } = answerOf([text('Hm. '), { type: 'refusal-delta', text: 'No.' }]).result();
  assert.deepEqual(
    [words, refusal, content],
    [
      'Hm. No.',
      'No.',
      [
        { type: 'text', text: 'Hm. ' },
        { type: 'refusal', text: 'No.' },
      ],
    ],
  );
});

test('only text, and thoughts about it, are all of an answer', () => {
  const isAll = (...parts: readonly EnginePart[]) => isTextAlone(answerOf(parts).result());
  assert.equal(isAll(text('a')), true);
  assert.equal(isAll({ type: 'reasoning-end', signature: 'openai:x' }, text('a')), true);
  for (const part of [
    picture,
    call,
    { type: 'refusal-delta', text: 'No.' },
    { type: 'citation', citation: { url: 'https://x.example/' } },
    { type: 'logprobs', tokens: [{ token: 'a', logprob: -1 }] },
    { type: 'alternative', text: 'b', reason: 'stop' },
  ] as const)
    assert.equal(isAll(text('a'), part), false, part.type);
});
