/** What follows a failed attempt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAnswerError, planNextAttempt } from '../../../server/orchestration/after-failure.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { RumboError } from '../../../shared/errors.ts';
import { answerBy, chosenOf, modelNamed } from './progress.ts';

const models = [modelNamed('a/one'), modelNamed('b/two')];
const signal = new AbortController().signal;
const failure = (kind: ErrorKind) => new RumboError(`It failed: ${kind}.`, { kind });
const text = { type: 'text-delta', text: 'one' } as const;

test('a failure that another model may mend leaves the queue as it is', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  planNextAttempt(deps, progress, chosenOf(progress), failure('overloaded'), signal);
  assert.deepEqual(progress.queue.next(), { id: 'b/two' });
  assert.equal(progress.lastFailure?.model, 'a/one');
  assert.equal(progress.interruption, undefined);
});

test('a failure that no model can mend is the error of the answer', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  const chosen = chosenOf(progress);
  const plan = () => planNextAttempt(deps, progress, chosen, failure('content-filtered'), signal);
  assert.throws(plan, { kind: 'content-filtered' });
});

test('a text that could not be joined is asked for from its beginning, of the same model', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  const { answer } = progress;
  answer.append(text);
  answer.continueWith({ from: 'a/one', to: 'b/two', reason: 'r' });
  answer.append({ type: 'text-delta', text: 'Something else.' });
  answer.endText();
  assert.equal(answer.joinFailed, true);
  const [a, b] = [chosenOf(progress), chosenOf(progress, 'prefill')];
  planNextAttempt(deps, progress, a, failure('interrupted'), signal);
  assert.deepEqual(progress.queue.next(), { id: 'a/one', mode: 'anew' });
  planNextAttempt(deps, progress, b, failure('interrupted'), signal);
  assert.deepEqual(progress.queue.next(), { id: 'b/two', mode: 'instruct' }, 'the prefill may be the reason');
  assert.equal(progress.lastFailure, undefined, 'the model before is still the one that failed');
});

test('a rejected prefill is tried again without it, and is no failure of the model', () => {
  for (const kind of ['invalid-request', 'unsupported-request'] as const) {
    const { deps, start } = answerBy(models);
    const progress = start();
    progress.answer.append(text);
    planNextAttempt(deps, progress, chosenOf(progress, 'prefill'), failure(kind), signal);
    assert.deepEqual(progress.queue.next(), { id: 'a/one', mode: 'instruct' });
    assert.equal(progress.lastFailure, undefined);
  }
});

test('a model that wrote something may continue it after all others', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  const chosen = chosenOf(progress);
  progress.answer.append(text);
  planNextAttempt(deps, progress, chosen, failure('interrupted'), signal);
  assert.deepEqual([progress.queue.next(), progress.queue.next()], [{ id: 'b/two' }, { id: 'a/one' }]);
  assert.equal(progress.interruption?.kind, 'interrupted');
});

test('a cancel ends the answer, and the error holds its text', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  const chosen = chosenOf(progress);
  progress.answer.append(text);
  const plan = () => planNextAttempt(deps, progress, chosen, failure('cancelled'), AbortSignal.abort());
  assert.throws(plan, (error: RumboError) => error.kind === 'cancelled' && error.data.partial === 'one');
});

test('when no candidate is left the first interruption, else the last failure, is the error', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  progress.lastFailure = { model: 'b/two', error: failure('overloaded') };
  assert.equal(noAnswerError(deps, progress).kind, 'overloaded');
  progress.interruption = failure('interrupted');
  assert.equal(noAnswerError(deps, progress).kind, 'interrupted');
});

test('when every candidate was taken by other requests the filter has the reason', () => {
  const { deps, start, state } = answerBy(models);
  const progress = start();
  const untilMs = Date.now() + 60_000;
  const limited = { rule: 'rate-limit', reason: 'It is at its limit.', untilMs } as const;
  state.snapshot = {
    ...state.snapshot,
    cooldowns: new Map([
      ['a', limited],
      ['b', limited],
    ]),
  };
  assert.equal(noAnswerError(deps, progress).kind, 'rate-limited');
});
