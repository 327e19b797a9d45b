import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineDetails, NativeApi } from '../../../../server/engines/local-engine.ts';
import { engineLoader, toListedModel } from '../../../../server/models/loaders/engine.ts';
import { toServedModels } from '../../../../server/models/model-set.ts';

const signal = new AbortController().signal;
const api: NativeApi = {
  json: () => assert.fail('no request'),
  lines: () => assert.fail('no request'),
};
const details: EngineDetails = {
  list: async () => [],
  describe: async (_api, { name }) => {
    if (name === 'broken') throw new Error('broken');
    return { chat: true, summary: name };
  },
};
const definitions = [{ kind: 'lab', details }, { kind: 'plain' }];
const models = (kind: string, ...names: string[]) =>
  toServedModels(
    { provider: kind, kind, source: 'local' },
    names.map((name) => ({ name })),
  );

test('describes each model through its engine; a failure concerns that model only', async () => {
  const loader = engineLoader(definitions, () => api);
  const facts = await loader.load(models('lab', 'a', 'broken', 'b', 'c', 'd', 'e'), signal);
  assert.deepEqual(
    [...facts].map(([id, { summary }]) => [id, summary]),
    ['a', 'b', 'c', 'd', 'e'].map((name) => [`lab/${name}`, name]),
  );
});

test('applies to models that their engine can describe now, without loading them', () => {
  const loader = engineLoader(definitions, (provider) => (provider === 'off' ? undefined : api));
  const [model] = models('lab', 'a');
  assert.ok(model);
  assert.equal(loader.appliesTo(model), true);
  assert.equal(loader.appliesTo({ ...model, loaded: false }), false);
  assert.equal(loader.appliesTo({ ...model, provider: 'off' }), false);
  for (const kind of ['plain', 'unknown']) assert.equal(loader.appliesTo({ ...model, kind }), false, kind);
});

test('a service without an own interface reports what its ordinary list has', () => {
  assert.deepEqual(toListedModel({ name: 'a', contextTokens: 4096, tools: true }), {
    name: 'a',
    facts: { chat: true, contextTokens: 4096, tools: true },
  });
});
