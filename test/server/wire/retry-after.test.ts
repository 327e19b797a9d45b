/** The time to wait, in every form that services send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../../server/wire/retry-after.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

test('an explicit wait takes precedence over rate-limit windows', () => {
  const windows = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '9s' };
  assert.equal(retryAfterMs({ ...windows, 'retry-after': '2', 'retry-after-ms': '1500' }, now), 1_500);
  assert.equal(retryAfterMs({ ...windows, 'retry-after': '2' }, now), 2_000);
  assert.equal(retryAfterMs({ ...windows, 'retry-after': 'Sat, 21 Nov 2026 12:00:07 GMT' }, now), 7_000);
  assert.equal(retryAfterMs(windows, now), 9_000);
});

test('only exhausted windows count, and of several the last reset', () => {
  const headers = {
    'x-ratelimit-remaining-requests': '14000',
    'x-ratelimit-reset-requests': '2h59m0s',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '7.66s',
  };
  assert.equal(retryAfterMs(headers, now), 7_660);
  assert.equal(retryAfterMs({ ...headers, 'x-ratelimit-remaining-requests': '0' }, now), 10_740_000);
  assert.equal(retryAfterMs({ ...headers, 'x-ratelimit-remaining-tokens': '5' }, now), undefined);
});

test('without remainders the soonest reset is tried', () => {
  assert.equal(
    retryAfterMs({ 'x-ratelimit-reset-requests': '1m2.5s', 'x-ratelimit-reset-tokens': '250ms' }, now),
    250,
  );
});

test('Anthropic’s windows have a reset date', () => {
  const headers = {
    'anthropic-ratelimit-requests-remaining': '40',
    'anthropic-ratelimit-requests-reset': '2026-11-21T12:59:00Z',
    'anthropic-ratelimit-input-tokens-remaining': '0',
    'anthropic-ratelimit-input-tokens-reset': '2026-11-21T12:00:45Z',
  };
  assert.equal(retryAfterMs(headers, now), 45_000);
});

test('a wait is never negative, and an absent header is no wait of zero', () => {
  assert.equal(retryAfterMs({ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, now), 0);
  assert.equal(retryAfterMs({ 'retry-after': '-5' }, now), undefined);
  assert.equal(retryAfterMs({}, now), undefined);
});
