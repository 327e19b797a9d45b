import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerProgress } from '../../../server/engines/layer-progress.ts';

test('nothing is known before the first layer', () => {
  assert.deepEqual(layerProgress().sum(1_000), {});
});

test('the sum is over the layers reported so far; a reported total counts more', () => {
  const all = layerProgress();
  all.update('a', 40, 100);
  assert.deepEqual(all.sum(), { completedBytes: 40, totalBytes: 100, resumedBytes: 40 });
  all.update('b', 0, 50);
  assert.deepEqual(all.sum(), { completedBytes: 40, totalBytes: 150, resumedBytes: 40 });
  assert.equal(all.sum(400).totalBytes, 400);
});

test('a layer that was on disk counts as resumed, later bytes do not', () => {
  const all = layerProgress();
  all.update('kept', 100, 100);
  all.update('new', 0, 100);
  all.update('new', 60, 100);
  assert.deepEqual(all.sum(), { completedBytes: 160, totalBytes: 200, resumedBytes: 100 });
});

test('progress never exceeds the total, whatever the engine reports', () => {
  const all = layerProgress();
  all.update('a', 900, 100);
  assert.deepEqual(all.sum(50), { completedBytes: 100, totalBytes: 100, resumedBytes: 100 });
  all.update('b', 70);
  assert.deepEqual(all.sum(), { completedBytes: 170, totalBytes: 170, resumedBytes: 170 });
});

test('small steps back are ignored; a restarted layer is not', () => {
  const all = layerProgress();
  all.update('a', 80, 100);
  all.update('a', 78, 100);
  assert.equal(all.sum().completedBytes, 80);
  all.update('a', 0, 100);
  assert.deepEqual(all.sum(), { completedBytes: 0, totalBytes: 100, resumedBytes: 0 });
});

test('a total that is absent or smaller later stays', () => {
  const all = layerProgress();
  all.update('a', 10, 100);
  all.update('a', 20);
  all.update('a', 30, 50);
  assert.equal(all.sum().totalBytes, 100);
});

test('anything but a count of bytes counts as 0', () => {
  const all = layerProgress();
  all.update('a', Number.NaN, -5);
  all.update('b', Number.POSITIVE_INFINITY, Number.NaN);
  assert.deepEqual(all.sum(Number.NaN), { completedBytes: 0, totalBytes: 0, resumedBytes: 0 });
});

test('for any reports in any order the fraction stays between 0 and 1', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 200; round++) {
    const all = layerProgress();
    for (let report = 0; report < 30; report++) {
      all.update(`layer ${random(4)}`, random(2_000) - 200, random(1_500) - 200);
      const { completedBytes = 0, totalBytes = 0, resumedBytes = 0 } = all.sum(random(3_000));
      assert.ok(completedBytes >= 0 && completedBytes <= totalBytes, `${completedBytes} of ${totalBytes}`);
      assert.ok(resumedBytes <= completedBytes);
    }
  }
});

test('limits the number of layers', () => {
  const all = layerProgress();
  for (let layer = 0; layer < 10_000; layer++) all.update(`${layer}`, 1, 1);
  assert.equal(all.sum().totalBytes, 4_096);
});
