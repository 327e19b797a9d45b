import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTimes } from '../../../server/models/load-times.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'rumbo-'));

test('the estimate is the median of a model’s last loads', () => {
  const times = loadTimes();
  assert.equal(times.estimate('ollama/a'), null);
  for (const ms of [9_000, 1_000, 2_000]) times.record('ollama/a', ms);
  assert.equal(times.estimate('ollama/a'), 2_000);
  for (let load = 0; load < 8; load++) times.record('ollama/a', 500);
  assert.equal(times.estimate('ollama/a'), 500);
});

test('the estimate for a model without loads is by the bytes of others', () => {
  const times = loadTimes();
  times.record('ollama/a', 4_000, 8e9);
  assert.equal(times.estimate('ollama/b', 2e9), 1_000);
  assert.equal(times.estimate('ollama/b'), null, 'unknown without a size');
});

test('measurements outlive the server', () => {
  const storage = folder();
  loadTimes(storage).record('ollama/a', 4_000, 8e9);
  assert.equal(loadTimes(storage).estimate('ollama/a'), 4_000);
});

test('an unreadable file is ignored and overwritten', () => {
  const storage = folder();
  writeFileSync(join(storage, 'load-times.json'), '{"version":1,"models":{"ollama/a":[{"ms":-5}]}}');
  const times = loadTimes(storage);
  assert.equal(times.estimate('ollama/a'), null);
  times.record('ollama/a', 100);
  assert.equal(loadTimes(storage).estimate('ollama/a'), 100);
  assert.deepEqual(readdirSync(storage), ['load-times.json']);
});

test('a folder that cannot be written is ignored', () => {
  const storage = folder();
  writeFileSync(join(storage, 'file'), '');
  const times = loadTimes(join(storage, 'file', 'below'));
  times.record('ollama/a', 100);
  assert.equal(times.estimate('ollama/a'), 100);
});

test('keeps a limited number of models, those loaded last', () => {
  const times = loadTimes();
  for (let model = 0; model < 250; model++) times.record(`ollama/${model}`, 1 + model);
  assert.equal(times.estimate('ollama/0'), null);
  assert.equal(times.estimate('ollama/249'), 250);
});

test('ignores invalid times', () => {
  const times = loadTimes();
  for (const ms of [0, -1, Number.NaN]) times.record('ollama/a', ms);
  assert.equal(times.estimate('ollama/a'), null);
});
