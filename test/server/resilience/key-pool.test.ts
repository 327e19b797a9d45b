/** Keys that share one provider's requests: which is used, which cools down, and which is used again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KeyLease } from '../../../server/engines/key-source.ts';
import { keyPool } from '../../../server/resilience/key-pool.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { type ErrorData, RumboError } from '../../../shared/errors.ts';

const names = ['saved key 1', 'saved key 2', 'saved key 3'];
const failure = (kind: ErrorKind, more: Partial<ErrorData> = {}) =>
  new RumboError(`Lab answered ${kind}.`, { ...more, kind });

/** A pool of so many keys (`sk-1`, `sk-2`, …) on a clock of its own. */
function lab(count = 3, { required = true } = {}) {
  let now = Date.parse('2026-11-21T12:00:00Z');
  let changes = 0;
  const saved = () => names.slice(0, count).map((name, at) => ({ name, key: `sk-${at + 1}` }));
  const pool = keyPool({
    provider: 'lab',
    label: 'Lab',
    required,
    keys: { names: () => saved().map(({ name }) => name), all: async () => saved() },
    now: () => now,
    onChange: () => {
      changes += 1;
    },
  });
  const window = (remaining: number, limit = 100, inMs = 60_000, unit = 'requests') => ({
    unit,
    limit,
    remaining,
    resetsAtMs: now + inMs,
  });
  return {
    ...pool,
    window,
    now: () => now,
    changes: () => changes,
    later: (ms: number) => {
      now += ms;
    },
    /** Acquires a key and releases it at once with this outcome. Returns the key. */
    async ask(error?: RumboError, model = 'm'): Promise<string | undefined> {
      const lease = await pool.acquire(model);
      lease.release(error);
      return lease.key;
    },
    /** A whole request on one key whose response reports a limit. */
    async report(remaining: number, model = 'm', inMs = 60_000): Promise<string | undefined> {
      const lease = await pool.acquire(model);
      lease.reportLimits([window(remaining, 100, inMs)]);
      lease.release();
      return lease.key;
    },
    kindOf: (model = 'm') =>
      pool.acquire(model).then(
        () => 'acquired',
        (error: unknown) => (error as RumboError).data,
      ),
  };
}

/** How often each key was used. */
const tally = (keys: readonly (string | undefined)[]): number[] =>
  names.map((_, at) => keys.filter((key) => key === `sk-${at + 1}`).length);

test('consecutive requests use each key in turn', async () => {
  const pool = lab();
  const used: (string | undefined)[] = [];
  for (let i = 0; i < 9; i++) used.push(await pool.ask());
  assert.deepEqual(tally(used), [3, 3, 3]);
});

test('a burst spreads over all keys before the first response', async () => {
  const pool = lab();
  const leases = await Promise.all(Array.from({ length: 30 }, () => pool.acquire('m')));
  assert.deepEqual(tally(leases.map(({ key }) => key)), [10, 10, 10]);
});

test('the key with the most requests left is used first, and none beyond its limit', async () => {
  const pool = lab();
  const left: Record<string, number> = { 'sk-1': 10, 'sk-2': 60, 'sk-3': 35 };
  const used: (string | undefined)[] = [];
  for (let i = 0; i < 105; i++) {
    const lease = await pool.acquire('m');
    const key = lease.key ?? '';
    left[key] = (left[key] ?? 0) - 1;
    lease.reportLimits([pool.window(left[key])]);
    lease.release();
    used.push(lease.key);
  }
  assert.deepEqual(tally(used), [10, 60, 35]);
  assert.equal(pool.hasKey('m'), false);
  const data = (await pool.kindOf()) as ErrorData;
  assert.equal(data.kind, 'rate-limited');
  assert.equal(data.retryAfterMs, 60_000);
});

test('a used-up window blocks the key for its model until the reset, before the first rejection', async () => {
  const pool = lab(1);
  await pool.report(0);
  assert.equal(pool.hasKey('m'), false);
  assert.deepEqual(pool.cooldownOf('m'), {
    rule: 'rate-limit',
    reason: 'No requests are left of its rate limit.',
    untilMs: pool.now() + 60_000,
    estimated: false,
  });
  assert.equal(pool.hasKey('other'), true);
  assert.equal(pool.cooldown(), undefined);
  assert.equal(await pool.ask(undefined, 'other'), 'sk-1');
  pool.later(60_000);
  assert.equal(pool.cooldownOf('m'), undefined);
  assert.equal(await pool.ask(), 'sk-1');
  assert.deepEqual(pool.windows(), []);
});

test('requests in flight count against what is left', async () => {
  const pool = lab(2);
  assert.deepEqual(await Promise.all([pool.report(2), pool.report(1)]), ['sk-1', 'sk-2']);
  const burst = await Promise.all([pool.acquire('m'), pool.acquire('m'), pool.acquire('m')]);
  assert.deepEqual(tally(burst.map(({ key }) => key)), [2, 1, 0]);
  assert.equal(pool.hasKey('m'), false);
});

test('a refused key is replaced by the next one, and tested by one request after five minutes', async () => {
  const pool = lab(2);
  const refused = await pool.ask(failure('unauthorized'));
  assert.equal(refused, 'sk-1');
  assert.equal(pool.hasKey('m'), true);
  assert.deepEqual([await pool.ask(), await pool.ask(undefined, 'other')], ['sk-2', 'sk-2']);
  pool.later(300_000);
  const burst = await Promise.all([pool.acquire('m'), pool.acquire('m'), pool.acquire('m')]);
  assert.deepEqual(tally(burst.map(({ key }) => key)), [1, 2, 0]);
  const probe = burst.find(({ key }) => key === 'sk-1');
  probe?.release(failure('unauthorized'));
  assert.match(pool.status()[0]?.cooldownReason ?? '', /unauthorized/);
  pool.later(300_000);
  for (let i = 0; i < 4; i++) await pool.ask();
  assert.equal(pool.status()[0]?.cooldownReason, undefined);
});

test('a cancelled probe has no effect, and one without an answer blocks no request for long', async () => {
  const pool = lab(1);
  await pool.ask(failure('unauthorized'));
  assert.deepEqual(
    [pool.cooldown()?.rule, ((await pool.kindOf()) as ErrorData).kind],
    ['key', 'unauthorized'],
  );
  pool.later(300_000);
  const probe = await pool.acquire('m');
  assert.equal(pool.hasKey('m'), false);
  probe.release(failure('cancelled'));
  assert.equal(pool.hasKey('m'), true);
  await pool.acquire('m');
  assert.equal(pool.hasKey('m'), false);
  pool.later(10_000);
  assert.equal(pool.hasKey('m'), true);
});

test('a rate limit blocks the key for its model, for as long as the service names', async () => {
  const pool = lab(1);
  await pool.ask(failure('rate-limited', { retryAfterMs: 7_000 }));
  assert.equal(pool.cooldown(), undefined);
  assert.equal(pool.cooldownOf('m')?.untilMs, pool.now() + 7_000);
  assert.equal(pool.cooldownOf('other'), undefined);
  pool.later(6_900);
  assert.equal(pool.hasKey('m'), false);
  // A timer may come a little early.
  pool.later(98);
  assert.equal(await pool.ask(), 'sk-1');
  assert.equal(pool.cooldownOf('m'), undefined);
});

test('a daily quota blocks the key for the day, and a reset in years is ignored', async () => {
  const day = 86_400_000;
  const pool = lab(2);
  await pool.ask(failure('rate-limited', { retryAfterMs: day }));
  await pool.ask(failure('rate-limited', { retryAfterMs: 400 * day }));
  const [first, second] = pool.status().map(({ until }) => Date.parse(until ?? '') - pool.now());
  assert.deepEqual([first, second], [day, 20_000]);
  const long = await lab(1).acquire('m');
  long.reportLimits([{ unit: 'requests', remaining: 0, resetsAtMs: pool.now() + 40 * day }]);
  long.release();
  assert.equal(pool.windows().length, 0);
});

test('without a retry time another key is preferred, and the only key is still used', async () => {
  const pool = lab(1);
  await pool.ask(failure('rate-limited'));
  assert.equal(pool.hasKey('m'), false);
  assert.equal(pool.cooldownOf('m')?.estimated, true);
  assert.equal(await pool.ask(), 'sk-1');
  // The service answered after all.
  assert.equal(pool.cooldownOf('m'), undefined);
  const two = lab(2);
  await two.ask(failure('rate-limited'));
  assert.deepEqual([await two.ask(), await two.ask()], ['sk-2', 'sk-2']);
});

test('a retry time of zero does not repeat with the same key at once', async () => {
  const pool = lab(1);
  await pool.ask(failure('rate-limited', { retryAfterMs: 0 }));
  assert.equal(pool.hasKey('m'), false);
  assert.equal(await pool.ask(), 'sk-1');
});

test('two models of one key at their limits block the account for a minute at most', async () => {
  const pool = lab(1);
  await pool.ask(failure('rate-limited', { retryAfterMs: 3_600_000 }), 'one');
  await pool.ask(failure('rate-limited', { retryAfterMs: 3_600_000 }), 'two');
  assert.equal(pool.cooldown()?.rule, 'rate-limit');
  assert.equal(pool.hasKey('three'), false);
  assert.equal(pool.cooldown()?.untilMs, pool.now() + 60_000);
  pool.later(60_000);
  assert.equal(pool.hasKey('three'), true);
  assert.equal(pool.hasKey('one'), false);
});

test('an account without credit blocks its key for an hour, for every model', async () => {
  const pool = lab(1);
  await pool.ask(failure('payment-required'));
  assert.deepEqual(
    [pool.cooldown()?.rule, pool.hasKey('other'), ((await pool.kindOf()) as ErrorData).kind],
    ['payment', false, 'payment-required'],
  );
  pool.later(3_600_000);
  assert.equal(await pool.ask(), 'sk-1');
  assert.equal(pool.cooldown(), undefined);
});

test('a limit among other causes is reported as a limit, not as a wrong key', async () => {
  const pool = lab();
  await pool.ask(failure('unauthorized'));
  await pool.ask(failure('payment-required'));
  await pool.ask(failure('rate-limited', { retryAfterMs: 9_000 }));
  const data = (await pool.kindOf()) as ErrorData;
  assert.equal(data.kind, 'rate-limited');
  assert.equal(data.retryAfterMs, 9_000);
  assert.equal(
    data.message,
    'All 3 keys of Lab are cooling down: 1 at the rate limit, 1 without credit, 1 refused.',
  );
  assert.equal(data.provider, 'lab');
  // A limit is the model's; the provider as a whole is not cooling down.
  assert.equal(pool.cooldown(), undefined);
  assert.equal(pool.cooldownOf('m')?.rule, 'rate-limit');
});

test('a model list is requested whatever the limits, and proves a refused key', async () => {
  const pool = lab(1);
  await pool.ask(failure('unauthorized'));
  const list = await pool.acquire();
  assert.equal(list.key, 'sk-1');
  list.release();
  assert.equal(pool.cooldown(), undefined);
  await pool.ask(failure('payment-required'));
  (await pool.acquire()).release();
  assert.equal(pool.cooldown()?.rule, 'payment');
  pool.reset();
  (await pool.acquire()).release(failure('rate-limited'));
  assert.equal(pool.hasKey('m'), true);
  assert.equal(pool.status()[0]?.cooldownReason, undefined);
});

test('an answer that began before the refusal does not end the cool-down', async () => {
  const pool = lab(1);
  const [early, earlier] = [await pool.acquire('m'), await pool.acquire('m')];
  await pool.ask(failure('rate-limited', { retryAfterMs: 30_000 }));
  early.release();
  assert.equal(pool.hasKey('m'), false);
  await pool.ask(failure('payment-required'), 'other');
  earlier.release();
  assert.equal(pool.cooldown()?.rule, 'payment');
});

test('failures of the service start no cool-down, yet other keys are preferred for a while', async () => {
  const pool = lab(2);
  assert.equal(await pool.ask(failure('overloaded')), 'sk-1');
  assert.equal(pool.cooldownOf('m'), undefined);
  assert.deepEqual([await pool.ask(), await pool.ask()], ['sk-2', 'sk-2']);
  pool.later(3_600_000);
  const used = [await pool.ask(), await pool.ask()];
  assert.ok(used.includes('sk-1'));
});

test('statistics are by name, and no key is ever shown', async () => {
  const pool = lab(2);
  await pool.ask(failure('rate-limited', { retryAfterMs: 5_000 }));
  await pool.ask();
  await pool.ask(failure('cancelled'));
  await pool.ask(failure('invalid-request'));
  const until = new Date(pool.now() + 5_000).toISOString();
  assert.deepEqual(pool.status(), [
    { name: 'saved key 1', requests: 1, failures: 1, cooldownReason: 'At its rate limit for m.', until },
    { name: 'saved key 2', requests: 3, failures: 0 },
  ]);
  assert.ok(!JSON.stringify([pool.status(), pool.windows(), pool.cooldownOf('m')]).includes('sk-'));
});

test('windows are summed over all keys, and tokens are those of the best key', async () => {
  const pool = lab(2);
  const leases = [await pool.acquire('m'), await pool.acquire('m')];
  leases[0]?.reportLimits([pool.window(300, 1_000, 60_000, 'tokens'), pool.window(50)]);
  leases[0]?.release();
  assert.equal(pool.tokensLeftByModel().get('m'), undefined, 'the other key has no reported window');
  leases[1]?.reportLimits([
    pool.window(800, 1_000, 30_000, 'tokens'),
    pool.window(700, 1_000, 20_000, 'input tokens'),
    pool.window(10, 1_000, 30_000, 'output tokens'),
  ]);
  leases[1]?.release();
  assert.deepEqual(pool.tokensLeftByModel().get('m'), { tokens: 700, untilMs: pool.now() + 20_000 });
  assert.equal(pool.tokensLeftByModel().get('other'), undefined);
  const minute = new Date(pool.now() + 60_000).toISOString();
  assert.deepEqual(pool.windows().slice(0, 2), [
    { model: 'm', unit: 'tokens', limit: 2_000, remaining: 1_100, resetsAt: minute },
    { model: 'm', unit: 'requests', limit: 100, remaining: 50, resetsAt: minute },
  ]);
});

test('the requests of one window are those of all keys, for the model with the highest limit', async () => {
  const pool = lab(2);
  assert.equal(pool.requestsPerWindow(), undefined);
  for (const limit of [500, 300]) {
    const lease = await pool.acquire('m');
    lease.reportLimits([pool.window(9, limit), pool.window(5_000, 10_000, 60_000, 'tokens')]);
    lease.release();
  }
  const other = await pool.acquire('small');
  other.reportLimits([pool.window(9, 20)]);
  other.release();
  assert.equal(pool.requestsPerWindow(), 800);
});

test('a clock that is set back or forward does no harm', async () => {
  const pool = lab(1);
  await pool.ask(failure('rate-limited', { retryAfterMs: 30_000 }));
  await pool.report(0, 'limited');
  pool.later(-3_600_000);
  assert.equal(pool.hasKey('m'), true, 'no request waits an hour and a half');
  assert.equal(pool.hasKey('limited'), true);
  await pool.ask(failure('unauthorized'));
  pool.later(86_400_000);
  await pool.acquire('m');
  pool.later(-43_200_000);
  assert.equal(pool.hasKey('m'), true, 'a probe in the future is ignored');
  assert.equal(await pool.ask(), 'sk-1');
  assert.equal(pool.cooldown(), undefined);
});

test('without keys a service that needs none is used, and one that needs a key is not', async () => {
  const open = lab(0, { required: false });
  assert.equal(open.hasKey('m'), true);
  assert.equal(await open.ask(failure('rate-limited', { retryAfterMs: 5_000 })), undefined);
  assert.equal(open.cooldownOf('m')?.rule, 'rate-limit');
  assert.deepEqual(open.status(), []);
  const closed = lab(0);
  assert.equal(closed.hasKey('m'), false);
  assert.deepEqual(await closed.kindOf().then((data) => (data as ErrorData).message), 'Lab has no API key.');
});

test('each start and each end of a cool-down is announced once', async () => {
  const pool = lab(1);
  await pool.ask();
  assert.equal(pool.changes(), 0);
  const refused: KeyLease = await pool.acquire('m');
  refused.release(failure('payment-required'));
  refused.release(failure('payment-required'));
  assert.equal(pool.changes(), 1);
  pool.later(3_600_000);
  await pool.ask();
  await pool.ask();
  assert.equal(pool.changes(), 2);
});

test('whatever happens, and whatever the clock does, no wait is negative and every key becomes available', async () => {
  const kinds = ['unauthorized', 'payment-required', 'rate-limited', 'overloaded', 'cancelled'] as const;
  const step = fc.oneof(
    fc.record({ do: fc.constant('ask' as const), model: fc.constantFrom('a', 'b', undefined) }),
    fc.record({
      do: fc.constant('end' as const),
      kind: fc.option(fc.constantFrom(...kinds), { nil: undefined }),
      retryAfterMs: fc.option(fc.nat({ max: 100_000_000 }), { nil: undefined }),
      remaining: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    }),
    fc.record({ do: fc.constant('later' as const), ms: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
  );
  const month = 32 * 86_400_000;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const pool = lab(2);
      const inFlight: KeyLease[] = [];
      for (const each of steps) {
        if (each.do === 'later') pool.later(each.ms);
        if (each.do === 'ask') {
          const cooldown = each.model === undefined ? undefined : pool.cooldownOf(each.model);
          const acquired = await pool.acquire(each.model).catch((error: RumboError) => error);
          if (acquired instanceof RumboError) {
            assert.ok(cooldown, 'a request is rejected only with a reason');
            assert.ok((acquired.data.retryAfterMs ?? 0) >= 0);
          } else inFlight.push(acquired);
        }
        if (each.do === 'end') {
          const lease = inFlight.shift();
          if (each.remaining !== undefined) lease?.reportLimits([pool.window(each.remaining)]);
          const { retryAfterMs, kind } = each;
          lease?.release(kind && failure(kind, retryAfterMs === undefined ? {} : { retryAfterMs }));
        }
      }
      for (const lease of inFlight) lease.release();
      pool.later(month);
      const free = [await pool.ask(undefined, 'a'), await pool.ask(undefined, 'a')];
      assert.deepEqual(free.toSorted(), ['sk-1', 'sk-2']);
      assert.equal(pool.cooldown(), undefined);
    }),
    { numRuns: 200 },
  );
});

test('what a service behind a gateway refuses concerns one model, not the gateway’s key', async () => {
  for (const kind of ['unauthorized', 'payment-required'] as const) {
    const gateway = lab(1);
    await gateway.ask(failure(kind, { behindGateway: true }), 'one');
    assert.equal(gateway.cooldown(), undefined);
    assert.equal(gateway.hasKey('one'), false);
    assert.equal(await gateway.ask(undefined, 'other'), 'sk-1');
    const service = lab(1);
    await service.ask(failure(kind), 'one');
    assert.notEqual(service.cooldown(), undefined);
  }
});

test('rate limits of two models behind a gateway are no limit of its key', async () => {
  const gateway = lab(1);
  for (const model of ['one', 'two'])
    await gateway.ask(failure('rate-limited', { behindGateway: true, retryAfterMs: 60_000 }), model);
  assert.equal(gateway.cooldown(), undefined);
  assert.equal(await gateway.ask(undefined, 'three'), 'sk-1');
});
