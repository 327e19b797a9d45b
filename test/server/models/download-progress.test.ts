import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EngineProgress } from '../../../server/engines/local-engine.ts';
import { progressReporter } from '../../../server/models/download-progress.ts';
import type { EnsureProgress } from '../../../shared/local-models.ts';

function reporterAt() {
  const reports: EnsureProgress[] = [];
  let atMs = 0;
  const { onProgress, stop } = progressReporter(
    (progress) => reports.push(progress),
    () => atMs,
  );
  after(stop);
  return {
    reports,
    stop,
    at(ms: number, step: EngineProgress): EnsureProgress | undefined {
      atMs = ms;
      const before = reports.length;
      onProgress(step);
      return reports.length > before ? reports.at(-1) : undefined;
    },
  };
}
const downloading = (completedBytes: number, totalBytes = 10_000, resumedBytes = 0): EngineProgress => ({
  stage: 'downloading',
  completedBytes,
  totalBytes,
  resumedBytes,
});

test('a new stage is reported at once, the same stage at most ten times a second', () => {
  const { at, reports } = reporterAt();
  assert.deepEqual(at(0, { stage: 'checking' }), { stage: 'checking' });
  assert.deepEqual(at(1, { stage: 'waiting' }), { stage: 'waiting' });
  for (let ms = 2; ms < 1_002; ms++) at(ms, downloading(ms));
  assert.ok(reports.length <= 2 + 11, `${reports.length}`);
});

test('the last progress before a pause is reported later, and nothing after the end', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { at, reports, stop } = reporterAt();
  at(0, downloading(1_000));
  at(10, downloading(2_500));
  t.mock.timers.tick(100);
  assert.deepEqual(
    reports.map(({ completedBytes }) => completedBytes),
    [1_000, 2_500],
  );
  at(20, downloading(3_000));
  stop();
  t.mock.timers.tick(1_000);
  assert.equal(reports.length, 2);
});

test('completion is reported even shortly after the last report', () => {
  const { at } = reporterAt();
  at(0, downloading(9_000));
  assert.equal(at(1, downloading(9_500)), undefined);
  assert.equal(at(2, downloading(10_000))?.fraction, 1);
  assert.equal(at(3, downloading(10_000)), undefined);
});

test('rate and time left are reported after a second, over the last five', () => {
  const { at } = reporterAt();
  assert.equal(at(0, downloading(0))?.bytesPerSecond, undefined);
  assert.equal(at(500, downloading(500))?.secondsLeft, undefined);
  assert.deepEqual(at(1_000, downloading(1_000)), {
    stage: 'downloading',
    completedBytes: 1_000,
    totalBytes: 10_000,
    bytesPerSecond: 1_000,
    secondsLeft: 9,
    fraction: 0.1,
  });
  for (let second = 2; second <= 20; second++) at(second * 1_000, downloading(1_000 + second * 100));
  assert.equal(
    at(21_000, downloading(3_100))?.bytesPerSecond,
    100,
    'the fast beginning is outside the window',
  );
});

test('bytes of an earlier download do not count towards the rate', () => {
  const { at } = reporterAt();
  at(0, downloading(0, 10_000, 0));
  at(100, downloading(6_000, 10_000, 6_000));
  assert.equal(at(1_100, downloading(6_550, 10_000, 6_000))?.bytesPerSecond, 500);
});

test('a stalled download has a rate of 0 and no time left', () => {
  const { at } = reporterAt();
  at(0, downloading(100));
  const stalled = at(2_000, downloading(100));
  assert.equal(stalled?.bytesPerSecond, 0);
  assert.equal(stalled?.secondsLeft, undefined);
});

test('a layer that restarts does not make the rate negative', () => {
  const { at } = reporterAt();
  at(0, downloading(5_000));
  at(1_000, downloading(6_000));
  assert.equal(at(2_000, downloading(0))?.bytesPerSecond, undefined);
  assert.equal(at(3_000, downloading(200))?.bytesPerSecond, 200);
});

test('a load reports its own fraction', () => {
  const { at } = reporterAt();
  assert.deepEqual(at(0, { stage: 'loading', fraction: 1.7 }), { stage: 'loading', fraction: 1 });
});
