/** What a client may request of providers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerRequests } from '../../../server/rpc/provider-requests.ts';
import type { Model } from '../../../shared/models.ts';

const models = [
  { id: 'a/one', provider: 'a' },
  { id: 'b/two', provider: 'b' },
] as unknown as Model[];

function requests() {
  const calls: string[] = [];
  const provider = {
    reset: () => void calls.push('reset'),
    async test() {
      calls.push('test');
      return 3;
    },
  };
  const { listModels, testProvider } = providerRequests({
    get: (name) => (name === 'a' ? provider : undefined),
    models: () => models,
    async refresh(name) {
      calls.push(`refresh ${name}`);
    },
  });
  return { listModels, testProvider, calls };
}

test('models are listed from memory unless a refresh is requested', async () => {
  const { listModels, calls } = requests();
  assert.deepEqual(await listModels({}), models);
  assert.deepEqual(await listModels({ provider: 'a' }), [models[0]]);
  assert.deepEqual(calls, []);
  await listModels({ provider: 'a', refresh: true });
  await listModels({ refresh: true });
  assert.deepEqual(calls, ['refresh a', 'refresh undefined']);
});

test('a test of a provider is a fresh start', async () => {
  const { testProvider, calls } = requests();
  assert.equal(await testProvider('a'), 3);
  assert.deepEqual(calls, ['reset', 'test']);
});

test('a provider that does not exist is rejected by its name', async () => {
  const { listModels, testProvider } = requests();
  await assert.rejects(listModels({ provider: 'c' }), /There is no provider "c"/);
  await assert.rejects(testProvider('c'), /There is no provider "c"/);
});
