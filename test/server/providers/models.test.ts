/** A provider's models from list, registry and settings together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { describeModels, type RegistryFacts } from '../../../server/providers/models.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import type { Settings } from '../../../shared/settings.ts';

const configOf = (name: string, settings: Settings['providers']) => {
  const found = resolveProviderConfigs(settings, engines, {}).providers.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
};
const noFacts: RegistryFacts = {
  tier: null,
  contextTokens: null,
  maxOutputTokens: null,
  price: null,
  abilities: { tools: null, vision: null },
};
const sources = { lookUp: () => noFacts };

test('a local model is free, a cloud model of unknown price is unknown', () => {
  const info = [{ name: 'm', contextTokens: 4_096 }];
  assert.deepEqual(describeModels(configOf('llama-cpp', {}), info, sources, {})[0]?.price, {
    input: 0,
    output: 0,
  });
  assert.equal(describeModels(configOf('openai', {}), info, sources, {})[0]?.price, null);
});
test('that a model reasons comes from the registry', () => {
  const reasons = (reasoning: boolean | null) =>
    describeModels(
      configOf('openai', {}),
      [{ name: 'm' }],
      { lookUp: () => ({ ...noFacts, reasoning }) },
      {},
    )[0]?.reasons;
  assert.deepEqual([reasons(true), reasons(false), reasons(null)], [true, undefined, undefined]);
});
test('of a cloud list only the default models are in rotation, and the user may add others', () => {
  const openai = configOf('openai', {});
  const [usual = ''] = openai.definition.defaultModels ?? [];
  const modelList = [{ name: usual }, { name: 'gpt-old' }, { name: 'gpt-wanted' }];
  const models = describeModels(openai, modelList, sources, { 'openai/gpt-wanted': { toggle: true } });
  assert.deepEqual(
    models.map(({ name, toggle }) => [name, toggle]),
    [
      [usual, true],
      ['gpt-old', false],
      ['gpt-wanted', true],
    ],
  );
});
test('a list without any default model is in rotation whole; models that the user lists replace it', () => {
  assert.ok(describeModels(configOf('openai', {}), [{ name: 'x' }], sources, {})[0]?.toggle);
  const own = configOf('openai', { openai: { models: ['mine'] } });
  assert.deepEqual(
    describeModels(own, [{ name: 'x' }], sources, {}).map(({ name }) => name),
    ['mine'],
  );
});
test('before a cloud provider has listed its models, its default models are used', () => {
  const { definition } = configOf('anthropic', {});
  const models = describeModels(configOf('anthropic', {}), undefined, sources, {});
  assert.deepEqual(
    models.map(({ name }) => name),
    [...(definition.defaultModels ?? [])],
  );
});
test('a model on a remote machine is neither local nor free, though its engine is local', () => {
  const [model] = describeModels(configOf('ollama', {}), [{ name: 'big:cloud', remote: true }], sources, {});
  assert.deepEqual([model?.source, model?.private, model?.price], ['api', false, null]);
});
test('Ollama’s cloud models are recognised by name before its list arrives and when it leaves them out', () => {
  const named = configOf('ollama', { ollama: { models: ['kimi-k2:1t-cloud', 'glm-4.6:Cloud', 'small'] } });
  for (const modelList of [undefined, [{ name: 'small' }]]) {
    assert.deepEqual(
      describeModels(named, modelList, sources, {}).map((model) => model.private),
      [false, false, true],
    );
  }
});
test('the user’s settings win over list and catalogue', () => {
  const facts = { ...noFacts, tier: 2, contextTokens: 1_000, price: { input: 1, output: 1 } };
  const own = { tier: 5, contextTokens: 9, price: { input: 3, output: 4 }, locked: true };
  const [model] = describeModels(
    configOf('ollama', {}),
    [{ name: 'a' }],
    { lookUp: () => facts },
    { 'ollama/a': own },
  );
  assert.deepEqual(
    [model?.tier, model?.contextTokens, model?.price, model?.locked],
    [5, 9, { input: 3, output: 4 }, true],
  );
});
test('abilities come from the user’s settings, else the list, else the registry', () => {
  const facts = { ...noFacts, maxOutputTokens: 8_000, abilities: { tools: true, vision: true } };
  const describe = (info: object, own: object) => {
    const [model] = describeModels(
      configOf('ollama', {}),
      [{ name: 'a', ...info }],
      { lookUp: () => facts },
      {
        'ollama/a': own,
      },
    );
    return [model?.maxOutputTokens, model?.abilities.tools, model?.abilities.vision];
  };
  assert.deepEqual(describe({}, {}), [8_000, true, true]);
  assert.deepEqual(describe({ maxOutputTokens: 4_000, tools: false }, {}), [4_000, false, true]);
  const own = { maxOutputTokens: 100, tools: true, vision: false };
  assert.deepEqual(describe({ maxOutputTokens: 4_000, tools: false }, own), [100, true, false]);
});
test('what the engine reports precedes list and registry, and a model that only embeds is none', () => {
  const facts = { ...noFacts, abilities: { tools: true, vision: true } };
  const reported = {
    'ollama/a': { chat: true, tools: false, vision: false, reasoning: true },
    'ollama/my-embedded-c': { chat: true },
    'ollama/minilm': { chat: false },
  };
  const modelList = ['a', 'my-embedded-c', 'minilm', 'nomic-embed-text'].map((name) => ({ name }));
  const engineFacts = (id: string) => reported[id as keyof typeof reported];
  const models = describeModels(configOf('ollama', {}), modelList, { lookUp: () => facts, engineFacts }, {});
  assert.deepEqual(
    models.map(({ name, abilities, reasons }) => [name, abilities.tools, abilities.vision, reasons]),
    [
      ['a', false, false, true],
      ['my-embedded-c', true, true, undefined],
    ],
  );
});
test('settings find a model under each of its names, and what restricts it holds under each', () => {
  const settings: Settings['models'] = {
    'ollama/coder': { locked: true, tier: 1 },
    'ollama/library/coder:latest': { toggle: false },
    'ollama/coder:latest': { tier: 4, locked: false },
  };
  const [model, ...others] = describeModels(
    configOf('ollama', {}),
    [{ name: 'coder:latest' }],
    sources,
    settings,
  );
  assert.deepEqual([model?.tier, model?.locked, model?.toggle], [4, true, false]);
  assert.deepEqual(others, []);
});
test('models that the user lists are found under the names of their list', () => {
  const docker = configOf('docker-model-runner', {
    'docker-model-runner': { models: ['ai/smollm2', 'ai/none'] },
  });
  const modelList = [{ name: 'docker.io/ai/smollm2:latest' }, { name: 'docker.io/ai/other:latest' }];
  assert.deepEqual(
    describeModels(docker, modelList, sources, {}).map(({ name, toggle }) => [name, toggle]),
    [
      ['docker.io/ai/smollm2:latest', true],
      ['ai/none', true],
    ],
  );
});
