import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheKey, responseCache } from '../../../server/cache/response-cache.ts';
import { noUsage } from '../../../shared/chat.ts';

const question = (content: string, ...fields: unknown[]): string =>
  cacheKey([{ role: 'user', content }], fields);
const answer = { text: 'a', model: 'p/m', reason: 'stop', usage: noUsage } as const;

test('an identical request is a hit, any difference a miss', () => {
  const cache = responseCache({ maxEntries: 10, maxAgeMs: 1_000 });
  cache.set(question('enable 2FA'), answer);
  assert.equal(cache.get(question('enable 2FA'))?.text, 'a');
  for (const other of [
    question('disable 2FA'),
    question('enable 2FA', 'role', 'planner'),
    question('enable 2FA', 'temperature', 0),
    cacheKey([{ role: 'system', content: 'enable 2FA' }], []),
  ]) {
    assert.equal(cache.get(other), undefined);
  }
});
test('an answer expires', () => {
  let now = 1;
  const cache = responseCache({ maxEntries: 10, maxAgeMs: 1_000 }, () => now);
  cache.set(question('a'), answer);
  now = 900;
  assert.ok(cache.get(question('a')));
  now = 2_000;
  assert.equal(cache.get(question('a')), undefined);
});
test('the oldest answers are evicted, and clearing returns their number', () => {
  const cache = responseCache({ maxEntries: 2, maxAgeMs: 1_000 });
  for (const text of ['a', 'b', 'c']) cache.set(question(text), answer);
  assert.equal(cache.get(question('a')), undefined);
  assert.equal(cache.clear(), 2);
  assert.equal(cache.get(question('c')), undefined);
});
test('new limits keep the newest answers that fit', () => {
  const cache = responseCache({ maxEntries: 3, maxAgeMs: 1_000 });
  for (const text of ['a', 'b', 'c']) cache.set(question(text), answer);
  cache.resize({ maxEntries: 1, maxAgeMs: 1_000 });
  assert.equal(cache.get(question('a')), undefined);
  assert.ok(cache.get(question('c')));
});
