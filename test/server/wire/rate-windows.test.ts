/** Rate limits, in each vendor's own headers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateWindows } from '../../../server/wire/rate-windows.ts';
import { retryAfterMs } from '../../../server/wire/retry-after.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
/** Windows with their resets as milliseconds from now. */
const read = (headers: Record<string, string>) =>
  rateWindows(headers, now).map(({ resetsAtMs, ...rest }) => ({
    ...rest,
    inMs: Math.round(resetsAtMs - now),
  }));

test('OpenAI and its copies: Go durations from now', () => {
  const headers = {
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-remaining-tokens': '199984',
    'x-ratelimit-reset-requests': '8.64s',
    'x-ratelimit-reset-tokens': '4ms',
    'x-ratelimit-limit-tokens_usage_based': '7',
  };
  assert.deepEqual(read(headers), [
    { unit: 'requests', limit: 10_000, remaining: 9_999, inMs: 8_640 },
    { unit: 'tokens', limit: 200_000, remaining: 199_984, inMs: 4 },
  ]);
  const azure = { ...headers, 'x-ratelimit-reset-requests': '10', 'x-ratelimit-reset-tokens': '60' };
  assert.deepEqual(
    read(azure).map(({ inMs }) => inMs),
    [10_000, 60_000],
  );
});

test('Groq: requests per day, tokens per minute, with fractions', () => {
  assert.deepEqual(
    read({
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-remaining-tokens': '17997',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-reset-tokens': '7.66s',
    }),
    [
      { unit: 'requests', limit: 14_400, remaining: 14_370, inMs: 179_560 },
      { unit: 'tokens', limit: 18_000, remaining: 17_997, inMs: 7_660 },
    ],
  );
});

test('Anthropic: four windows with a reset date', () => {
  const of = (unit: string, limit: string, remaining: string, second: string) => ({
    [`anthropic-ratelimit-${unit}-limit`]: limit,
    [`anthropic-ratelimit-${unit}-remaining`]: remaining,
    [`anthropic-ratelimit-${unit}-reset`]: `2026-11-21T12:00:${second}Z`,
  });
  const headers = {
    ...of('requests', '50', '49', '02'),
    ...of('tokens', '38000', '38000', '00'),
    ...of('input-tokens', '30000', '0', '45'),
    ...of('output-tokens', '8000', '7000', '09'),
    'anthropic-ratelimit-unified-status': 'allowed',
  };
  assert.deepEqual(read(headers), [
    { unit: 'requests', limit: 50, remaining: 49, inMs: 2_000 },
    { unit: 'tokens', limit: 38_000, remaining: 38_000, inMs: 0 },
    { unit: 'input tokens', limit: 30_000, remaining: 0, inMs: 45_000 },
    { unit: 'output tokens', limit: 8_000, remaining: 7_000, inMs: 9_000 },
  ]);
  assert.equal(retryAfterMs(headers, now), 45_000);
});

test('Mistral: minutes that end within a minute, a month that may end any day, and the older names', () => {
  const headers = {
    'x-ratelimit-limit-req-minute': '60',
    'x-ratelimit-remaining-req-minute': '0',
    'x-ratelimit-limit-tokens-minute': '50000',
    'x-ratelimit-remaining-tokens-minute': '47196',
    'x-ratelimit-limit-tokens-month': '4000000',
    'x-ratelimit-remaining-tokens-month': '0',
    'x-ratelimit-tokens-query-cost': '2804',
  };
  assert.deepEqual(read(headers), [
    { unit: 'requests', limit: 60, remaining: 0, inMs: 60_000 },
    { unit: 'tokens', limit: 50_000, remaining: 47_196, inMs: 60_000 },
  ]);
  assert.equal(retryAfterMs(headers, now), 60_000);
  assert.deepEqual(
    read({
      'ratelimitbysize-limit': '500000',
      'ratelimitbysize-remaining': '499983',
      'ratelimitbysize-reset': '30',
      'ratelimitbysize-query-cost': '17',
    }),
    [{ unit: 'tokens', limit: 500_000, remaining: 499_983, inMs: 30_000 }],
  );
  assert.deepEqual(read({ 'x-ratelimitbysize-remaining-minute': '5' }), [
    { unit: 'tokens', remaining: 5, inMs: 60_000 },
  ]);
});

test('Cerebras: periods in the names, seconds in the resets', () => {
  assert.deepEqual(
    read({
      'x-ratelimit-limit-requests-day': '14400',
      'x-ratelimit-remaining-requests-day': '14399',
      'x-ratelimit-reset-requests-day': '33011.382867',
      'x-ratelimit-remaining-tokens-minute': '59000',
      'x-ratelimit-reset-tokens-minute': '11.38',
    }),
    [
      { unit: 'requests per day', limit: 14_400, remaining: 14_399, inMs: 33_011_383 },
      { unit: 'tokens', remaining: 59_000, inMs: 11_380 },
    ],
  );
});

test('the plain names of gateways: seconds or an epoch', () => {
  const expected = [{ unit: 'requests', limit: 100, remaining: 42, inMs: 30_000 }];
  const plain = { 'ratelimit-limit': '100', 'ratelimit-remaining': '42' };
  assert.deepEqual(read({ ...plain, 'ratelimit-reset': '30' }), expected);
  const x = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '42' };
  assert.deepEqual(read({ ...x, 'x-ratelimit-reset': String(now / 1000 + 30) }), expected);
  assert.deepEqual(read({ ...x, 'x-ratelimit-reset': String(now + 30_000) }), expected);
});

test('names, units and structures of other services', () => {
  const expected = [{ unit: 'requests', limit: 100, remaining: 0, inMs: 12_000 }];
  const parts = { 'x-rate-limit-limit': '100', 'x-rate-limit-remaining': '0' };
  assert.deepEqual(read({ ...parts, 'x-rate-limit-reset': '12' }), expected);
  assert.deepEqual(read({ ...parts, 'x-rate-limit-reset': '12, 3' }), expected);
  assert.deepEqual(read({ ...parts, 'x-rate-limit-reset': '12 seconds' }), expected);
  assert.deepEqual(read({ ...parts, 'x-rate-limit-reset': 'PT12S' }), expected);
  assert.deepEqual(read({ ...parts, 'x-rate-limit-reset': '00:00:12' }), expected);
  assert.deepEqual(read({ ...parts, 'x-rate-limit-reset': String((now + 12_000) * 1000) }), expected);
  assert.deepEqual(read({ ...parts, 'x-ratelimit-reset-after': '12' }), expected);
  assert.deepEqual(read({ ...parts, 'x-ratelimit-reset-ms': '12000' }), expected);
  assert.deepEqual(read({ ...parts, 'x-ratelimit-timeremaining': '12' }), expected);
  assert.deepEqual(read({ ratelimit: 'limit=100, remaining=0, reset=12' }), expected);
  assert.deepEqual(read({ ratelimit: '"default";q=100;r=0;t=12' }), expected);
  assert.deepEqual(read({ ratelimit: '"burst";r=3;t=1, "daily";r=0;t=3600' }), [
    { unit: 'burst', remaining: 3, inMs: 1_000 },
    { unit: 'daily', remaining: 0, inMs: 3_600_000 },
  ]);
  assert.deepEqual(
    read({ 'ratelimit-limit': '100, 200;w=60', 'ratelimit-remaining': '0, 0', 'ratelimit-reset': '12' }),
    expected,
  );
  assert.deepEqual(read({ 'x-tokenlimit-remaining': '0', 'x-tokenlimit-reset': '2m' }), [
    { unit: 'tokens', remaining: 0, inMs: 120_000 },
  ]);
});

test('invalid headers give no reading, and never a wrong one', () => {
  const reset = { 'x-ratelimit-reset-tokens': '9s' };
  for (const remaining of ['-1', 'NaN', '', ' ', 'many', '1e9', 'Infinity', '9'.repeat(40)])
    assert.deepEqual(read({ ...reset, 'x-ratelimit-remaining-tokens': remaining }), [], remaining);
  for (const late of ['1970-01-01T00:00:00Z', 'soon', '', '-3', '2026-11-19T00:00:00Z'])
    assert.deepEqual(
      read({ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': late }),
      [],
      late,
    );
  assert.deepEqual(read({ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-limit-tokens': '100' }), []);
  assert.deepEqual(
    read({ 'x-ratelimit-limit-constructor': '1', 'x-ratelimit-remaining-constructor': '1' }),
    [],
  );
  assert.deepEqual(
    read({ ...reset, 'x-ratelimit-limit-tokens': '-7', 'x-ratelimit-remaining-tokens': '3' }),
    [{ unit: 'tokens', remaining: 3, inMs: 9_000 }],
  );
});

test('a window with only a limit is no wait', () => {
  assert.equal(retryAfterMs({ 'x-ratelimit-limit-req-minute': '60' }, now), undefined);
});

test('a date is read on the service’s clock, since ours may be minutes off', () => {
  const windows = {
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '2026-11-21T12:10:20Z',
  };
  const date = 'Sat, 21 Nov 2026 12:10:00 GMT';
  assert.deepEqual(read({ ...windows, date }), [{ unit: 'requests', remaining: 0, inMs: 20_000 }]);
  assert.equal(retryAfterMs({ ...windows, date }, now), 20_000);
  assert.equal(retryAfterMs({ 'retry-after': 'Sat, 21 Nov 2026 12:10:07 GMT', date }, now), 7_000);
  // Within the seconds that such a date leaves out, our own clock is the finer one.
  assert.equal(retryAfterMs({ ...windows, date: 'Sat, 21 Nov 2026 12:00:01 GMT' }, now), 620_000);
  assert.equal(retryAfterMs({ ...windows, date: 'garbage' }, now), 620_000);
});
