import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetOf, effortOf, nearestEffort } from '../../../server/wire/reasoning-efforts.ts';

test('the nearest effort is the one asked for, else a neighbour, else the higher of two', () => {
  const three = ['low', 'medium', 'high'] as const;
  assert.equal(nearestEffort(three, 'medium'), 'medium');
  assert.equal(nearestEffort(three, 'minimal'), 'low');
  assert.equal(nearestEffort(three, 'max'), 'high');
  assert.equal(nearestEffort(['low', 'high'], 'medium'), 'high');
  assert.equal(nearestEffort([], 'medium'), undefined);
});

test('no thinking is used only where it is asked for, or is all there is', () => {
  assert.equal(nearestEffort(['none', 'high'], 'none'), 'none');
  assert.equal(nearestEffort(['none', 'high'], 'minimal'), 'high');
  assert.equal(nearestEffort(['low', 'high'], 'none'), 'low');
  assert.equal(nearestEffort(['none'], 'high'), 'none');
});

test('an effort stands for a budget and a budget for an effort', () => {
  assert.equal(effortOf({ effort: 'low', budgetTokens: 60_000 }), 'low');
  assert.deepEqual(
    [0, 400, 2_000, 8_192, 10_000, 30_000, 64_000, 1e6].map((budgetTokens) => effortOf({ budgetTokens })),
    ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'max'],
  );
  assert.equal(effortOf({}), undefined);
  assert.equal(budgetOf({ effort: 'none' }), 0);
  assert.equal(budgetOf({ effort: 'high', budgetTokens: 7 }), 7);
  assert.equal(budgetOf({}), undefined);
});
