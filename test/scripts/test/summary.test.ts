import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closingLines } from '../../../scripts/test/summary.ts';
import { countTests } from '../../../scripts/test/totals.ts';

test("totals are read from node:test's last lines, in colour and in pieces", () => {
  const totals = countTests();
  totals.read('✔ a test that mentions ℹ pass 99\n\u001b[34mℹ pa');
  totals.read('ss 3\u001b[39m\nℹ fail 1\nℹ cancelled 1\n');
  totals.read('ℹ pass 2\nℹ fail 0');
  assert.deepEqual(totals.end(), { passed: 5, failed: 2 });
});

test('the last line has the totals of all steps', () => {
  const { lines, failed } = closingLines([
    { name: 'unit', ok: true, seconds: 1.25, passed: 3, failed: 0 },
    { name: 'editor', ok: false, seconds: 20, passed: 1, failed: 2 },
    { name: 'package', ok: false, seconds: 1, passed: 0, failed: 1 },
  ]);
  assert.deepEqual(lines, [
    '✔ unit        1.3 s  3 passed, 0 failed',
    '✖ editor     20.0 s  1 passed, 2 failed',
    '✖ package     1.0 s',
    '',
    '4 passed, 3 failed',
  ]);
  assert.equal(failed, 3);
});
