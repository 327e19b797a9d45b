import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencies } from '../../../server/inline-completion/latencies.ts';

const model = 'lab/one';
const at = (ms: number, lineMs = ms + 50) => ({ textMs: ms, lineMs });

test('a model without samples has no latency', () => {
  assert.equal(latencies().of(model, 100), undefined);
});

test('the usual time is the median, and no model is late before five samples', () => {
  const speed = latencies();
  for (const ms of [100, 300, 200]) speed.record(model, 100, at(ms));
  assert.deepEqual(speed.of(model, 100), { usualMs: 200, lateAfterMs: null, lineMs: 250 });
  for (const ms of [200, 200]) speed.record(model, 100, at(ms));
  assert.equal(speed.of(model, 100)?.lateAfterMs, 300);
});

test('the latest samples weigh most: a server that has become slow counts as slow after some of them', () => {
  const speed = latencies();
  for (let count = 0; count < 40; count += 1) speed.record(model, 100, at(100));
  for (let count = 0; count < 15; count += 1) speed.record(model, 100, at(900));
  assert.equal(speed.of(model, 100)?.usualMs, 900);
});

test('prompt sizes are measured separately, and the nearest size is used without samples of its own', () => {
  const speed = latencies();
  speed.record(model, 100, at(100));
  assert.equal(speed.of(model, 4_000)?.usualMs, 100);
  speed.record(model, 4_000, at(700));
  assert.equal(speed.of(model, 4_000)?.usualMs, 700);
  assert.equal(speed.of(model, 100)?.usualMs, 100);
});

test('a cancelled request without text can make a model slow, never fast', () => {
  const speed = latencies();
  speed.recordSilence(model, 100, 200);
  assert.equal(speed.of(model, 100), undefined);
  speed.recordSilence(model, 100, 3_000);
  assert.equal(speed.of(model, 100)?.usualMs, 3_000);
  const measured = latencies();
  measured.record(model, 100, at(400));
  measured.recordSilence(model, 100, 100);
  assert.equal(measured.of(model, 100)?.usualMs, 400);
});
