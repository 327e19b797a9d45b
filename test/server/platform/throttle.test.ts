import assert from 'node:assert/strict';
import { test } from 'node:test';
import { throttle } from '../../../server/platform/throttle.ts';

test('a key passes once per interval, each key by itself', () => {
  let now = 0;
  const isDue = throttle({ now: () => now });
  assert.deepEqual([isDue('a', 100), isDue('a', 100), isDue('b', 100)], [true, false, true]);
  now = 99;
  assert.equal(isDue('a', 100), false);
  now = 100;
  assert.equal(isDue('a', 100), true);
});
