/** How an answer begins, which candidates it still has, and what a takeover does to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentCandidate, takeOver } from '../../../server/orchestration/answer-progress.ts';
import { RumboError } from '../../../shared/errors.ts';
import { answerBy, modelNamed, snapshotOf } from './progress.ts';

const [one, two] = [modelNamed('a/one'), modelNamed('b/two')];
const error = new RumboError('It broke off.', { kind: 'interrupted' });

test('the candidates are queued in their order', () => {
  const { queue } = answerBy([one, two]).start();
  assert.deepEqual([queue.next()?.id, queue.next()?.id], ['a/one', 'b/two']);
});

test('without a candidate, or with a lost pin, an answer does not begin', () => {
  assert.throws(answerBy([]).start, { kind: 'no-candidate' });
  const locked = answerBy([modelNamed('a/one', { locked: true }), two], {
    prompt: 'hi',
    model: 'a/one',
    whenPinnedUnavailable: 'fail',
  });
  assert.throws(locked.start, /a\/one is pinned and cannot run/);
});

test('after a failure a candidate has to pass the filter again', () => {
  const { deps, start, state } = answerBy([one, two]);
  const progress = start();
  state.snapshot = snapshotOf([one]);
  assert.equal(currentCandidate(deps, progress, { id: 'b/two' })?.model, two, 'nothing has failed yet');
  progress.lastFailure = { model: 'a/one', error };
  assert.equal(currentCandidate(deps, progress, { id: 'b/two' }), undefined);
});

test('before the first text a takeover is a fallback, after it a takeover', () => {
  const progress = answerBy([one, two]).start();
  assert.equal(takeOver(progress, 'b/two'), undefined);
  progress.lastFailure = { model: 'a/one', error };
  assert.deepEqual(takeOver(progress, 'b/two'), { type: 'fallback', from: 'a/one', reason: 'It broke off.' });
  progress.answer.append({ type: 'text-delta', text: 'one' });
  assert.equal(takeOver(progress, 'b/two')?.type, 'takeover');
  assert.equal(progress.answer.takeovers.length, 1);
});

test('a restart discards the text', () => {
  const progress = answerBy([one, two], { prompt: 'hi', onInterruption: 'restart' }).start();
  progress.answer.append({ type: 'text-delta', text: 'one' });
  progress.lastFailure = { model: 'a/one', error };
  const part = takeOver(progress, 'b/two');
  assert.equal(part?.type === 'takeover' && part.mode, 'restart');
  assert.equal(progress.answer.text, '');
});

test('a model that is asked to continue in another way takes over once', () => {
  const progress = answerBy([one, two]).start();
  progress.answer.append({ type: 'text-delta', text: 'one' });
  progress.lastFailure = { model: 'a/one', error };
  assert.equal(takeOver(progress, 'b/two')?.type, 'takeover');
  assert.equal(takeOver(progress, 'b/two', 'instruct'), undefined);
  assert.equal(progress.answer.takeovers.length, 1);
});

test('a model whose text could not be joined starts over, and the reason says so', () => {
  const progress = answerBy([one, two]).start();
  progress.answer.append({ type: 'text-delta', text: 'one' });
  progress.lastFailure = { model: 'a/one', error };
  takeOver(progress, 'b/two');
  assert.deepEqual(takeOver(progress, 'b/two', 'anew'), {
    type: 'takeover',
    from: 'a/one',
    to: 'b/two',
    mode: 'restart',
    reason: 'It broke off. What b/two wrote then could not be joined to it.',
  });
  assert.deepEqual([progress.answer.text, progress.answer.takeovers], ['', []]);
});
