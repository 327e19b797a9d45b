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

const takeover = { from: 'a/1', to: 'b/2', reason: 'r' } as const;

test('what a second model repeats is not shown, what follows it is', () => {
  const answer = answerTo();
  answer.append(text('The first sentence is here.'));
  answer.continueWith(takeover);
  assert.deepEqual(answer.append(text('The first sentence')), []);
  assert.deepEqual(answer.append(text(' is here. And more')), [text(' And more')]);
  assert.deepEqual(answer.append(text('.')), [text('.')]);
  assert.deepEqual(answer.endText(), []);
  answer.continueWith({ from: 'b/2', to: 'a/1', reason: 'r' });
  assert.deepEqual(answer.append(text('is here. And more. The end.')), [text(' The end.')]);
  assert.equal(answer.text, 'The first sentence is here. And more. The end.');
  assert.deepEqual(
    answer.takeovers.map(({ at }) => at),
    [27, 37],
  );
});

test('a text that does not show its place is not shown', () => {
  const answer = answerTo();
  answer.append(text('The first sentence'));
  answer.continueWith(takeover);
  assert.deepEqual(answer.append(text('Here is another answer.')), []);
  assert.equal(answer.joinFailed, false, 'it may still repeat something');
  assert.deepEqual(answer.endText(), []);
  assert.equal(answer.joinFailed, true);
  assert.equal(answer.text, 'The first sentence');
});

test('a model that breaks off inside the repetition has added nothing', () => {
  const answer = answerTo();
  answer.append(text('The first sentence is here.'));
  answer.continueWith(takeover);
  answer.append(text('The first sen'));
  assert.deepEqual(answer.breakOffText(), []);
  assert.deepEqual([answer.joinFailed, answer.text], [false, 'The first sentence is here.']);
});

test('a call after the repetition follows the text, a call after other text is not handed on', () => {
  const call = { type: 'tool-call', id: '1', name: 'look', input: '{}' } as const;
  const calling = (...before: string[]) => {
    const answer = answerTo();
    answer.append(text('I look it up for you.'));
    answer.continueWith(takeover);
    for (const each of before) answer.append(text(each));
    return { parts: answer.append(call), failed: answer.joinFailed };
  };
  assert.deepEqual(calling(), { parts: [call], failed: false });
  assert.deepEqual(calling('I look it up', ' for you.'), { parts: [call], failed: false });
  assert.deepEqual(calling('Let me see.'), { parts: [], failed: true });
});

test('the place has to show within half a minute', () => {
  let now = 0;
  const answer = new PartialAnswer({ prompt: 'hi' }, () => now);
  answer.append(text('The first sentence is here, and it is long.'));
  answer.continueWith(takeover);
  assert.deepEqual(answer.append(text('The first')), []);
  now = 30_001;
  assert.deepEqual(answer.append(text(' sentence')), []);
  assert.equal(answer.joinFailed, true);
});

test('a model that took over and wrote nothing is no takeover', () => {
  const answer = answerTo();
  answer.append(text('one'));
  answer.continueWith({ from: 'a/1', to: 'b/2', reason: 'first' });
  answer.endText();
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
  answer.append(text('One sentence is here. I think.'));
  assert.deepEqual(answer.append({ type: 'text-retraction' }), [
    { type: 'text-retraction', keptCharacters: 21 },
  ]);
  answer.append(text('One sentence is here. And two.'));
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
