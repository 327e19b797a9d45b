/** A breaker on a clock of its own: no waiting, no chance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyBreaker, circuit, consecutiveBreaker, countBreaker } from '../../../server/resilience/circuit.ts';

function setUp(threshold = consecutiveBreaker(3), random = () => 0) {
  const clock = { ms: 0 };
  const one = circuit(() => clock.ms, threshold, random);
  const fail = (times = 1) => {
    for (let time = 0; time < times; time++) one.acquire().failed('down');
  };
  /** Waits until it may be asked again; milliseconds that took. */
  const pause = () => {
    const before = clock.ms;
    clock.ms = one.cooldown()?.untilMs ?? clock.ms;
    return clock.ms - before;
  };
  return { clock, one, fail, pause };
}

test('three failures in a row open it, two and a success do not', () => {
  const { one, fail } = setUp();
  fail(2);
  one.acquire().succeeded();
  fail(2);
  assert.equal(one.state(), 'closed');
  fail();
  assert.equal(one.state(), 'open');
  assert.deepEqual(one.cooldown(), { reason: 'down', untilMs: 5_000 });
});

test('half of the last twenty open it once there are ten, however they are mixed', () => {
  const { one, fail } = setUp(
    anyBreaker(consecutiveBreaker(3), countBreaker(0.5, { size: 20, minCalls: 10 })),
  );
  for (let round = 0; round < 4; round++) {
    one.acquire().succeeded();
    fail();
  }
  one.acquire().succeeded();
  assert.equal(one.state(), 'closed');
  fail();
  assert.equal(one.state(), 'open');
});

test('old failures are forgotten as requests go by', () => {
  const { one, fail } = setUp(countBreaker(0.5, { size: 20, minCalls: 10 }));
  fail(8);
  for (let time = 0; time < 30; time++) one.acquire().succeeded();
  fail(9);
  assert.equal(one.state(), 'closed');
});

test('a failure that weighs enough opens it alone', () => {
  const { one } = setUp();
  one.acquire().failed('silent', 3);
  assert.equal(one.state(), 'open');
});

test('after the pause one request may probe and the others wait for it; its success closes', () => {
  const { clock, one, fail } = setUp();
  fail(3);
  clock.ms = 5_000;
  assert.equal(one.cooldown(), undefined);
  assert.equal(one.state(), 'half-open');
  const probe = one.acquire();
  assert.ok(one.cooldown());
  assert.equal(one.state(), 'half-open');
  probe.succeeded();
  assert.equal(one.state(), 'closed');
  assert.equal(one.cooldown(), undefined);
});

test('each failed probe doubles the pause, to thirty seconds at most', () => {
  const { fail, pause } = setUp();
  fail(3);
  const waits = Array.from({ length: 5 }, () => {
    const waited = pause();
    fail();
    return waited;
  });
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 30_000, 30_000]);
});

test('a probe that was cancelled leaves the next one its turn at once', () => {
  const { clock, one, fail } = setUp();
  fail(3);
  clock.ms = 5_000;
  one.acquire().ignored();
  assert.equal(one.cooldown(), undefined);
  assert.equal(one.state(), 'half-open');
});

test('a probe that hears nothing keeps the others away for thirty seconds, not for ever', () => {
  const { clock, one, fail } = setUp();
  fail(3);
  clock.ms = 5_000;
  one.acquire();
  clock.ms = 34_999;
  assert.ok(one.cooldown());
  clock.ms = 35_000;
  assert.equal(one.cooldown(), undefined);
});

test('a probe that has begun to answer keeps nobody away until its end, which still counts', () => {
  const { clock, one, fail, pause } = setUp();
  fail(3);
  clock.ms = 5_000;
  const probe = one.acquire();
  probe.firstPart();
  assert.equal(one.cooldown(), undefined);
  assert.equal(one.state(), 'half-open');
  probe.failed('broke off');
  assert.equal(pause(), 10_000);
});

test('a crowd that fails together opens it once', () => {
  const { one, pause } = setUp();
  const crowd = Array.from({ length: 8 }, () => one.acquire());
  for (const each of crowd) each.failed('down');
  assert.equal(pause(), 5_000);
});

test('what one request says twice counts once', () => {
  const { one } = setUp();
  const pass = one.acquire();
  for (let time = 0; time < 5; time++) pass.failed('down');
  assert.equal(one.state(), 'closed');
});

test('a service that flaps rests longer each time, and briefly again after a calm minute', () => {
  const { clock, one, fail, pause } = setUp();
  const waits = [0, 1, 2].map(() => {
    fail(3);
    const waited = pause();
    one.acquire().succeeded();
    clock.ms += 1_000;
    return waited;
  });
  assert.deepEqual(waits, [5_000, 10_000, 20_000]);
  clock.ms += 60_000;
  fail(3);
  assert.equal(pause(), 5_000);
});

test('chance shortens a pause by a tenth at most, so that a recovery is noticed within thirty seconds', () => {
  const { fail, pause } = setUp(consecutiveBreaker(1), () => 1);
  fail();
  assert.equal(pause(), 4_500);
});

test('a reset forgets the failures, the pause, and what is still under way', () => {
  const { one, fail, pause } = setUp();
  const under = one.acquire();
  fail(3);
  one.reset();
  assert.equal(one.state(), 'closed');
  under.failed('down', 9);
  assert.equal(one.state(), 'closed');
  fail(3);
  assert.equal(pause(), 5_000);
});
