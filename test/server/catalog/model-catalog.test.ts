import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createModelCatalog, type ModelCatalogDeps } from '../../../server/catalog/model-catalog.ts';
import type { EngineDetails } from '../../../server/engines/local-engine.ts';
import { modelsStore } from '../../../server/models/models-store.ts';
import { modelRequestRules } from '../../../server/models/request-rules.ts';
import type { MergedFacts } from '../../../server/registry/merged-facts.ts';
import type { ModelDetails } from '../../../shared/model-details.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { type FakeProvider, fakeProvider, fakeProviders } from './fakes.ts';

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
const disposers: (() => void)[] = [];
after(() => {
  for (const dispose of disposers) dispose();
});

function catalogOf(providers: FakeProvider[], more: Partial<ModelCatalogDeps> = {}) {
  const store = modelsStore(undefined, assert.fail);
  const catalog = createModelCatalog({
    providers: fakeProviders(...providers),
    settings: () => defaultSettings,
    registry: { lookUp: () => nothingKnown },
    env: {},
    storagePath: undefined,
    store,
    requestRules: modelRequestRules({ store, now: () => 1_000_000, onChanged() {} }),
    onChanged: () => {},
    onDetailsChanged: () => {},
    now: () => 1_000_000,
    ...more,
  });
  disposers.push(catalog.dispose);
  return catalog;
}
async function until<Value>(read: () => Value | undefined): Promise<Value> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const value = read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('The value never came.');
}
const detailsOf = (catalog: ReturnType<typeof catalogOf>, id: ModelDetails['id']) => catalog.details([id])[0];

test('before any list the models that a service is known to have are there, with facts of the registry', async () => {
  const cloud = fakeProvider('cloud', { kind: 'openai', models: ['gpt'] });
  const price = { input: 1, output: 2 };
  const catalog = catalogOf([cloud], { registry: { lookUp: () => ({ ...nothingKnown, price }) } });
  catalog.onProvidersChanged();
  const details = await until(() => detailsOf(catalog, 'cloud/gpt'));
  assert.deepEqual(details.fields.chat, true);
  assert.deepEqual(await until(() => detailsOf(catalog, 'cloud/gpt')?.fields.price), price);
  assert.equal(cloud.refreshes, 0, 'a service is not contacted for details');
});

test('an engine’s own interface is used only after its first list in this run', async () => {
  const requests: string[] = [];
  const details: EngineDetails = {
    async list() {
      requests.push('list');
      return [{ name: 'a', facts: { sizeBytes: 7 } }, { name: 'embedder' }];
    },
    async describe(_api, { name }) {
      requests.push(`describe ${name}`);
      return { licence: 'mit' };
    },
  };
  const lab = fakeProvider('lab', { details });
  lab.next = [{ name: 'a' }];
  const catalog = catalogOf([lab]);
  assert.deepEqual(requests, []);
  catalog.onProvidersChanged();
  await until(() => detailsOf(catalog, 'lab/a')?.fields.sizeBytes);
  assert.equal(lab.refreshes, 1, 'the provider’s own list first');
  assert.equal(requests[0], 'list');
  assert.ok(detailsOf(catalog, 'lab/embedder'), 'models without chat have details as well');
});

test('without an own interface the ordinary list has the facts; a fresh one is not requested again', async () => {
  const lab = fakeProvider('lab');
  lab.modelList = [{ name: 'a', contextTokens: 4096 }];
  lab.ageMs = 100;
  const catalog = catalogOf([lab]);
  catalog.onModelsListed('lab');
  const { fields } = await until(() => detailsOf(catalog, 'lab/a'));
  assert.equal(fields.contextTokens, 4096);
  assert.equal(lab.refreshes, 0);
});

test('an unreachable provider keeps its last models', async () => {
  const lab = fakeProvider('lab');
  lab.next = [{ name: 'a' }];
  const catalog = catalogOf([lab]);
  catalog.onModelsListed('lab');
  await until(() => detailsOf(catalog, 'lab/a'));
  lab.currentState = 'unreachable';
  lab.next = [];
  lab.ageMs = 60_000;
  catalog.onModelsListed('lab');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(detailsOf(catalog, 'lab/a'));
});

test('a removed provider’s models leave', async () => {
  const lab = fakeProvider('lab');
  const all = [lab];
  lab.next = [{ name: 'a' }];
  const catalog = catalogOf([], { providers: { ...fakeProviders(lab), all: () => all } });
  catalog.onProvidersChanged();
  await until(() => detailsOf(catalog, 'lab/a'));
  all.pop();
  catalog.onProvidersChanged();
  assert.deepEqual(catalog.details(), []);
});

test('a model describes the others only after the request path exists and if the user wants it', async () => {
  const lab = fakeProvider('lab');
  lab.next = [{ name: 'a' }];
  const prompts: string[] = [];
  const settings = { ...defaultSettings, 'models.describeWith': 'off' as 'off' | 'free' };
  const catalog = catalogOf([lab], { settings: () => settings });
  catalog.onModelsListed('lab');
  await until(() => detailsOf(catalog, 'lab/a'));
  catalog.describeModelsWith(async (model, prompt) => {
    prompts.push(`${model}: ${prompt}`);
    return '[{"model": "lab/a", "summary": "Good for tests.", "types": ["chat"]}]';
  });
  catalog.onModelsListed('lab');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(prompts, []);
  settings['models.describeWith'] = 'free';
  catalog.onModelsListed('lab');
  assert.equal(await until(() => detailsOf(catalog, 'lab/a')?.fields.summary), 'Good for tests.');
  assert.equal(prompts.length, 1);
  assert.match(prompts[0] ?? '', /^lab\/a: /);
});

test('suggestions have a name for each engine that can pull', () => {
  const catalog = catalogOf([]);
  for (const { names } of catalog.suggestions()) assert.ok(names['ollama'] && names['lm-studio']);
});

test('what refusals stated about a model is among its details, until it leaves its list', async () => {
  const store = modelsStore(undefined, assert.fail);
  const requestRules = modelRequestRules({ store, now: () => 1_000_000, onChanged() {} });
  const cloud = fakeProvider('cloud', { kind: 'openai', models: ['gpt'] });
  const catalog = catalogOf([cloud], { requestRules });
  requestRules
    .ofProvider({ name: 'cloud', source: 'api' }, () => undefined)
    .add('gpt', { maxOutputTokens: 4_096 });
  catalog.onProvidersChanged();
  const { refusals } = await until(() => detailsOf(catalog, 'cloud/gpt'));
  assert.deepEqual(refusals, { rules: { maxOutputTokens: 4_096 }, at: '1970-01-01T00:16:40.000Z' });
  requestRules.remove(['cloud/gpt']);
  assert.equal(detailsOf(catalog, 'cloud/gpt')?.refusals, undefined);
});
