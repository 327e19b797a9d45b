import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryLoader } from '../../../../server/models/loaders/registry.ts';
import { toServedModels } from '../../../../server/models/model-set.ts';
import type { MergedFacts } from '../../../../server/registry/merged-facts.ts';

const signal = new AbortController().signal;
const nothingKnown: MergedFacts = {
  price: null,
  contextTokens: null,
  maxOutputTokens: null,
  tier: null,
  abilities: { tools: null, vision: null },
  reasoning: null,
  fill: null,
  embeds: null,
  provenance: {},
};

test('reports prices and limits of services, but not what a local engine allocates', async () => {
  const price = { input: 1, output: 2 };
  const loader = registryLoader({
    lookUp: () => ({
      ...nothingKnown,
      price,
      contextTokens: 1000,
      embeds: false,
      abilities: { tools: true, vision: null },
    }),
  });
  const local = toServedModels({ provider: 'ollama', kind: 'ollama', source: 'local' }, [
    { name: 'a' },
    { name: 'b:cloud', remote: true },
  ]);
  const found = await loader.load(local, signal);
  assert.deepEqual(found.get('ollama/a'), {
    chat: true,
    embedding: false,
    tools: true,
    trainedContextTokens: 1000,
    price: { input: 0, output: 0 },
  });
  const remote = found.get('ollama/b:cloud');
  assert.deepEqual([remote?.contextTokens, remote?.price], [1000, price]);
  const unknown = await registryLoader({ lookUp: () => nothingKnown }).load(
    toServedModels({ provider: 'openai', kind: 'openai', source: 'api' }, [{ name: 'x' }]),
    signal,
  );
  assert.deepEqual(unknown.get('openai/x'), {});
});
