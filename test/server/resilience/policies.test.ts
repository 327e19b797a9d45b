import assert from 'node:assert/strict';
import { test } from 'node:test';
import PQueue from 'p-queue';
import type { Engine } from '../../../server/engines/engine.ts';
import { limit } from '../../../server/resilience/limit.ts';
import { compose } from '../../../server/resilience/policy.ts';
import { retry } from '../../../server/resilience/retry.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { type ErrorKind, RumboError } from '../../../shared/errors.ts';

const request = { messages: [] };
const never = new AbortController().signal;
const options = { attempts: 3, baseDelayMs: 1, longestWaitMs: 100 };
const engine = (stream: Engine['stream']): Engine => ({
  provider: 'fake',
  listModels: async () => [],
  continues: () => false,
  stream,
});
const text = (word: string): EnginePart => ({ type: 'text-delta', text: word });

/** Fails so often with this kind, then says one word. */
function flaky(times: number, kind: ErrorKind, more: { retryAfterMs?: number; after?: string } = {}) {
  const calls = { made: 0 };
  const fake = engine(async function* () {
    if (calls.made++ < times) {
      if (more.after) yield text(more.after);
      throw new RumboError(kind, {
        kind,
        ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }),
      });
    }
    yield text('ok');
  });
  return { calls, fake };
}
const said = async (each: Engine, signal = never) => Array.fromAsync(each.stream('m', request, signal));

test('retry asks again until the service answers', async () => {
  const { calls, fake } = flaky(2, 'overloaded');
  assert.deepEqual(await said(retry(options)(fake)), [text('ok')]);
  assert.equal(calls.made, 3);
});
test('retry gives up after its attempts, and at once on what the table says is final', async () => {
  for (const [kind, made] of [
    ['overloaded', 3],
    ['unauthorized', 1],
    ['invalid-request', 1],
    ['timeout', 1],
  ] as const) {
    const { calls, fake } = flaky(9, kind);
    await assert.rejects(said(retry(options)(fake)), { kind });
    assert.equal(calls.made, made, kind);
  }
});
test('retry never repeats what has begun to speak', async () => {
  const { calls, fake } = flaky(1, 'overloaded', { after: 'hel' });
  await assert.rejects(said(retry(options)(fake)), { kind: 'overloaded' });
  assert.equal(calls.made, 1);
});
test('a wait longer than the user should wait is left to the next candidate', async () => {
  const { calls, fake } = flaky(1, 'rate-limited', { retryAfterMs: 60_000 });
  await assert.rejects(said(retry(options)(fake)), { kind: 'rate-limited' });
  assert.equal(calls.made, 1);
});
test('cancelling ends the wait between two tries', async () => {
  const { calls, fake } = flaky(9, 'rate-limited', { retryAfterMs: 90_000 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(said(retry({ ...options, longestWaitMs: 100_000 })(fake), controller.signal), {
    kind: 'cancelled',
  });
  assert.equal(calls.made, 1);
});

const slow = (open: { now: number; most: number }) =>
  engine(async function* () {
    open.most = Math.max(open.most, ++open.now);
    try {
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield text('x');
    } finally {
      open.now--;
    }
  });

test('limit holds a place until the stream ends', async () => {
  const open = { now: 0, most: 0 };
  const polite = compose(retry(options), limit(new PQueue({ concurrency: 2 })))(slow(open));
  await Promise.all(Array.from({ length: 6 }, () => said(polite)));
  assert.equal(open.most, 2);
});
test('an abandoned or failed stream gives its place back', async () => {
  const queue = new PQueue({ concurrency: 1 });
  for await (const _part of limit(queue)(flaky(0, 'timeout').fake).stream('m', request, never)) break;
  await assert.rejects(said(limit(queue)(flaky(1, 'timeout').fake)), { kind: 'timeout' });
  await queue.onIdle();
  assert.equal(queue.pending, 0);
});
test('a request cancelled while it waits leaves the queue and is never sent', async () => {
  const queue = new PQueue({ concurrency: 1 });
  const held = Promise.withResolvers<void>();
  const blocker = said(
    limit(queue)(
      engine(async function* () {
        await held.promise;
        yield text('x');
      }),
    ),
  );
  const { calls, fake } = flaky(0, 'timeout');
  const controller = new AbortController();
  const waiting = said(limit(queue)(fake), controller.signal);
  setTimeout(() => controller.abort(), 10);
  await assert.rejects(waiting, { kind: 'cancelled' });
  held.resolve();
  await blocker;
  assert.equal(calls.made, 0);
});
