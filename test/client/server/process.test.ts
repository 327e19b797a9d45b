import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartPolicy } from '../../../client/server/process.ts';
import { withMapEntry } from '../../../client/settings/user-settings.ts';

test('the server restarts after four crashes within three minutes, not after the fifth', () => {
  let now = 0;
  const mayRestart = restartPolicy(() => now);
  for (const _ of [1, 2, 3, 4]) {
    assert.equal(mayRestart(), true);
    now += 1000;
  }
  assert.equal(mayRestart(), false);
});

test('the server always restarts after crashes further apart', () => {
  let now = 0;
  const mayRestart = restartPolicy(() => now);
  for (let crash = 0; crash < 20; crash++) {
    assert.equal(mayRestart(), true);
    now += 60_000;
  }
});

test('a model’s entry changes alone and keeps its other fields', () => {
  const models = { 'a/one': { tier: 2, locked: true }, 'b/two': { toggle: false } };
  const next = withMapEntry<Record<string, unknown>>(models, 'a/one', (entry) => ({ ...entry, tier: 3 }));
  assert.deepEqual(next, { 'a/one': { tier: 3, locked: true }, 'b/two': { toggle: false } });
  assert.deepEqual(Object.keys(next), ['a/one', 'b/two']);
  assert.deepEqual(withMapEntry<object>(models, 'c/three', () => ({ locked: true }))['c/three'], {
    locked: true,
  });
  assert.deepEqual(
    withMapEntry<object>(models, 'b/two', () => ({})),
    { 'a/one': { tier: 2, locked: true } },
  );
});
