/** How many requests a provider gets at a time, with engines that process a certain number. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../../server/engines/engine.ts';
import { concurrencyLimit } from '../../../server/resilience/concurrency-limit.ts';
import { type RequestLimitOptions, requestLimit } from '../../../server/resilience/request-limit.ts';
import { slotQueue } from '../../../server/resilience/slot-queue.ts';

const never = new AbortController().signal;
const limitOf = (options: Partial<RequestLimitOptions>) =>
  requestLimit({ source: 'local', requestsPerWindow: () => undefined, ...options });
const admitted = (options: Partial<RequestLimitOptions>) => {
  const { admits } = limitOf(options);
  let occupied = 0;
  while (occupied < 5_000 && admits(occupied)) occupied += 1;
  return occupied;
};

test('the user’s setting wins; a cloud service takes 64, and more when its rate limit allows more', () => {
  assert.equal(admitted({ source: 'api' }), 64);
  assert.equal(admitted({ source: 'api', requestsPerWindow: () => 10 }), 64);
  assert.equal(admitted({ source: 'api', requestsPerWindow: () => 500 }), 500);
  assert.equal(admitted({ source: 'api', requestsPerWindow: () => 30_000 }), 1_024);
  assert.equal(admitted({ source: 'api', maxConcurrentRequests: 3, requestsPerWindow: () => 500 }), 3);
  assert.equal(admitted({ source: 'local', maxConcurrentRequests: 7 }), 7);
});

test('a local engine gets two at first, one that is known to batch gets many', () => {
  assert.equal(admitted({}), 2);
  assert.equal(admitted({ parallelRequests: 64 }), 64);
});

/** An engine that processes so many at a time, and queues the others silently; what it was sent at most. */
async function mostSent(slots: number, requests: number): Promise<number> {
  const engineSlots = slotQueue((occupied) => occupied < slots);
  let sent = 0;
  let maxSent = 0;
  const engine: Engine = {
    provider: 'lab',
    listModels: async () => [],
    supportsPrefill: () => false,
    async *stream() {
      sent += 1;
      maxSent = Math.max(maxSent, sent);
      const release = await engineSlots.acquire(0, never);
      for (let word = 0; word < 20; word++) {
        await new Promise(setImmediate);
        yield { type: 'text-delta', text: 'x' };
      }
      release();
      sent -= 1;
      yield { type: 'finish', reason: 'stop' };
    },
  };
  const limit = limitOf({});
  const limited = concurrencyLimit(slotQueue(limit.admits), limit)(engine);
  await Promise.all(
    Array.from({ length: requests }, () => Array.fromAsync(limited.stream('m', { messages: [] }, never))),
  );
  return maxSent;
}

test('what an engine processes at a time is learned from the answers that stream together', async () => {
  assert.equal(await mostSent(1, 30), 2, 'one streams, and one shows that it waits');
  assert.equal(await mostSent(4, 100), 6);
  assert.equal(await mostSent(200, 400), 64);
});
