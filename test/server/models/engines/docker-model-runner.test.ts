import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesIn,
  canonicalName,
  dockerLifecycle,
} from '../../../../server/models/engines/docker-model-runner.ts';
import type { EngineProgress } from '../../../../server/models/local-engine.ts';
import { fakeDocker } from '../../../support/local-engines/docker-model-runner.ts';
import {
  closeAfterTests,
  connectionTo,
  neverAborted,
  summarizeProgress,
  until,
} from '../../../support/local-engines/engine.ts';
import { failing } from '../../../support/local-engines/failing.ts';

const smollm = [
  ['sha256:weights', 3_000],
  ['sha256:licence', 500],
] as const;
const started = async (...args: Parameters<typeof fakeDocker>) => {
  const fake = closeAfterTests(await fakeDocker(...args));
  return { fake, models: dockerLifecycle(connectionTo('docker-model-runner', `${fake.baseUrl}/engines`)) };
};

test('models and runners are one list, whatever name a runner was asked for by', async () => {
  const { fake, models } = await started(
    {},
    { 'ai/a:latest': '256.35 MiB', 'ai/b:7B': '1.78GB', 'ai/c:latest': '1GB' },
  );
  fake.runners.set('a', {});
  fake.runners.set('ai/c', { loading: true });
  assert.deepEqual(await models.list(neverAborted()), [
    { name: 'ai/a:latest', state: 'loaded', sizeBytes: 268_802_458 },
    { name: 'ai/b:7B', state: 'on-disk', sizeBytes: 1_780_000_000 },
    { name: 'ai/c:latest', state: 'loading', sizeBytes: 1_000_000_000 },
  ]);
});

test('its models are found beside the engines, however the address is written', async () => {
  const { fake } = await started({}, { 'ai/a:latest': '1GB' });
  for (const path of ['', '/', '/engines', '/engines/v1', '/engines/llama.cpp/v1', '/engines/llama.cpp']) {
    const models = dockerLifecycle(connectionTo('docker-model-runner', `${fake.baseUrl}${path}`));
    assert.equal((await models.list(neverAborted())).length, 1, path);
  }
});

test('names mean what Docker’s own tools mean by them', () => {
  assert.equal(canonicalName('smollm2'), 'ai/smollm2:latest');
  assert.equal(canonicalName('docker.io/ai/SmolLM2'), 'ai/smollm2:latest');
  assert.equal(canonicalName('ai/gemma3-qat:12B-Q4_K_M'), 'ai/gemma3-qat:12B-Q4_K_M');
  assert.equal(canonicalName('hf.co/x/Y-GGUF:Q4_K_M'), 'huggingface.co/x/y-gguf:Q4_K_M');
  assert.equal(canonicalName('localhost:5000/a/b'), 'localhost:5000/a/b:latest');
  assert.equal(canonicalName('sha256:abc'), 'sha256:abc');
});

test('sizes are read in either unit', () => {
  assert.equal(bytesIn('1.5 KiB'), 1_536);
  assert.equal(bytesIn('2GB'), 2_000_000_000);
  for (const none of [undefined, '', 'much', '12', '-1 GB']) assert.equal(bytesIn(none), undefined);
});

test('loading asks for nothing to be said', async () => {
  const { fake, models } = await started({}, { 'ai/a:latest': '1GB', 'ai/nomic-embed:latest': '1GB' });
  await models.load('ai/a:latest', {}, () => {}, neverAborted());
  const last = fake.requests.at(-1);
  assert.equal(last?.path, '/engines/v1/chat/completions');
  assert.equal(last?.headers['x-preload-only'], 'true');
  assert.deepEqual([...fake.runners.keys()], ['ai/a:latest']);
  await models.load('ai/nomic-embed:latest', {}, () => {}, neverAborted());
  assert.equal(fake.requests.at(-1)?.path, '/engines/v1/embeddings');
});

test('how long it stays is set without losing what the user had set', async () => {
  const { fake, models } = await started({}, { 'ai/a:latest': '1GB' });
  fake.configured.set('ai/a:latest', { 'context-size': 8_192 });
  await models.load('ai/a:latest', { keepAliveSeconds: 600 }, () => {}, neverAborted());
  assert.deepEqual(fake.configured.get('ai/a:latest'), { 'context-size': 8_192, keep_alive: '600s' });
  const asked = fake.requests.length;
  await models.load('ai/a:latest', { keepAliveSeconds: 600 }, () => {}, neverAborted());
  assert.equal(fake.requests.length, asked + 2, 'it is not set again, which would unload the model');
  await models.load('ai/a:latest', { keepAliveSeconds: -1 }, () => {}, neverAborted());
  assert.equal(fake.configured.get('ai/a:latest')?.['keep_alive'], '-1');
});

test('a model that is not there cannot be loaded', async () => {
  const { models } = await started();
  await assert.rejects(
    models.load('ai/none', {}, () => {}, neverAborted()),
    failing('model-not-found', /does not have this model/),
  );
});

test('unloading frees the memory, and says so when somebody is being answered', async () => {
  const { fake, models } = await started({}, { 'ai/a:latest': '1GB' });
  fake.runners.set('ai/a', {});
  await models.unload('ai/a:latest', neverAborted());
  assert.equal(fake.runners.size, 0);
  await models.unload('ai/a:latest', neverAborted());
  fake.runners.set('ai/a', { inUse: true });
  await assert.rejects(
    models.unload('ai/a:latest', neverAborted()),
    failing('overloaded', /stays in memory/),
  );
});

test('a pull asks for JSON exactly and tells the sum of its layers', async () => {
  const { fake, models } = await started({ 'ai/smollm3:latest': smollm });
  const steps: EngineProgress[] = [];
  await models.pull('ai/smollm3', (step) => steps.push(step), neverAborted());
  assert.equal(fake.requests.at(-1)?.headers['accept'], 'application/json');
  assert.deepEqual(summarizeProgress(steps), [
    'waiting',
    'downloading 1000/3500',
    'downloading 2000/3500',
    'downloading 3000/3500',
    'verifying 3500/3500',
  ]);
});

test('progress with its quotes escaped for HTML is read all the same', async () => {
  const { fake, models } = await started({ 'ai/smollm3:latest': smollm });
  fake.escapes = true;
  const steps: EngineProgress[] = [];
  await models.pull('ai/smollm3', (step) => steps.push(step), neverAborted());
  assert.equal(summarizeProgress(steps).at(-1), 'verifying 3500/3500');
});

test('refusals in plain text are told in words a user can use', async () => {
  const { fake, models } = await started({ 'ai/smollm3:latest': smollm });
  const pulled = (name: string) => models.pull(name, () => {}, neverAborted());
  // Docker’s registry says “Unauthorized” of whatever does not exist.
  await assert.rejects(
    pulled('ai/none'),
    failing('model-not-found', /“ai\/none”: its registry does not have/),
  );
  fake.refusals.set('ai/smollm3:latest', [422, 'config type "x" is unknown']);
  await assert.rejects(
    pulled('ai/smollm3'),
    failing('invalid-request', /this version of the engine/, /Update/),
  );
  fake.refusals.set('ai/smollm3:latest', [500, 'error while pulling model: dial tcp: i/o timeout']);
  await assert.rejects(pulled('ai/smollm3'), failing('unreachable', /registry/));
  fake.refusals.set('ai/smollm3:latest', [503, 'service unavailable']);
  await assert.rejects(pulled('ai/smollm3'), failing('interrupted', /service unavailable/));
});

test('what fails after the first byte is a failure, as JSON or as a line of text', async () => {
  const { fake, models } = await started({
    'ai/smollm3:latest': smollm,
    'ai/other:latest': [['sha256:o', 1_000]],
    'ai/third:latest': [['sha256:t', 1_000]],
  });
  fake.fault = { message: 'Error: writing layer: no space left on device' };
  await assert.rejects(
    models.pull('ai/smollm3', () => {}, neverAborted()),
    failing('invalid-request', /disk is full/),
  );
  fake.fault = {};
  await assert.rejects(
    models.pull('ai/third', () => {}, neverAborted()),
    failing('interrupted', /broke off/),
  );
  fake.fault = { text: 'error while pulling model: unexpected EOF' };
  await assert.rejects(
    models.pull('ai/other', () => {}, neverAborted()),
    failing('unreachable', /registry/),
  );
});

test('cancelling while the stay is being set cancels the load', async () => {
  const { models } = await started({}, { 'ai/a:latest': '1GB' });
  await assert.rejects(
    models.load('ai/a:latest', { keepAliveSeconds: 600 }, () => {}, AbortSignal.abort()),
    failing('cancelled', /cancelled/),
  );
});

test('cancelling a pull closes the socket; pulling again keeps what has arrived', async () => {
  const { fake, models } = await started({ 'ai/smollm3:latest': smollm });
  fake.network.allow(1);
  const stop = new AbortController();
  const pulling = models.pull('ai/smollm3', () => {}, stop.signal);
  await until(() => fake.network.onDisk.get('sha256:weights') === 1_000);
  stop.abort();
  await assert.rejects(pulling, failing('cancelled', /cancelled/));
  await until(() => fake.requests.at(-1)?.gone.aborted === true);
  fake.network.allow(Number.POSITIVE_INFINITY);
  const steps: EngineProgress[] = [];
  await models.pull('ai/smollm3', (step) => steps.push(step), neverAborted());
  assert.equal(summarizeProgress(steps)[1], 'downloading 2000/3500');
});
