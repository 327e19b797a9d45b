import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../../server/engines/engine.ts';
import { providerHealth } from '../../../server/resilience/health.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { type ErrorKind, RumboError } from '../../../shared/errors.ts';

const never = new AbortController().signal;
function setUp() {
  const clock = { ms: 0 };
  let fails: ErrorKind | undefined;
  let retryAfterMs: number | undefined;
  const engine: Engine = {
    provider: 'p',
    listModels: async () => [],
    continues: () => false,
    async *stream(): AsyncGenerator<EnginePart> {
      if (fails)
        throw new RumboError(fails, { kind: fails, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
      yield { type: 'text-delta', text: 'x' };
    },
  };
  const health = providerHealth(
    () => clock.ms,
    () => {},
  );
  const watched = health.watch(engine);
  const ask = () => Array.fromAsync(watched.stream('m', { messages: [] }, never)).catch(() => {});
  const set = (kind?: ErrorKind, waitMs?: number) => {
    fails = kind;
    retryAfterMs = waitMs;
  };
  return { clock, health, ask, set };
}

test('three failures in a row open the circuit, two do not', async () => {
  const { health, ask, set } = setUp();
  set('overloaded');
  await ask();
  await ask();
  assert.equal(health.get().rest, undefined);
  await ask();
  assert.equal(health.get().circuit, 'open');
  assert.equal(health.get().rest?.rule, 'circuit');
});
test('after a pause one probe may pass, and its success closes the circuit', async () => {
  const { clock, health, ask, set } = setUp();
  set('unreachable');
  for (let i = 0; i < 3; i++) await ask();
  clock.ms = 5_000;
  assert.deepEqual(health.get(), { circuit: 'half-open' });
  set();
  await ask();
  assert.deepEqual(health.get(), { circuit: 'closed' });
});
test('a failed probe doubles the pause, to thirty seconds at most', async () => {
  const { clock, health, ask, set } = setUp();
  set('timeout');
  for (let i = 0; i < 3; i++) await ask();
  const pauses = [];
  for (let i = 0; i < 5; i++) {
    const until = health.get().rest?.untilMs ?? 0;
    pauses.push(until - clock.ms);
    clock.ms = until;
    await ask();
  }
  assert.deepEqual(pauses, [5_000, 10_000, 20_000, 30_000, 30_000]);
});
test('a rate limit rests the provider as long as the service said, and opens no circuit', async () => {
  const { clock, health, ask, set } = setUp();
  set('rate-limited', 7_000);
  for (let i = 0; i < 4; i++) await ask();
  assert.deepEqual(health.get().rest, { rule: 'rate-limit', reason: 'rate-limited', untilMs: 7_000 });
  assert.equal(health.get().circuit, 'closed');
  clock.ms = 7_000;
  assert.equal(health.get().rest, undefined);
});
test('a dead key and an empty account rest by rules of their own', async () => {
  for (const [kind, rule] of [
    ['unauthorized', 'key'],
    ['payment-required', 'payment'],
  ] as const) {
    const { health, ask, set } = setUp();
    set(kind);
    await ask();
    assert.equal(health.get().rest?.rule, rule);
    health.reset();
    assert.equal(health.get().rest, undefined);
  }
});
test('the user’s own mistakes and cancels count for nothing', async () => {
  const { health, ask, set } = setUp();
  for (const kind of ['cancelled', 'invalid-request', 'content-filtered', 'context-too-long'] as const) {
    set(kind);
    for (let i = 0; i < 5; i++) await ask();
    assert.deepEqual(health.get(), { circuit: 'closed' });
  }
});

test('a list of models proves key and connection, and nothing about limits, money or answers', async () => {
  for (const kind of ['rate-limited', 'payment-required'] as const) {
    const { health, ask, set } = setUp();
    set(kind);
    await ask();
    health.listed();
    assert.ok(health.get().rest, kind);
  }
  for (const [kind, rests] of [
    ['overloaded', true],
    ['unreachable', false],
  ] as const) {
    const { health, ask, set } = setUp();
    set(kind);
    for (let time = 0; time < 3; time++) await ask();
    health.listed();
    assert.equal(health.get().rest !== undefined, rests, kind);
  }
  const { health, ask, set } = setUp();
  set('unauthorized');
  await ask();
  assert.equal(health.get().rest?.rule, 'key');
  health.listed();
  assert.equal(health.get().rest, undefined);
});
