import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestWaiters } from '../../../server/inline-completion/request-waiters.ts';
import { sampleContext } from './samples.ts';

const suggestion = { insertText: 'b', replacesBefore: 0, replacesAfter: 0 };
const open = () => new AbortController().signal;
const nothing = () => {};

test('a waiter gets its suggestion, a pending one waits on, and one without is reported', async () => {
  const waiters = requestWaiters();
  const first = waiters.add(sampleContext('a'), open(), nothing, nothing);
  const second = waiters.add(sampleContext('ab'), open(), nothing, nothing);
  assert.equal(
    waiters.settle(({ before }) => (before === 'a' ? suggestion : 'pending'), undefined),
    false,
  );
  assert.deepEqual(await first, suggestion);
  assert.equal(waiters.size, 1);
  assert.equal(
    waiters.settle(() => undefined, undefined),
    true,
  );
  assert.equal(await second, undefined);
});

test('a failure rejects only those without a suggestion', async () => {
  const waiters = requestWaiters();
  const served = waiters.add(sampleContext('a'), open(), nothing, nothing);
  const failed = waiters.add(sampleContext('x'), open(), nothing, nothing);
  waiters.settle(({ before }) => (before === 'a' ? suggestion : undefined), new Error('No.'));
  assert.deepEqual(await served, suggestion);
  await assert.rejects(failed, /No\./);
});

test('an abort ends the waiting, before or after it began', async () => {
  const waiters = requestWaiters();
  const events: string[] = [];
  const controller = new AbortController();
  const add = (signal: AbortSignal) =>
    waiters.add(
      sampleContext('a'),
      signal,
      () => events.push('added'),
      () => events.push(`aborted, ${waiters.size} left`),
    );
  const waiting = add(controller.signal);
  controller.abort();
  assert.equal(await waiting, undefined);
  assert.equal(await add(AbortSignal.abort()), undefined);
  assert.deepEqual(events, ['added', 'aborted, 0 left', 'aborted, 0 left']);
});
