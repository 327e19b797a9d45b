/** The soak of `npm run soak`, small: nothing about speed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from '../../../scripts/soak/run.ts';

test('hundreds of requests to failing services are answered completely and accounted for, and every circuit closes', async (t) => {
  const result = await soak({ requests: 500, faultShare: 0.1, awayMs: 2_000 });
  t.diagnostic(
    `${result.answered} of ${result.requests} answered, ${result.faults} of ${result.chats} chats failed on purpose`,
  );
  assert.ok(result.faults > 30, `${result.faults} faults`);
  // Now and then a fault meets every candidate of one question: 1 of 2,000 in the long soak, which holds the aim of 99.9 %.
  assert.ok(result.requests - result.answered <= 2, JSON.stringify([...result.failures]));
  assert.equal(result.lost, 0);
  assert.deepEqual([result.lostWords, result.doubledWords], [0, 0]);
  assert.ok(result.joined > 3, `${result.joined} joined`);
  assert.equal(result.unaccounted, 0);
  assert.deepEqual([result.accounts.unpaid, result.accounts.miscounted], [0, 0]);
  assert.ok(result.accounts.estimated > 20, `${result.accounts.estimated} answers without a usable report`);
  assert.deepEqual(result.notClosed, []);
  assert.ok((result.backAfterMs ?? Number.POSITIVE_INFINITY) < 30_000, `back after ${result.backAfterMs} ms`);
  assert.ok(result.cacheHits > 0.3, `${result.cacheHits}`);
});
