/** Answers that are more than text, through the whole request path: refusals, media, further answers, takeovers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { answersWith, pipeline, type Script, usage } from './pipeline.ts';

const picture = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const;
const answersParts = (...parts: readonly EnginePart[]): Script =>
  async function* () {
    yield* parts;
    yield { type: 'finish', reason: 'stop', usage };
  };
const failsAfterParts = (...parts: readonly EnginePart[]): Script =>
  async function* () {
    yield* parts;
    throw new RumboError('It failed.', { kind: 'interrupted' });
  };

test('a model that declines has answered: no other is asked, and the next time it is asked again', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: answersParts({ type: 'refusal-delta', text: 'I cannot help with that.' }) },
    { id: 'b/two', script: answersWith('never') },
  ]);
  for (const _ of [1, 2]) {
    const { parts, result } = await rumbo.ask({ prompt: 'hi' });
    assert.equal(result.refusal, 'I cannot help with that.');
    assert.equal(result.text, result.refusal);
    assert.equal(result.receipt.finishReason, 'refusal');
    assert.equal(parts.find(({ type }) => type === 'finish')?.type, 'finish');
    assert.deepEqual([result.receipt.model, result.receipt.cached], ['a/one', false]);
  }
  assert.equal(rumbo.requests.length, 2);
});

test('a picture alone is an answer, and is not given from the cache', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersParts(picture) }]);
  for (const _ of [1, 2]) {
    const { result } = await rumbo.ask({ prompt: 'draw' });
    assert.deepEqual([result.text, result.content, result.receipt.cached], ['', [picture], false]);
  }
});

test('several answers, and text with a picture, are begun anew by the next model', async () => {
  for (const { parts, params } of [
    { parts: [{ type: 'text-delta', text: 'See: ' }, picture], params: {} },
    { parts: [picture], params: {} },
    { parts: [{ type: 'text-delta', text: 'One, ' }], params: { answerCount: 2 } },
    { parts: [{ type: 'refusal-delta', text: 'I can' }], params: {} },
  ] as const) {
    const rumbo = pipeline([
      { id: 'a/one', script: failsAfterParts(...parts) },
      { id: 'b/two', script: answersWith('Whole.') },
    ]);
    const { parts: shown, result } = await rumbo.ask({ prompt: 'hi', ...params });
    const takeover = shown.find(({ type }) => type === 'takeover');
    assert.equal(takeover?.type === 'takeover' && takeover.mode, 'restart');
    assert.deepEqual([result.text, result.content, result.refusal], ['Whole.', undefined, undefined]);
    assert.equal(rumbo.requests[1]?.messages.length, 1, 'nothing of the first answer is sent');
  }
});

test('with `fail` a picture that was shown is not replaced', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfterParts(picture) },
    { id: 'b/two', script: answersWith('never') },
  ]);
  const { kind } = await rumbo.failure({ prompt: 'draw', onInterruption: 'fail' });
  assert.equal(kind, 'interrupted');
  assert.equal(rumbo.requests.length, 1);
});

test('thoughts of a model that failed before its answer are no part of the next one’s', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfterParts({ type: 'reasoning-end', signature: 'anthropic:x' }) },
    { id: 'b/two', script: answersWith('Whole.') },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'hi' });
  assert.ok(parts.some(({ type }) => type === 'fallback'));
  assert.equal(result.content, undefined);
});

test('the receipt says what a takeover by another provider removed', async () => {
  const parts = [
    { type: 'reasoning-end', signature: 'anthropic:x' },
    { type: 'text-delta', text: 'One, two, three, ' },
  ] as const;
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfterParts(...parts) },
    { id: 'b/two', script: answersWith('four.') },
  ]);
  const { result } = await rumbo.ask({ prompt: 'count' });
  assert.equal(result.content, undefined);
  assert.ok(
    result.receipt.reasons.includes(
      'What only the service of a/one can read of its thoughts and tools was removed.',
    ),
    result.receipt.reasons.join('\n'),
  );
});
