/** What a service left out of an answer's usage, or cannot be true, is estimated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeUsage, sumUsage } from '../../../server/metrics/complete-usage.ts';
import { noUsage } from '../../../shared/chat.ts';

const estimate = { input: 60, output: 40, reasoning: 10 };
const whole = { ...noUsage, input: 50, output: 45, reasoning: 5 };

test('a whole report stays as it is', () => {
  assert.deepEqual(completeUsage(whole, estimate), { usage: whole, usageEstimated: false });
  const detailed = {
    ...whole,
    cachedRead: 20,
    cacheWrite: 10,
    cacheWriteHour: 5,
    costUsd: 1,
    serviceTier: 'flex',
  } as const;
  assert.deepEqual(completeUsage(detailed, estimate), { usage: detailed, usageEstimated: false });
});

test('nothing reported is estimated and marked', () => {
  const expected = { usage: { ...noUsage, ...estimate }, usageEstimated: true };
  assert.deepEqual(completeUsage(undefined, estimate), expected);
  assert.deepEqual(completeUsage({}, estimate), expected);
});

test('a part that is missing is estimated, the other one stays', () => {
  assert.deepEqual(completeUsage({ input: 50 }, estimate), {
    usage: { ...noUsage, input: 50, output: 40, reasoning: 10 },
    usageEstimated: true,
  });
  assert.deepEqual(completeUsage({ output: 45 }, estimate), {
    usage: { ...noUsage, input: 60, output: 45 },
    usageEstimated: true,
  });
});

test('a zero is right only where there is nothing to count', () => {
  const zeros = completeUsage({ ...noUsage }, estimate);
  assert.deepEqual([zeros.usage.input, zeros.usage.output, zeros.usageEstimated], [60, 40, true]);
  const nothing = completeUsage({ ...noUsage, input: 50 }, { ...estimate, output: 0, reasoning: 0 });
  assert.deepEqual([nothing.usage.output, nothing.usageEstimated], [0, false]);
});

test('a count far below what was received is no count', () => {
  const long = { input: 5_000, output: 2_000, reasoning: 0 };
  const perChunk = completeUsage({ ...noUsage, input: 5_100, output: 1 }, long);
  assert.deepEqual([perChunk.usage.output, perChunk.usageEstimated], [2_000, true]);
  const tiny = completeUsage({ ...noUsage, input: 1, output: 2_100 }, long);
  assert.deepEqual([tiny.usage.input, tiny.usageEstimated], [5_000, true]);
  // An engine that cut the prompt counts what it has read.
  assert.equal(completeUsage({ ...noUsage, input: 512, output: 2_100 }, long).usageEstimated, false);
});

test('of a total alone the answer is what was received, and the prompt the rest', () => {
  const { usage, usageEstimated } = completeUsage({ total: 150 }, estimate);
  assert.deepEqual([usage.input, usage.output, usageEstimated], [110, 40, true]);
  assert.equal(completeUsage({ total: 7 }, estimate).usage.input, 60);
});

test('the sum of several tries has no cost of one of them', () => {
  assert.equal(sumUsage([whole]), whole);
  assert.deepEqual(sumUsage([{ ...whole, costUsd: 1 }, whole]), {
    ...noUsage,
    input: 100,
    output: 90,
    reasoning: 10,
  });
});
