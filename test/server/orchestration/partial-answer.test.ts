/** The answer so far, whichever models wrote it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartialAnswer } from '../../../server/orchestration/partial-answer.ts';
import type { AskParams } from '../../../shared/ask.ts';

const answerTo = (params: AskParams = { prompt: 'hi' }) => {
  let now = 0;
  return new PartialAnswer(params, () => (now += 1));
};
const text = (more: string) => ({ type: 'text-delta', text: more }) as const;

test('text is added and shown, the finish is not', () => {
  const answer = answerTo();
  assert.deepEqual(answer.append(text('one ')), [text('one ')]);
  assert.deepEqual(answer.append(text('')), []);
  assert.deepEqual(answer.append({ type: 'finish', reason: 'stop' }), []);
  assert.equal(answer.text, 'one ');
  assert.equal(answer.firstTextAt, 1);
  assert.deepEqual(answer.result(), { text: 'one ' });
});

test('what a second model repeats is not shown, and what is buffered is not lost', () => {
  const answer = answerTo();
  answer.append(text('The first sentence is here.'));
  answer.continueWith({ from: 'a/1', to: 'b/2', reason: 'r' });
  assert.deepEqual(answer.append(text('The first sentence')), []);
  assert.deepEqual(answer.append(text(' is here. And more')), [text(' And more')]);
  assert.deepEqual(answer.flush(), []);
  answer.continueWith({ from: 'b/2', to: 'a/1', reason: 'r' });
  assert.deepEqual(answer.append(text(' ')), []);
  assert.deepEqual(answer.flush(), [text(' ')]);
  assert.deepEqual(
    answer.takeovers.map(({ at }) => at),
    [27, 36],
  );
});

test('a model that took over and wrote nothing is no takeover', () => {
  const answer = answerTo();
  answer.append(text('one'));
  answer.continueWith({ from: 'a/1', to: 'b/2', reason: 'first' });
  answer.flush();
  answer.continueWith({ from: 'b/2', to: 'c/3', reason: 'second' });
  assert.deepEqual(answer.takeovers, [{ at: 3, from: 'a/1', to: 'c/3', reason: 'first' }]);
});

test('text that turns out to be reasoning is no part of the answer; that of an earlier model stays', () => {
  const answer = answerTo();
  answer.append(text('hm'));
  assert.deepEqual(answer.append({ type: 'text-retraction' }), [
    { type: 'text-retraction', keptCharacters: 0 },
  ]);
  assert.equal(answer.text, '');
  answer.append(text('One sentence is here.'));
  answer.continueWith({ from: 'a/1', to: 'b/2', reason: 'r' });
  answer.append(text(' I think.'));
  assert.deepEqual(answer.append({ type: 'text-retraction' }), [
    { type: 'text-retraction', keptCharacters: 21 },
  ]);
  answer.append(text(' And two.'));
  assert.equal(answer.text, 'One sentence is here. And two.');
});

test('a restart forgets everything but the longest text that was shown', () => {
  const answer = answerTo();
  answer.append(text('a long beginning'));
  answer.append({ type: 'tool-call', id: '1', name: 'look', input: '{}' });
  answer.restart();
  assert.deepEqual([answer.text, answer.toolCalls, answer.takeovers], ['', [], []]);
  answer.append(text('short'));
  assert.equal(answer.longestText, 'a long beginning');
  assert.deepEqual(answer.result(), { text: 'short' });
});

test('tool calls are handed on, and are part of the result', () => {
  const answer = answerTo();
  const call = { type: 'tool-call', id: '1', name: 'look', input: '{}', signature: 's' } as const;
  assert.deepEqual(answer.append(call), [call]);
  const { type: _, ...rest } = call;
  assert.deepEqual(answer.result().toolCalls, [rest]);
});

test('the code of a coder’s answer is previewed and part of the result', () => {
  const answer = answerTo({ prompt: 'x', role: 'coder' });
  const [, preview] = answer.append(text('```ts\nlet a;\n'));
  assert.equal(preview?.type, 'code');
  answer.append(text('```\n'));
  const [last] = answer.flushPreview();
  assert.equal(last?.type === 'code' && last.code.text.trim(), 'let a;', 'also what came since the last one');
  assert.deepEqual(answer.flushPreview(), []);
  assert.equal(answer.result().code?.text.trim(), 'let a;');
});
