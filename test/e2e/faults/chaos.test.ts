/** The chaos of `npm run soak`, small: each disturbance once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../../../scripts/soak/chaos.ts';

test('a budget holds and each answer is one row while locks, full disks, kills, clocks and workspaces disturb two windows', async (t) => {
  const result = await chaos({ requests: 1_200 });
  t.diagnostic(
    `${result.answered} of ${result.requests} answered, status within ${result.slowestStatusMs.toFixed()} ms`,
  );
  assert.equal(result.disturbances.size, 6);
  assert.deepEqual(
    {
      overspentUsd: result.overspentUsd,
      unaccountedUsd: result.unaccountedUsd,
      rowsLost: result.rowsLost,
      rowsTwice: result.rowsTwice,
    },
    { overspentUsd: 0, unaccountedUsd: 0, rowsLost: 0, rowsTwice: 0 },
  );
  // The budget pays for nine tenths, and a hostile workspace may restrict one round of six.
  assert.ok(result.answered > 0.7 * result.requests, JSON.stringify([...result.failures]));
});
