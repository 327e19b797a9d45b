/** A circuit with a clock and chance that the tests control. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  anyBreaker,
  circuit,
  consecutiveBreaker,
  countBreaker,
} from '../../../server/resilience/circuit-breaker.ts';

function setUp(threshold = consecutiveBreaker(3), random = () => 0) {
  const clock = { ms: 0 };
  const one = circuit(() => clock.ms, threshold, random);
  const fail = (times = 1) => {
    for (let time = 0; time < times; time++) one.acquire().failed('down');
  };
  /** Waits until requests are admitted again; returns the milliseconds that took. */
  const pause = () => {
    const before = clock.ms;
    clock.ms = one.cooldown()?.untilMs ?? clock.ms;
    return clock.ms - before;
  };
  return { clock, one, fail, pause };
}

test('three failures in a row open it, two followed by a success do not', () => {
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

test('a single failure of enough weight opens it', () => {
  const { one } = setUp();
  one.acquire().failed('silent', 3);
  assert.equal(one.state(), 'open');
});

test('after the pause one request probes while the others wait; its success closes the circuit', () => {
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

test('however long a service is down, a probe follows every five seconds', () => {
  const { fail, pause } = setUp();
  fail(3);
  const waits = Array.from({ length: 200 }, () => {
    const waited = pause();
    fail();
    return waited;
  });
  assert.ok(waits.every((waited) => waited === 5_000));
});

test('after a cancelled probe the next request probes at once', () => {
  const { clock, one, fail } = setUp();
  fail(3);
  clock.ms = 5_000;
  one.acquire().ignored();
  assert.equal(one.cooldown(), undefined);
  assert.equal(one.state(), 'half-open');
});

test('a probe without an answer blocks the next one no longer than the pause', () => {
  const { clock, one, fail } = setUp();
  fail(3);
  clock.ms = 5_000;
  one.acquire();
  clock.ms = 9_999;
  assert.ok(one.cooldown());
  clock.ms = 10_000;
  assert.equal(one.cooldown(), undefined);
  one.acquire().succeeded();
  assert.equal(one.state(), 'closed');
});

test('a probe that has begun to answer blocks no other request, and its end still counts', () => {
  const { clock, one, fail, pause } = setUp();
  fail(3);
  clock.ms = 5_000;
  const probe = one.acquire();
  probe.firstPart();
  assert.equal(one.cooldown(), undefined);
  assert.equal(one.state(), 'half-open');
  probe.failed('broke off');
  assert.equal(pause(), 5_000);
});

test('requests that fail together open the circuit once', () => {
  const { one, pause } = setUp();
  const together = Array.from({ length: 8 }, () => one.acquire());
  for (const each of together) each.failed('down');
  assert.equal(pause(), 5_000);
});

test('only the first result of a request counts', () => {
  const { one } = setUp();
  const permit = one.acquire();
  for (let time = 0; time < 5; time++) permit.failed('down');
  assert.equal(one.state(), 'closed');
});

test('a service that recovers and fails again pauses longer after three times, and briefly again later', () => {
  const { clock, one, fail, pause } = setUp();
  const cycle = () => {
    fail(3);
    const waited = pause();
    one.acquire().succeeded();
    clock.ms += 1_000;
    return waited;
  };
  assert.deepEqual([cycle(), cycle(), cycle(), cycle(), cycle()], [5_000, 5_000, 5_000, 30_000, 30_000]);
  fail(3);
  pause();
  fail();
  assert.equal(pause(), 30_000, 'a failed probe of an unstable service');
  one.acquire().succeeded();
  clock.ms += 600_000;
  assert.deepEqual([cycle(), cycle(), cycle(), cycle()], [5_000, 5_000, 5_000, 30_000]);
});

test('chance shortens a pause by a tenth at most', () => {
  const { fail, pause } = setUp(consecutiveBreaker(1), () => 1);
  fail();
  assert.equal(pause(), 4_500);
});

test('a reset forgets the failures, the pause, and the requests in flight', () => {
  const { one, fail, pause } = setUp();
  const inFlight = one.acquire();
  fail(3);
  one.reset();
  assert.equal(one.state(), 'closed');
  inFlight.failed('down', 9);
  assert.equal(one.state(), 'closed');
  fail(3);
  assert.equal(pause(), 5_000);
});
