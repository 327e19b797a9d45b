/** When a request waits for a rate limit, and when it fails at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitedModel } from '../../../server/orchestration/wait-limits.ts';
import type { Decision } from '../../../server/routing/balancer.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const until = (ms: number) => ({ until: new Date(now + ms).toISOString() });
const decision = (more: Partial<Decision>): Decision => ({
  strategy: 'priority',
  candidates: [],
  excluded: [],
  ...more,
});
const limited = (ms: number) => ({ model: 'a/m', rule: 'rate-limit', reason: 'x', ...until(ms) }) as const;

test('with every model at its limit the first to end counts', () => {
  assert.equal(awaitedModel(decision({ excluded: [limited(900), limited(300)] }), false, now)?.ms, 300);
});

test('a limit that should be over is checked again soon, not at once', () => {
  assert.equal(awaitedModel(decision({ excluded: [limited(-5_000)] }), false, now)?.ms, 25);
});

test('a circuit, an empty account or a switch is not waited for', () => {
  for (const rule of ['circuit', 'payment', 'key', 'toggle'] as const)
    assert.equal(awaitedModel(decision({ excluded: [{ ...limited(300), rule }] }), false, now), undefined);
});

test('a limit without an end is not waited for', () => {
  const excluded = [{ model: 'a/m', rule: 'rate-limit', reason: 'x' } as const];
  assert.equal(awaitedModel(decision({ excluded }), false, now), undefined);
});

test('a pinned model is waited for unless another may replace it', () => {
  const pinned = decision({
    unavailablePin: limited(300),
    candidates: [{} as Decision['candidates'][number]],
  });
  assert.equal(awaitedModel(pinned, false, now)?.ms, 300);
  assert.equal(awaitedModel(pinned, true, now), undefined);
});
