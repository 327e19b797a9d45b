/** An engine that is restarted under an answer is waited for, where nothing else could give the answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptQueue } from '../../../server/orchestration/attempt-queue.ts';
import { whenRestarted } from '../../../server/orchestration/restarting-engine.ts';
import type { ModelId } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { answerBy, chosenOf, modelNamed } from './progress.ts';

const lost = new RumboError('It broke off.', { kind: 'interrupted' });

function waiting(error: RumboError, left: readonly ModelId[], source: 'local' | 'api' = 'local') {
  const { start } = answerBy([modelNamed('home/a', { source })]);
  const progress = { ...start(), queue: attemptQueue(left) };
  const chosen = chosenOf(start());
  const waits: number[] = [];
  const provider = { ...chosen.provider, whenBack: async (maxMs: number) => void waits.push(maxMs) };
  const ended = whenRestarted(progress, { ...chosen, provider }, error, new AbortController().signal);
  return { waits, ended, queue: progress.queue };
}

test('it is waited for five seconds, and its model is next again', async () => {
  const { waits, ended, queue } = waiting(lost, []);
  await ended;
  assert.deepEqual([waits, queue.next()?.id], [[5_000], 'home/a']);
  const runner = new RumboError('The service is overloaded or failing: unexpected EOF.', {
    kind: 'overloaded',
  });
  assert.deepEqual(waiting(runner, ['home/b']).waits, [5_000]);
});

test('another provider, a service in the cloud and another failure are no reason to wait', () => {
  assert.deepEqual(waiting(lost, ['lab/b']).waits, []);
  assert.deepEqual(waiting(lost, [], 'api').waits, []);
  assert.deepEqual(waiting(new RumboError('Too long.', { kind: 'context-too-long' }), []).waits, []);
  assert.deepEqual(waiting(new RumboError('Busy.', { kind: 'overloaded' }), []).waits, []);
});
