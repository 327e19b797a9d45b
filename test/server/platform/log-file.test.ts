/** The log as a file: structured, rotating, and silent about a disk that refuses it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { logTo } from '../../../server/platform/log.ts';
import { logFile } from '../../../server/platform/log-file.ts';

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'rumbo-log-')), 'logs');
const silent = { info() {}, warn() {}, error() {} };

test('each line is JSON with time, level and the id of its request', () => {
  const folder = newFolder();
  const file = logFile(folder);
  const log = logTo(silent, { file });
  log.info('[1a2b3c4d] planner: lab/one, stop, 10 ms');
  log.error('Broken.', new Error('a\nb'));
  log.debug('not at this level');
  file.dispose();
  const lines = readFileSync(join(folder, 'rumbo.log'), 'utf8').trim().split('\n');
  const [first, second] = lines.map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.deepEqual(
    [first.level, first.request, first.message],
    ['info', '1a2b3c4d', 'planner: lab/one, stop, 10 ms'],
  );
  assert.ok(Date.parse(first.at) > 0);
  assert.equal(second.level, 'error');
  assert.equal(second.request, undefined);
  assert.equal(statSync(join(folder, 'rumbo.log')).mode & 0o077, 0, 'for its owner only');
});

test('the level decides what is logged; the latest errors are remembered at any', () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  let level: 'error' | 'debug' = 'error';
  const log = logTo({ info: write, warn: write, error: write }, { level: () => level });
  for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name](name);
  level = 'debug';
  log.debug('debug');
  assert.deepEqual(lines, ['error', 'debug']);
  assert.deepEqual(
    log.entries().map(({ message }) => message),
    ['warn', 'error'],
  );
});

test('it rotates, and no more than so many files are there', async () => {
  const folder = newFolder();
  const file = logFile(folder, { maxBytes: 2_000, maxFiles: 3 });
  for (let round = 0; round < 6; round++) {
    for (let count = 0; count < 30; count++)
      file.write('info', `round ${round}, line ${count} ${'.'.repeat(40)}`);
    await sleep(260);
  }
  file.dispose();
  assert.deepEqual(readdirSync(folder).sort(), ['rumbo.1.log', 'rumbo.2.log', 'rumbo.log']);
  assert.match(readFileSync(join(folder, 'rumbo.log'), 'utf8'), /round 5, line 29/);
  assert.match(readFileSync(join(folder, 'rumbo.2.log'), 'utf8'), /round 3/);
});

test('a folder that cannot be made stops nothing', async () => {
  const blocked = join(mkdtempSync(join(tmpdir(), 'rumbo-log-')), 'file');
  writeFileSync(blocked, '');
  const file = logFile(join(blocked, 'logs'));
  for (let count = 0; count < 3_000; count++) file.write('info', 'a line');
  await sleep(260);
  file.write('info', 'another');
  file.dispose();
});
