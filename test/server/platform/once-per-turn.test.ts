import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { oncePerTurn } from '../../../server/platform/once-per-turn.ts';

test('runs on the first call of each turn of the event loop', async () => {
  let runs = 0;
  const run = oncePerTurn(() => {
    runs += 1;
  });
  run();
  run();
  await Promise.resolve();
  run();
  assert.equal(runs, 1);
  await turn();
  run();
  run();
  assert.equal(runs, 2);
});
