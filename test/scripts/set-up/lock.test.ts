import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneAtATime } from '../../../scripts/set-up/lock.mjs';

const fresh = () => join(mkdtempSync(join(tmpdir(), 'rumbo-lock-')), 'some', 'lock');

test('one process at a time does the work, and the lock is removed afterwards', async () => {
  const file = fresh();
  let inside = 0;
  let maxRunning = 0;
  const work = async () => {
    maxRunning = Math.max(maxRunning, ++inside);
    await sleep(20);
    inside--;
  };
  await Promise.all([oneAtATime(file, work), oneAtATime(file, work), oneAtATime(file, work)]);
  assert.equal(maxRunning, 1);
  assert.deepEqual(readdirSync(join(file, '..')), []);
});

test('a lock whose owner was killed is taken over', async () => {
  const file = fresh();
  await oneAtATime(file, async () => {});
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(file, String(pid));
  assert.equal(await oneAtATime(file, async () => 'done'), 'done');
});

test('the lock is released when the work fails', async () => {
  const file = fresh();
  await assert.rejects(
    oneAtATime(file, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(existsSync(file), false);
});
