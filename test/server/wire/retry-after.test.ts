/** The time to wait, in every form that services send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseErrorText } from '../../../server/wire/error-body.ts';
import { requestedWaitMs, retryAfterMs } from '../../../server/wire/retry-after.ts';

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

test('a wait that came twice is the longer one', () => {
  assert.equal(retryAfterMs({ 'retry-after': '1, 3' }, now), 3_000);
  assert.equal(retryAfterMs({ 'retry-after': 'Sat, 21 Nov 2026 12:00:07 GMT, 5' }, now), 7_000);
  assert.equal(retryAfterMs({ 'retry-after': '5', 'retry-after-ms': '900' }, now), 5_000);
  assert.equal(retryAfterMs({ 'retry-after': '1 seconds' }, now), 1_000);
  assert.equal(retryAfterMs({ 'retry-after': '2 minutes' }, now), 120_000);
  assert.equal(retryAfterMs({ 'retry-after': '250 ms' }, now), 250);
});

const inBody = (body: string | object, headers = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return requestedWaitMs(headers, parseErrorText(text), now);
};

test('a wait in the words of the body, in any unit', () => {
  const table: [string, number | undefined][] = [
    ['Rate limit reached: Limit 30000, Used 29000, Requested 2000. Please try again in 1.2s.', 1_200],
    ['Please try again in 6m0s. Visit the page.', 360_000],
    ['Please try again in 250ms.', 250],
    ['Please try again in 1h2m3.5s', 3_723_500],
    ['Please retry in 34.5s.', 34_500],
    ['Please retry after 20 seconds.', 20_000],
    ['Requests have exceeded the rate limit. Retry after 59 secs', 59_000],
    ['Please wait for 2 minutes before sending another request', 120_000],
    ['Try again in about 5 minutes', 300_000],
    ['No deployments available, Try again in 37 seconds. Passed model=x', 37_000],
    ['Limit resets at: 2026-11-21 12:00:09 UTC', 9_000],
    ['You will regain access on 2026-11-21 at 12:00 UTC', undefined],
    ['Quota resets after 2026-11-21T12:01:00Z.', 60_000],
    ['retry-after: 7', 7_000],
    ['请在 60 秒后重试', 60_000],
    ['The limit is 20 requests in 60 seconds', undefined],
    ['Please try again later.', undefined],
    ['try again in 3 tries', undefined],
  ];
  for (const [message, ms] of table) assert.equal(inBody({ error: { message } }), ms, message);
});

test('a wait in a field of the body, in any envelope', () => {
  const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' };
  const error = { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'quota', details: [info] };
  assert.equal(inBody([{ error }]), 1_500);
  assert.equal(inBody({ error }), 1_500);
  assert.equal(inBody({ error: { message: `VertexException - ${JSON.stringify({ error })}` } }), 1_500);
  assert.equal(inBody({ error: { message: 'x', metadata: { raw: JSON.stringify({ error }) } } }), 1_500);
  assert.equal(inBody({ details: [{ ...info, retryDelay: { seconds: 2, nanos: 500_000_000 } }] }), 2_500);
  assert.equal(inBody({ error: { retry_after: 3 } }), 3_000);
  assert.equal(inBody({ error: { retry_after_ms: 300 } }), 300);
  assert.equal(inBody({ retryAfter: '4s' }), 4_000);
  assert.equal(inBody({ error: { type: 'usage_limit_reached', resets_at: now / 1000 + 8 } }), 8_000);
  assert.equal(inBody({ error: { resets_in_seconds: 8 } }), 8_000);
  assert.equal(inBody({ error: 'Model x is currently loading', estimated_time: 20.5 }), 20_500);
  const headers = {
    'X-RateLimit-Limit': '20',
    'X-RateLimit-Remaining': '0',
    'X-RateLimit-Reset': String(now + 7_000),
  };
  assert.equal(
    inBody({ error: { message: 'Rate limit exceeded', code: 429, metadata: { headers } } }),
    7_000,
  );
  assert.equal(inBody({ error: { retry_after: 3 } }, { 'retry-after': '9' }), 9_000);
  assert.equal(inBody({ error: { retry_after: 'soon' } }), undefined);
});

test('headers of the service behind LiteLLM count from its own date', () => {
  const nothing = { waits: [], text: '', headers: {} };
  const at = (seconds: number) => new Date(now - seconds * 1000).toUTCString();
  const wait = (headers: Record<string, string>, text = '') =>
    requestedWaitMs(headers, { ...nothing, text }, now);
  const upstream = (age: number, more: Record<string, string>) =>
    Object.fromEntries(
      Object.entries({ date: at(age), ...more }).map(([name, value]) => [`llm_provider-${name}`, value]),
    );
  assert.equal(wait(upstream(0, { 'retry-after': '37' })), 37_000);
  // Dates have whole seconds: none of the wait may be cut short.
  assert.equal(wait(upstream(30, { 'retry-after': '90' })), 61_000);
  assert.equal(wait({ date: at(0), ...upstream(30, { 'retry-after': '90' }) }), 61_000);
  assert.equal(wait(upstream(30, { 'retry-after-ms': '90500' })), 61_500);
  assert.equal(wait(upstream(30, { 'retry-after': at(-20) })), 21_000);
  assert.equal(wait(upstream(30, {}), 'Please try again in 90s.'), 61_000);
  const windows = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' };
  assert.equal(wait(upstream(30, windows)), 61_000);
  // LiteLLM has held the refusal for longer than the wait; its own date is that of the request.
  assert.equal(wait({ date: at(112), ...upstream(37, { 'retry-after': '30' }) }), 0);
  // Its own cool-down of the deployments.
  assert.equal(wait({ 'retry-after': '5', ...upstream(30, { 'retry-after': '20' }) }), 5_000);
});

test('a clock that differs from the service behind LiteLLM shortens no wait', () => {
  const nothing = { waits: [], text: '', headers: {} };
  const wait = (gateway: string, service: string, more: Record<string, string>) =>
    requestedWaitMs({ date: gateway, 'llm_provider-date': service, ...more }, nothing, now);
  const early = new Date(now - 90_000).toUTCString();
  const late = new Date(now + 90_000).toUTCString();
  const ancient = new Date(now - 86_400_000).toUTCString();
  assert.equal(wait(early, early, { 'llm_provider-retry-after': '37' }), 37_000);
  assert.equal(wait(late, late, { 'llm_provider-retry-after': '37' }), 37_000);
  assert.equal(wait(ancient, ancient, { 'llm_provider-retry-after': '37' }), 37_000);
  assert.equal(wait('?', '?', { 'llm_provider-retry-after': '37' }), 37_000);
});
