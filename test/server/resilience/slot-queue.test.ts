import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotQueue } from '../../../server/resilience/slot-queue.ts';

const never = new AbortController().signal;
/** Lets resolved promises take effect. */
const settle = () => new Promise(setImmediate);

test('a free slot is available at once, a further request waits until one is released', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  const release = await queue.acquire(0, never);
  let started = false;
  const second = Promise.resolve(queue.acquire(0, never)).then((done) => {
    started = true;
    return done;
  });
  await settle();
  assert.deepEqual([started, queue.size()], [false, 2]);
  release();
  (await second)();
  assert.equal(queue.size(), 0);
});

test('a higher priority comes first, and among equals the oldest', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  const release = await queue.acquire(0, never);
  const order: string[] = [];
  const requests = (
    [
      ['low', 0],
      ['high 1', 2],
      ['middle', 1],
      ['high 2', 2],
    ] as const
  ).map(async ([name, priority]) => {
    const done = await queue.acquire(priority, never);
    order.push(name);
    done();
  });
  release();
  await Promise.all(requests);
  assert.deepEqual(order, ['high 1', 'high 2', 'middle', 'low']);
});

test('a slot that passes to a waiting request is not available to a new one', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  const release = await queue.acquire(0, never);
  const waiting = queue.acquire(0, never);
  release();
  const late = queue.acquire(2, never);
  const done = await waiting;
  assert.equal(queue.size(), 2);
  done();
  (await late)();
});

test('a request that is cancelled while it waits leaves the queue', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  const release = await queue.acquire(0, never);
  const controller = new AbortController();
  const waiting = queue.acquire(0, controller.signal);
  controller.abort(new Error('stopped'));
  await assert.rejects(async () => waiting, /stopped/);
  assert.equal(queue.size(), 1);
  release();
  assert.throws(() => queue.acquire(0, controller.signal), /stopped/);
  assert.equal(queue.size(), 0);
});

test('releasing twice releases one slot', async () => {
  const queue = slotQueue((occupied) => occupied < 2);
  const [one] = [await queue.acquire(0, never), await queue.acquire(0, never)];
  one();
  one();
  assert.equal(queue.size(), 1);
});

test('requests that wait start when more slots may be occupied', async () => {
  let slots = 1;
  const queue = slotQueue((occupied) => occupied < slots);
  const releases = [await queue.acquire(0, never)];
  const waiting = [queue.acquire(0, never), queue.acquire(0, never), queue.acquire(0, never)];
  slots = 3;
  queue.startWaiting();
  for (const each of waiting.slice(0, 2)) releases.push(await each);
  slots = 1;
  for (const release of releases.slice(0, 2)) release();
  await settle();
  assert.equal(queue.size(), 2, 'the last one waits until fewer are occupied');
  releases[2]?.();
  (await waiting[2])?.();
  assert.equal(queue.size(), 0);
});
