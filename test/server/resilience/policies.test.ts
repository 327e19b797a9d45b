import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../../server/engines/engine.ts';
import { concurrencyLimit } from '../../../server/resilience/concurrency-limit.ts';
import { keyFailover } from '../../../server/resilience/key-failover.ts';
import { composePolicies } from '../../../server/resilience/policy.ts';
import { requestLimit } from '../../../server/resilience/request-limit.ts';
import { retry } from '../../../server/resilience/retry.ts';
import { slotQueue } from '../../../server/resilience/slot-queue.ts';
import type { EnginePart, Urgency } from '../../../shared/chat.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { RumboError } from '../../../shared/errors.ts';

const request = { messages: [] };
const never = new AbortController().signal;
/** Retry options whose waits are recorded instead. */
function recordedWaits(chance = 1) {
  const waits: number[] = [];
  const options = {
    maxAttempts: 3,
    baseDelayMs: 500,
    maxDelayMs: 8_000,
    retryBudgetMs: { default: 2_000, lastResort: 60_000, loading: 600_000 },
    isStable: () => true,
    sleep: async (ms: number) => void waits.push(ms - 25 * chance),
    random: () => chance,
  };
  return { waits, options };
}
const engine = (stream: Engine['stream']): Engine => ({
  provider: 'fake',
  listModels: async () => [],
  supportsPrefill: () => false,
  stream,
});
/** The queue alone limits. */
const unmeasured = requestLimit({ source: 'api', requestsPerWindow: () => undefined });
const text = (word: string): EnginePart => ({ type: 'text-delta', text: word });

/** Fails this often with this kind, then yields one part. */
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
const partsOf = async (each: Engine, signal = never) => Array.fromAsync(each.stream('m', request, signal));

test('retry repeats until the service answers', async () => {
  const { calls, fake } = flaky(2, 'overloaded');
  const { waits, options } = recordedWaits();
  assert.deepEqual(await partsOf(retry(options)(fake)), [text('ok')]);
  assert.equal(calls.made, 3);
  assert.deepEqual(waits, [500, 1_000]);
});
test('retry does not repeat while the user types', async () => {
  const { calls, fake } = flaky(1, 'overloaded');
  const typing = retry(recordedWaits().options)(fake).stream('m', { ...request, urgency: 'typing' }, never);
  await assert.rejects(Array.fromAsync(typing), { kind: 'overloaded' });
  assert.equal(calls.made, 1);
});
test('retry stops after its attempts, and at once on failures that the table marks as final', async () => {
  for (const [kind, made] of [
    ['overloaded', 3],
    ['rate-limited', 3],
    ['unreachable', 2],
    ['unauthorized', 1],
    ['invalid-request', 1],
    ['timeout', 1],
    ['interrupted', 1],
  ] as const) {
    const { calls, fake } = flaky(9, kind);
    await assert.rejects(partsOf(retry(recordedWaits().options)(fake)), { kind });
    assert.equal(calls.made, made, kind);
  }
});
test('a service that fails already gets one try while another candidate is left, for failures that count', async () => {
  for (const [kind, lastResort, made] of [
    ['overloaded', false, 1],
    ['unreachable', false, 1],
    ['rate-limited', false, 3],
    ['loading', false, 4],
    ['overloaded', true, 3],
  ] as const) {
    const { calls, fake } = flaky(3, kind, { retryAfterMs: 100 });
    const options = { ...recordedWaits().options, isStable: () => false };
    await Array.fromAsync(retry(options)(fake).stream('m', { ...request, lastResort }, never)).catch(
      () => {},
    );
    assert.equal(calls.made, made, `${kind} ${lastResort}`);
  }
});
test('while a service fails for every request none of them insists, until one succeeds', async () => {
  let isDown = true;
  let made = 0;
  const fake = engine(async function* () {
    made += 1;
    if (isDown) throw new RumboError('overloaded', { kind: 'overloaded' });
    yield text('ok');
  });
  const limited = retry(recordedWaits().options)(fake);
  const tries = async () => {
    made = 0;
    await partsOf(limited).catch(() => {});
    return made;
  };
  assert.deepEqual([await tries(), await tries(), await tries()], [3, 1, 1]);
  isDown = false;
  await tries();
  isDown = true;
  assert.equal(await tries(), 3);
});
test('a circuit that opens during a wait ends the wait with its failure', async () => {
  const { calls, fake } = flaky(9, 'overloaded');
  let isStable = true;
  const sleep = async () => {
    isStable = false;
  };
  const options = { ...recordedWaits().options, sleep, isStable: () => isStable };
  await assert.rejects(partsOf(retry(options)(fake)), { kind: 'overloaded' });
  assert.equal(calls.made, 1);
});
test('retry never repeats an answer that has begun', async () => {
  const { calls, fake } = flaky(1, 'overloaded', { after: 'hel' });
  await assert.rejects(partsOf(retry(recordedWaits().options)(fake)), { kind: 'overloaded' });
  assert.equal(calls.made, 1);
});
test('waits grow to eight seconds, vary with chance, and are never zero', async () => {
  for (const [chance, waited] of [
    [1, [500, 1_000, 2_000, 4_000, 8_000, 8_000]],
    [0.5, [250, 500, 1_000, 2_000, 4_000, 4_000]],
    [0, [25, 25, 25, 25, 25, 25]],
  ] as const) {
    const { fake } = flaky(6, 'overloaded');
    const { waits, options } = recordedWaits(chance);
    const lastResort = { ...request, lastResort: true };
    await Array.fromAsync(retry({ ...options, maxAttempts: 7 })(fake).stream('m', lastResort, never));
    assert.deepEqual(waits, waited);
  }
});
test('retry waits as long as the service names, but two seconds at most while another candidate is left', async () => {
  for (const [retryAfterMs, lastResort, made] of [
    [0, false, 2],
    [2_000, false, 2],
    [2_001, false, 1],
    [60_000, true, 2],
    [60_001, true, 1],
  ] as const) {
    const { calls, fake } = flaky(1, 'rate-limited', { retryAfterMs });
    const { waits, options } = recordedWaits();
    await Array.fromAsync(retry(options)(fake).stream('m', { ...request, lastResort }, never)).catch(
      () => {},
    );
    assert.equal(calls.made, made, `${retryAfterMs} ${lastResort}`);
    assert.deepEqual(waits, made === 1 ? [] : [Math.max(25, retryAfterMs)]);
  }
});
test('all waits of a request share one budget', async () => {
  const { calls, fake } = flaky(9, 'rate-limited', { retryAfterMs: 1_500 });
  await assert.rejects(partsOf(retry(recordedWaits().options)(fake)), { kind: 'rate-limited' });
  assert.equal(calls.made, 2);
});
test('retry waits longer for a model that loads when no other candidate is left', async () => {
  for (const [lastResort, made] of [
    [false, 2],
    [true, 31],
  ] as const) {
    const { calls, fake } = flaky(30, 'loading', { retryAfterMs: 2_000 });
    await Array.fromAsync(
      retry(recordedWaits().options)(fake).stream('m', { ...request, lastResort }, never),
    ).catch(() => {});
    assert.equal(calls.made, made);
  }
});
test('cancelling ends the wait between two attempts', async () => {
  const { calls, fake } = flaky(9, 'rate-limited', { retryAfterMs: 1_900 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const { sleep: _, ...real } = recordedWaits().options;
  const before = performance.now();
  await assert.rejects(partsOf(retry(real)(fake), controller.signal), { kind: 'cancelled' });
  assert.ok(performance.now() - before < 1_900);
  assert.equal(calls.made, 1);
});

test('key failover uses the next key at once, until none is left', async () => {
  for (const kind of ['unauthorized', 'payment-required', 'rate-limited'] as const) {
    const { calls, fake } = flaky(2, kind, { retryAfterMs: 60_000 });
    assert.deepEqual(await partsOf(keyFailover({ hasKey: () => true }, () => 3)(fake)), [text('ok')], kind);
    assert.equal(calls.made, 3);
  }
});
test('key failover does not repeat without another key, after a part, or for other failures', async () => {
  const table: [ErrorKind, boolean, number, string?][] = [
    ['unauthorized', false, 3],
    ['unauthorized', true, 1],
    ['overloaded', true, 3],
    ['rate-limited', true, 3, 'Hel'],
  ];
  for (const [kind, hasKey, count, after] of table) {
    const { calls, fake } = flaky(1, kind, after === undefined ? {} : { after });
    await assert.rejects(partsOf(keyFailover({ hasKey: () => hasKey }, () => count)(fake)), { kind });
    assert.equal(calls.made, 1, kind);
  }
});
test('key failover tries each key once, whatever the source reports', async () => {
  const { calls, fake } = flaky(99, 'unauthorized');
  await assert.rejects(partsOf(keyFailover({ hasKey: () => true }, () => 4)(fake)), { kind: 'unauthorized' });
  assert.equal(calls.made, 4);
});

const slow = (open: { now: number; max: number }) =>
  engine(async function* () {
    open.max = Math.max(open.max, ++open.now);
    try {
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield text('x');
    } finally {
      open.now--;
    }
  });

test('the concurrency limit occupies a slot until the stream ends', async () => {
  const open = { now: 0, max: 0 };
  const limited = composePolicies(
    retry(recordedWaits().options),
    concurrencyLimit(
      slotQueue((occupied) => occupied < 2),
      unmeasured,
    ),
  )(slow(open));
  await Promise.all(Array.from({ length: 6 }, () => partsOf(limited)));
  assert.equal(open.max, 2);
});
test('an abandoned or failed stream releases its slot', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  for await (const _part of concurrencyLimit(
    queue,
    unmeasured,
  )(flaky(0, 'timeout').fake).stream('m', request, never))
    break;
  await assert.rejects(partsOf(concurrencyLimit(queue, unmeasured)(flaky(1, 'timeout').fake)), {
    kind: 'timeout',
  });
  assert.equal(queue.size(), 0);
});
test('a request cancelled while it waits leaves the queue and is never sent', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  const opened = Promise.withResolvers<void>();
  const blocker = partsOf(
    concurrencyLimit(
      queue,
      unmeasured,
    )(
      engine(async function* () {
        await opened.promise;
        yield text('x');
      }),
    ),
  );
  const { calls, fake } = flaky(0, 'timeout');
  const controller = new AbortController();
  const waiting = partsOf(concurrencyLimit(queue, unmeasured)(fake), controller.signal);
  setTimeout(() => controller.abort(), 10);
  await assert.rejects(waiting, { kind: 'cancelled' });
  opened.resolve();
  await blocker;
  assert.equal(calls.made, 0);
});
test('requests while typing come first, background work last; among equals the oldest', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  const order: string[] = [];
  const noting = concurrencyLimit(
    queue,
    unmeasured,
  )(
    engine(async function* (model) {
      order.push(model);
      await new Promise(setImmediate);
      yield text(model);
    }),
  );
  const ask = (name: string, urgency?: Urgency) =>
    Array.fromAsync(noting.stream(name, { ...request, ...(urgency ? { urgency } : {}) }, never));
  await Promise.all([
    ask('first'),
    ask('background', 'background'),
    ask('interactive 1'),
    ask('typing 1', 'typing'),
    ask('interactive 2', 'interactive'),
    ask('typing 2', 'typing'),
  ]);
  assert.deepEqual(order, ['first', 'typing 1', 'typing 2', 'interactive 1', 'interactive 2', 'background']);
});
test('embeddings go through the same policies', async () => {
  const queue = slotQueue((occupied) => occupied < 1);
  let calls = 0;
  const limited = composePolicies(
    retry(recordedWaits().options),
    concurrencyLimit(queue, unmeasured),
  )({
    ...flaky(0, 'timeout').fake,
    async embed() {
      calls += 1;
      assert.equal(queue.size(), 1);
      if (calls === 1) throw new RumboError('busy', { kind: 'overloaded' });
      return { vectors: [[1]] };
    },
  });
  assert.deepEqual(await limited.embed?.('m', ['x'], never), { vectors: [[1]] });
  assert.equal(calls, 2);
});
