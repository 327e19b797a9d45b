import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dockerLifecycle } from '../../../../server/engines/docker-model-runner/lifecycle.ts';
import { dockerModelNames } from '../../../../server/engines/docker-model-runner/model-names.ts';
import type { EngineProgress } from '../../../../server/engines/local-engine.ts';
import {
  closeAfterTests,
  nativeApiAt,
  neverAborted,
  summarizeProgress,
  until,
} from '../../../support/local-engines/connect.ts';
import { fakeDocker } from '../../../support/local-engines/docker-model-runner.ts';
import { isRumboError } from '../../../support/local-engines/is-rumbo-error.ts';

const smollm = [
  ['sha256:weights', 3_000],
  ['sha256:licence', 500],
] as const;
const start = async (...args: Parameters<typeof fakeDocker>) => {
  const fake = closeAfterTests(await fakeDocker(...args));
  return {
    fake,
    models: dockerLifecycle(
      nativeApiAt('docker-model-runner', `${fake.baseUrl}/engines`),
      'Docker Model Runner',
    ),
  };
};

test('lists models and runners together, whatever name a runner was requested by', async () => {
  const { fake, models } = await start(
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

test('finds the models beside the engines, however the address is written', async () => {
  const { fake } = await start({}, { 'ai/a:latest': '1GB' });
  for (const path of ['', '/', '/engines', '/engines/v1', '/engines/llama.cpp/v1', '/engines/llama.cpp']) {
    const models = dockerLifecycle(
      nativeApiAt('docker-model-runner', `${fake.baseUrl}${path}`),
      'Docker Model Runner',
    );
    assert.equal((await models.list(neverAborted())).length, 1, path);
  }
});

test('canonical names equal those of Docker’s own tools', () => {
  assert.equal(dockerModelNames.canonical('smollm2'), 'ai/smollm2:latest');
  assert.equal(dockerModelNames.canonical('docker.io/ai/SmolLM2'), 'ai/smollm2:latest');
  assert.equal(dockerModelNames.canonical('ai/gemma3-qat:12B-Q4_K_M'), 'ai/gemma3-qat:12B-Q4_K_M');
  assert.equal(dockerModelNames.canonical('hf.co/x/Y-GGUF:Q4_K_M'), 'huggingface.co/x/y-gguf:Q4_K_M');
  assert.equal(dockerModelNames.canonical('localhost:5000/a/b'), 'localhost:5000/a/b:latest');
  assert.equal(dockerModelNames.canonical('sha256:abc'), 'sha256:abc');
});

test('loading requests no output', async () => {
  const { fake, models } = await start({}, { 'ai/a:latest': '1GB', 'ai/nomic-embed:latest': '1GB' });
  await models.load('ai/a:latest', {}, () => {}, neverAborted());
  const last = fake.requests.at(-1);
  assert.equal(last?.path, '/engines/v1/chat/completions');
  assert.equal(last?.headers['x-preload-only'], 'true');
  assert.deepEqual([...fake.runners.keys()], ['ai/a:latest']);
  await models.load('ai/nomic-embed:latest', {}, () => {}, neverAborted());
  assert.equal(fake.requests.at(-1)?.path, '/engines/v1/embeddings');
});

test('setting the keep-alive keeps the user’s other configuration', async () => {
  const { fake, models } = await start({}, { 'ai/a:latest': '1GB' });
  fake.configured.set('ai/a:latest', { 'context-size': 8_192 });
  await models.load('ai/a:latest', { keepAliveSeconds: 600 }, () => {}, neverAborted());
  assert.deepEqual(fake.configured.get('ai/a:latest'), { 'context-size': 8_192, keep_alive: '600s' });
  const before = fake.requests.length;
  await models.load('ai/a:latest', { keepAliveSeconds: 600 }, () => {}, neverAborted());
  assert.equal(
    fake.requests.length,
    before + 2,
    'an unchanged value is not sent again, which would unload the model',
  );
  await models.load('ai/a:latest', { keepAliveSeconds: -1 }, () => {}, neverAborted());
  assert.equal(fake.configured.get('ai/a:latest')?.['keep_alive'], '-1');
});

test('an absent model cannot be loaded', async () => {
  const { models } = await start();
  await assert.rejects(
    models.load('ai/none', {}, () => {}, neverAborted()),
    isRumboError('model-not-found', /does not have this model/),
  );
});

test('unloading frees the memory, and reports a model that is in use', async () => {
  const { fake, models } = await start({}, { 'ai/a:latest': '1GB' });
  fake.runners.set('ai/a', {});
  await models.unload('ai/a:latest', neverAborted());
  assert.equal(fake.runners.size, 0);
  await models.unload('ai/a:latest', neverAborted());
  fake.runners.set('ai/a', { inUse: true });
  await assert.rejects(
    models.unload('ai/a:latest', neverAborted()),
    isRumboError('overloaded', /is in use and cannot be unloaded/),
  );
});

test('a pull requests JSON exactly and reports the sum of its layers', async () => {
  const { fake, models } = await start({ 'ai/smollm3:latest': smollm });
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

test('progress with HTML-escaped quotes is parsed', async () => {
  const { fake, models } = await start({ 'ai/smollm3:latest': smollm });
  fake.escapes = true;
  const steps: EngineProgress[] = [];
  await models.pull('ai/smollm3', (step) => steps.push(step), neverAborted());
  assert.equal(summarizeProgress(steps).at(-1), 'verifying 3500/3500');
});

test('errors in plain text become sentences with an action', async () => {
  const { fake, models } = await start({ 'ai/smollm3:latest': smollm });
  const pulled = (name: string) => models.pull(name, () => {}, neverAborted());
  // Docker’s registry answers “Unauthorized” for a model that does not exist.
  await assert.rejects(
    pulled('ai/none'),
    isRumboError('model-not-found', /“ai\/none”: its registry does not have/),
  );
  fake.pullErrors.set('ai/smollm3:latest', [422, 'config type "x" is unknown']);
  await assert.rejects(
    pulled('ai/smollm3'),
    isRumboError('invalid-request', /this version of the engine/, /Update/),
  );
  fake.pullErrors.set('ai/smollm3:latest', [500, 'error while pulling model: dial tcp: i/o timeout']);
  await assert.rejects(pulled('ai/smollm3'), isRumboError('unreachable', /registry/));
  fake.pullErrors.set('ai/smollm3:latest', [503, 'service unavailable']);
  await assert.rejects(pulled('ai/smollm3'), isRumboError('interrupted', /service unavailable/));
});

test('reports a failure after the first byte, as JSON or as a line of text', async () => {
  const { fake, models } = await start({
    'ai/smollm3:latest': smollm,
    'ai/other:latest': [['sha256:o', 1_000]],
    'ai/third:latest': [['sha256:t', 1_000]],
  });
  fake.fault = { message: 'Error: writing layer: no space left on device' };
  await assert.rejects(
    models.pull('ai/smollm3', () => {}, neverAborted()),
    isRumboError('invalid-request', /disk is full/),
  );
  fake.fault = {};
  await assert.rejects(
    models.pull('ai/third', () => {}, neverAborted()),
    isRumboError('interrupted', /broke off/),
  );
  fake.fault = { text: 'error while pulling model: unexpected EOF' };
  await assert.rejects(
    models.pull('ai/other', () => {}, neverAborted()),
    isRumboError('unreachable', /registry/),
  );
});

test('cancelling while the keep-alive is being set cancels the load', async () => {
  const { models } = await start({}, { 'ai/a:latest': '1GB' });
  await assert.rejects(
    models.load('ai/a:latest', { keepAliveSeconds: 600 }, () => {}, AbortSignal.abort()),
    isRumboError('cancelled', /cancelled/),
  );
});

test('cancelling a pull closes the socket; the next pull resumes it', async () => {
  const { fake, models } = await start({ 'ai/smollm3:latest': smollm });
  fake.network.allow(1);
  const stop = new AbortController();
  const pulling = models.pull('ai/smollm3', () => {}, stop.signal);
  await until(() => fake.network.onDisk.get('sha256:weights') === 1_000);
  stop.abort();
  await assert.rejects(pulling, isRumboError('cancelled', /cancelled/));
  await until(() => fake.requests.at(-1)?.signal.aborted === true);
  fake.network.allow(Number.POSITIVE_INFINITY);
  const steps: EngineProgress[] = [];
  await models.pull('ai/smollm3', (step) => steps.push(step), neverAborted());
  assert.equal(summarizeProgress(steps)[1], 'downloading 2000/3500');
});
