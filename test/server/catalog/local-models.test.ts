import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localModels } from '../../../server/catalog/local-models.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { type FakeProvider, fakeLifecycle, fakeProvider, fakeProviders, statusNamed } from './fakes.ts';

const signal = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function catalogOf(providers: FakeProvider[], keepAliveMinutes: number | null = null) {
  const counts = { changes: 0 };
  const local = localModels({
    providers: fakeProviders(...providers),
    settings: () => ({ ...defaultSettings, 'local.keepAliveMinutes': keepAliveMinutes }),
    env: {},
    storagePath: undefined,
    onChanged: () => {
      counts.changes += 1;
    },
    now: () => 0,
  });
  return { local, counts };
}
function withEngine(models: LocalModel[], keepAliveMinutes?: number | null) {
  const engine = fakeLifecycle(models);
  const provider = fakeProvider('lab', { lifecycle: engine.lifecycle });
  return { ...engine, provider, ...catalogOf([provider], keepAliveMinutes) };
}

test('a list that has arrived brings the states of the engine’s models', async () => {
  const { local, counts } = withEngine([{ name: 'a', state: 'on-disk', sizeBytes: 7 }]);
  assert.deepEqual(local.withLocalModels(statusNamed('lab')).local, []);
  local.onModelsListed('lab');
  await settled();
  assert.deepEqual(local.withLocalModels(statusNamed('lab')).local, [
    { name: 'a', state: 'on-disk', sizeBytes: 7 },
  ]);
  assert.ok(counts.changes > 0);
});

test('the status of a provider that cannot be managed has no local models', () => {
  const { lifecycle } = fakeLifecycle([]);
  const { local } = catalogOf([
    fakeProvider('plain'),
    fakeProvider('off', { lifecycle, enabled: false }),
    fakeProvider('cloud', { kind: 'openai' }),
  ]);
  for (const name of ['plain', 'off', 'cloud', 'unknown'])
    assert.equal(local.withLocalModels(statusNamed(name)).local, undefined, name);
});

test('a model that is on the disk alone is being loaded for its request, until the engine says otherwise', async () => {
  const { local, calls } = withEngine([
    { name: 'cold', state: 'on-disk' },
    { name: 'warm', state: 'loaded' },
  ]);
  assert.equal(local.isLoading('lab/cold'), false, 'not reported yet');
  local.onModelsListed('lab');
  await settled();
  const before = calls.length;
  assert.deepEqual([local.isLoading('lab/warm'), local.isLoading('lab/other')], [false, false]);
  assert.equal(calls.length, before);
  assert.equal(local.isLoading('lab/cold'), true);
  await settled();
  assert.ok(calls.length > before, 'the engine is asked again');
});

test('a request to a cold model asks the engine again, one to a loaded model does not', async () => {
  const { local, calls } = withEngine([
    { name: 'cold', state: 'on-disk' },
    { name: 'warm', state: 'loaded' },
  ]);
  local.onModelsListed('lab');
  await settled();
  local.onModelUsed('lab', 'warm');
  local.onModelUsed('lab', 'unknown');
  assert.equal(calls.length, 1);
  local.onModelUsed('lab', 'cold');
  assert.equal(calls.length, 2);
});

test('a model is in the provider’s list when it has been made ready', async () => {
  const { local, provider } = withEngine([{ name: 'a', state: 'on-disk' }]);
  provider.next = [{ name: 'other' }];
  const refresh = provider.refresh;
  provider.refresh = async () => {
    // The first refresh joins a request that began before the model existed.
    if (provider.refreshes === 1) provider.next = [{ name: 'other' }, { name: 'a' }];
    await refresh();
  };
  const result = await local.ensure('lab/a', () => {}, signal);
  assert.deepEqual(result, { model: 'lab/a', outcome: 'loaded', loadMs: 100 });
  assert.equal(provider.refreshes, 2);
  await local.ensure('lab/a', () => {}, signal);
  assert.equal(provider.refreshes, 2, 'it is listed already');
});

test('the keep-alive setting reaches the engine in seconds', async () => {
  for (const [minutes, seconds] of [
    [null, undefined],
    [5, 300],
    [0, 0],
    [-1, -1],
  ] as const) {
    const { local, calls } = withEngine([{ name: 'a', state: 'on-disk' }], minutes);
    await local.ensure('lab/a', () => {}, signal);
    assert.ok(calls.includes(`load a ${seconds}`), `${calls}`);
  }
});

test('an absent model is pulled, then loaded; unloading frees it', async () => {
  const { local, calls } = withEngine([]);
  assert.equal((await local.ensure('lab/new', () => {}, signal)).outcome, 'pulled');
  await local.unload('lab/new', signal);
  assert.deepEqual(
    calls.filter((call) => call !== 'list'),
    ['pull new', 'load new undefined', 'unload new'],
  );
  assert.deepEqual(local.withLocalModels(statusNamed('lab')).local, [{ name: 'new', state: 'on-disk' }]);
});

test('a loaded model has no cold start, and one on disk the time of its last load', async () => {
  const { local } = withEngine([{ name: 'a', state: 'on-disk' }]);
  await local.ensure('lab/a', () => {}, signal);
  assert.deepEqual([...local.coldStarts()], []);
  await local.unload('lab/a', signal);
  assert.deepEqual([...local.coldStarts()], [['lab/a', 100]]);
});

test('recommends local models by use, larger ones first where quality matters', async () => {
  const { local, provider } = withEngine([
    { name: 'small', state: 'on-disk', sizeBytes: 1 },
    { name: 'large', state: 'on-disk', sizeBytes: 2 },
  ]);
  provider.modelList = [{ name: 'small' }, { name: 'large' }];
  local.onModelsListed('lab');
  await settled();
  assert.deepEqual(local.recommendedLocal('general'), ['lab/large', 'lab/small']);
  assert.deepEqual(local.recommendedLocal('simple'), ['lab/small', 'lab/large']);
  provider.modelList = [{ name: 'small' }];
  assert.deepEqual(local.recommendedLocal('general'), ['lab/small'], 'when the models have changed');
});

test('a failing engine does not reject', async () => {
  const { lifecycle } = fakeLifecycle([]);
  const provider = fakeProvider('lab', {
    lifecycle: { ...lifecycle, list: () => Promise.reject(new Error('down')) },
  });
  const { local } = catalogOf([provider]);
  local.onModelsListed('lab');
  await settled();
  assert.deepEqual(local.withLocalModels(statusNamed('lab')).local, []);
});
