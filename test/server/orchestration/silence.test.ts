/** How long a model may be silent; hedged-attempt.test.ts tests what follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silenceLimitMs } from '../../../server/orchestration/silence.ts';

test('a model may be silent for ten seconds, a minute when it reasons, and half as long again as it needs mostly', () => {
  assert.equal(silenceLimitMs({}, false, undefined), 10_000);
  assert.equal(silenceLimitMs({}, false, 4_000), 10_000);
  assert.equal(silenceLimitMs({}, false, 12_000), 18_000);
  assert.equal(silenceLimitMs({ reasons: true }, false, undefined), 60_000);
  assert.equal(silenceLimitMs({ reasons: true }, true, undefined), 60_000);
});

test('one that failed a moment ago has two seconds to show that it works again', () => {
  assert.equal(silenceLimitMs({}, true, undefined), 2_000);
  assert.equal(silenceLimitMs({}, true, 6_000), 9_000);
});
