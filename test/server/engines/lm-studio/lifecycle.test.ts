import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lmStudioLifecycle } from '../../../../server/engines/lm-studio/lifecycle.ts';
import type { EngineProgress } from '../../../../server/engines/local-engine.ts';
import {
  closeAfterTests,
  nativeApiAt,
  neverAborted,
  summarizeProgress,
  until,
} from '../../../support/local-engines/connect.ts';
import { isRumboError } from '../../../support/local-engines/is-rumbo-error.ts';
import { fakeStudio } from '../../../support/local-engines/lm-studio.ts';

const start = async (...args: Parameters<typeof fakeStudio>) => {
  const fake = closeAfterTests(await fakeStudio(...args));
  return { fake, models: lmStudioLifecycle(nativeApiAt('lm-studio', `${fake.baseUrl}/v1`), 'LM Studio', 5) };
};

test('lists models on disk and loaded instances together', async () => {
  const { fake, models } = await start({}, { 'qwen/a': 1_000, 'qwen/b': 2_000 });
  fake.instances.set('qwen/b', 'qwen/b');
  assert.deepEqual(await models.list(neverAborted()), [
    { name: 'qwen/a', state: 'on-disk', sizeBytes: 1_000 },
    { name: 'qwen/b', state: 'loaded', sizeBytes: 2_000 },
  ]);
});

test('a load reports its duration', async () => {
  const { fake, models } = await start({}, { 'qwen/a': 1_000 });
  assert.equal(await models.load('qwen/a', {}, () => {}, neverAborted()), 9_099);
  assert.equal(fake.instances.size, 1);
});

test('unloading frees every instance of the model and no other', async () => {
  const { fake, models } = await start({}, { 'qwen/a': 1_000, 'qwen/b': 1 });
  for (const [id, key] of [
    ['qwen/a', 'qwen/a'],
    ['qwen/a:2', 'qwen/a'],
    ['qwen/b', 'qwen/b'],
  ] as const)
    fake.instances.set(id, key);
  await models.unload('Qwen/A', neverAborted());
  assert.deepEqual([...fake.instances.keys()], ['qwen/b']);
});

test('a download is polled until it is complete', async () => {
  const { fake, models } = await start({ 'qwen/a': ['qwen/a', 2_000] });
  fake.network.allow(1);
  const steps: EngineProgress[] = [];
  const pulling = models.pull('qwen/a', (step) => steps.push(step), neverAborted());
  await until(() => summarizeProgress(steps).includes('downloading 1000/2000'));
  fake.network.allow(Number.POSITIVE_INFINITY);
  await pulling;
  assert.equal(fake.disk.get('qwen/a'), 2_000);
  await models.pull('qwen/a', () => assert.ok(true), neverAborted());
});

test('waits for a download that the user pauses; rejects when it fails', async () => {
  const { fake, models } = await start({ 'qwen/a': ['qwen/a', 2_000] });
  fake.network.allow(1);
  const steps: EngineProgress[] = [];
  const pulling = models.pull('qwen/a', (step) => steps.push(step), neverAborted());
  await until(() => fake.jobs.size === 1);
  const [job] = fake.jobs.values();
  assert.ok(job);
  job.status = 'paused';
  await until(() => steps.at(-1)?.stage === 'paused');
  job.status = 'failed';
  await assert.rejects(pulling, isRumboError('interrupted', /could not fetch “qwen\/a”/));
});

test('cancelling ends the wait at once, while the download continues', async () => {
  const { fake, models } = await start({ 'qwen/a': ['qwen/a', 2_000] });
  fake.network.allow(1);
  const stop = new AbortController();
  const pulling = models.pull('qwen/a', () => {}, stop.signal);
  await until(() => fake.requests.length > 2);
  stop.abort();
  await assert.rejects(pulling, isRumboError('cancelled', /cancelled/));
  const before = fake.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(fake.requests.length, before);
  assert.equal(models.canCancelPull, false);
});

test('reports a model that the catalogue does not have', async () => {
  const { models } = await start();
  await assert.rejects(
    models.pull('unknown/none', () => {}, neverAborted()),
    isRumboError('model-not-found', /“unknown\/none”/),
  );
});

test('reports an outdated version, although it answers 200', async () => {
  const { fake, models } = await start();
  fake.old = true;
  await assert.rejects(models.list(neverAborted()), isRumboError('bad-response', /LM Studio/, /0\.4/));
  await assert.rejects(
    models.pull('qwen/a', () => {}, neverAborted()),
    isRumboError('bad-response', /LM Studio/),
  );
});
