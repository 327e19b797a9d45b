import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineProgress } from '../../../../server/engines/local-engine.ts';
import { isSameModelName } from '../../../../server/engines/model-names.ts';
import { ollamaLifecycle } from '../../../../server/engines/ollama/lifecycle.ts';
import {
  closeAfterTests,
  nativeApiAt,
  neverAborted,
  summarizeProgress,
  until,
} from '../../../support/local-engines/connect.ts';
import { isRumboError } from '../../../support/local-engines/is-rumbo-error.ts';
import { fakeOllamaModels } from '../../../support/local-engines/ollama.ts';

const coder = [
  ['sha256:aaaaaaaaaaaaaaaa', 4_000],
  ['sha256:bbbbbbbbbbbbbbbb', 500],
] as const;
const start = async (...args: Parameters<typeof fakeOllamaModels>) => {
  const fake = closeAfterTests(await fakeOllamaModels(...args));
  return { fake, models: ollamaLifecycle(nativeApiAt('ollama', fake.baseUrl), 'Ollama') };
};
test('lists models on disk and in memory together, with sizes and the time of unloading', async () => {
  const { fake, models } = await start({}, { 'a:latest': 1_000, 'b:7b': 5_000, 'kimi:1t-cloud': 1 });
  fake.memory.set('b:7b', undefined);
  assert.deepEqual(await models.list(neverAborted()), [
    { name: 'a:latest', state: 'on-disk', sizeBytes: 1_000 },
    { name: 'b:7b', state: 'loaded', sizeBytes: 5_000, memoryBytes: 6_000, until: '2026-11-21T12:05:00Z' },
  ]);
});

test('a name without a tag means latest, and the registry’s default folder is optional', async () => {
  const { models } = await start();
  for (const name of ['a', 'a:latest', 'library/a', 'registry.ollama.ai/library/a:latest'])
    assert.ok(isSameModelName(models.names, 'a:latest', name), name);
  assert.ok(!isSameModelName(models.names, 'a:latest', 'a:7b'));
  assert.ok(isSameModelName(models.names, 'hf.co/x/y:Q4_K_M', 'hf.co/x/y:Q4_K_M'));
});

test('loading is an empty request with the keep-alive that is set', async () => {
  const { fake, models } = await start({}, { 'a:latest': 1_000 });
  await models.load('a:latest', { keepAliveSeconds: 1_800 }, () => {}, neverAborted());
  assert.deepEqual([...fake.memory], [['a:latest', 1_800]]);
  assert.equal(fake.requests.at(-1)?.body['prompt'], undefined);
  await models.load('a:latest', {}, () => {}, neverAborted());
  assert.ok(!('keep_alive' in (fake.requests.at(-1)?.body ?? {})), 'absent: Ollama’s own setting');
});

test('loads an embedding model with an embedding request', async () => {
  const { fake, models } = await start({}, { 'nomic-embed-text:latest': 1_000 });
  await models.load('nomic-embed-text', {}, () => {}, neverAborted());
  assert.deepEqual([...fake.memory.keys()], ['nomic-embed-text:latest']);
});

test('unloading frees the memory at once', async () => {
  const { fake, models } = await start({}, { 'a:latest': 1_000 });
  fake.memory.set('a:latest', 300);
  await models.unload('a:latest', neverAborted());
  assert.equal(fake.memory.size, 0);
});

test('a pull reports the sum of all layers, later ones included', async () => {
  const { fake, models } = await start({ 'coder:7b': coder });
  const steps: EngineProgress[] = [];
  await models.pull('coder:7b', (step) => steps.push(step), neverAborted());
  assert.deepEqual(summarizeProgress(steps), [
    'waiting',
    'downloading 0/4000',
    'downloading 1000/4000',
    'downloading 2000/4000',
    'downloading 3000/4000',
    'downloading 4000/4000',
    'downloading 4000/4500',
    'downloading 4500/4500',
    'verifying 4500/4500',
  ]);
  assert.deepEqual([...fake.disk], [['coder:7b', 4_500]]);
});

test('an error inside a 200 becomes a sentence with an action', async () => {
  const { fake, models } = await start({ 'coder:7b': coder });
  const pulled = (name: string) => models.pull(name, () => {}, neverAborted());
  await assert.rejects(
    pulled('unknown'),
    isRumboError('model-not-found', /^Ollama could not fetch “unknown”/),
  );
  fake.pullErrors.set('coder:7b', 'write /models/blobs/x-partial: no space left on device');
  await assert.rejects(pulled('coder:7b'), isRumboError('invalid-request', /the disk is full/));
  fake.pullErrors.set(
    'coder:7b',
    'pull model manifest: Get "https://registry.ollama.ai/v2/": dial tcp: lookup: no such host',
  );
  await assert.rejects(pulled('coder:7b'), isRumboError('unreachable', /could not reach its registry/));
  fake.pullErrors.set('coder:7b', 'max retries exceeded: unexpected EOF');
  await assert.rejects(pulled('coder:7b'), isRumboError('unreachable', /registry/));
  fake.pullErrors.set('coder:7b', 'the dog ate it');
  await assert.rejects(pulled('coder:7b'), isRumboError('interrupted', /: the dog ate it$/));
});

test('a download that ends without “success” was interrupted', async () => {
  const { fake, models } = await start({ 'coder:7b': coder });
  fake.breakAfterLines = 4;
  await assert.rejects(
    models.pull('coder:7b', () => {}, neverAborted()),
    isRumboError('interrupted', /broke off/),
  );
});

test('cancelling a pull closes the socket; the next pull resumes it', async () => {
  const { fake, models } = await start({ 'coder:7b': coder });
  fake.network.allow(2);
  const stop = new AbortController();
  const pulling = models.pull('coder:7b', () => {}, stop.signal);
  await until(() => fake.network.onDisk.get(coder[0][0]) === 2_000);
  stop.abort();
  await assert.rejects(pulling, isRumboError('cancelled', /cancelled/));
  await until(() => fake.requests.at(-1)?.signal.aborted === true);

  fake.network.allow(Number.POSITIVE_INFINITY);
  const steps: EngineProgress[] = [];
  await models.pull('coder:7b', (step) => steps.push(step), neverAborted());
  assert.equal(summarizeProgress(steps)[1], 'downloading 2000/4000');
  assert.equal(steps.find(({ resumedBytes }) => resumedBytes !== undefined)?.resumedBytes, 2_000);
});

test('a cloud model is not pulled', async () => {
  const { fake, models } = await start();
  await assert.rejects(
    models.pull('kimi-k2:1t-cloud', () => {}, neverAborted()),
    isRumboError('invalid-request', /servers/),
  );
  assert.equal(fake.requests.length, 0);
});

test('reports an engine that does not run as unreachable', async () => {
  const models = ollamaLifecycle(nativeApiAt('ollama', 'http://127.0.0.1:9'), 'Ollama');
  await assert.rejects(models.list(neverAborted()), isRumboError('unreachable', /127\.0\.0\.1:9/));
});
