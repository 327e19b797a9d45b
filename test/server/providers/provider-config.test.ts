import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { describeModels, type RegistryFacts } from '../../../server/providers/models.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import type { Settings } from '../../../shared/settings.ts';

const read = (settings: Settings['providers'], env = {}) => resolveProviderConfigs(settings, engines, env);
const one = (name: string, settings: Settings['providers'], env = {}) => {
  const found = read(settings, env).providers.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
};
const nothing: RegistryFacts = {
  tier: null,
  contextTokens: null,
  maxOutputTokens: null,
  price: null,
  abilities: { tools: null, vision: null },
};

test('the built-in providers are there without settings', () => {
  const names = read({}).providers.map(({ name }) => name);
  for (const name of ['openai', 'anthropic', 'gemini', 'ollama', 'llama-cpp'])
    assert.ok(names.includes(name), name);
  assert.ok(!names.includes('openai-compatible'), 'it has no address of its own');
});
test('several of one kind live under names of the user’s choosing', () => {
  const kind = 'llama-cpp';
  const { providers } = read({
    a: { kind, baseUrl: 'http://127.0.0.1:1' },
    b: { kind, baseUrl: 'http://10.0.0.2:2' },
  });
  assert.deepEqual(
    providers
      .filter(({ name }) => ['a', 'b'].includes(name))
      .map(({ baseUrl, private: own }) => [baseUrl, own]),
    [
      ['http://127.0.0.1:1', true],
      ['http://10.0.0.2:2', false],
    ],
  );
});
test('a local host elsewhere is private only when the user trusts it', () => {
  const lab = { kind: 'openai-compatible', baseUrl: 'http://lab.test/v1/', source: 'local' as const };
  assert.equal(one('lab', { lab }).private, false);
  assert.equal(one('lab', { lab: { ...lab, trusted: true } }).private, true);
  assert.equal(one('lab', { lab }).baseUrl, 'http://lab.test/v1');
});
test('trust does not make a cloud local', () => {
  assert.equal(one('openai', { openai: { trusted: true } }).private, false);
});
test('OLLAMA_HOST moves Ollama, and a setting wins over it', () => {
  const env = { OLLAMA_HOST: '0.0.0.0:4000' };
  assert.equal(one('ollama', {}, env).baseUrl, 'http://127.0.0.1:4000');
  assert.equal(
    one('ollama', { ollama: { baseUrl: 'http://127.0.0.1:5' } }, env).baseUrl,
    'http://127.0.0.1:5',
  );
});
test('what cannot be set up is one sentence with the setting’s name, and the others stay', () => {
  const { providers, problems } = read({
    a: {},
    b: { kind: 'teapot', baseUrl: 'http://x.test' },
    c: { baseUrl: 'http://user:hunter2@x.test' },
    d: { baseUrl: 'http://x.test/?key=hunter3' },
  });
  assert.equal(problems.length, 4);
  assert.match(problems.join('\n'), /rumbo\.providers\.a needs a baseUrl/);
  assert.doesNotMatch(problems.join('\n'), /hunter/);
  assert.ok(providers.some(({ name }) => name === 'openai'));
});

test('a local model is free, a cloud model of unknown price is unknown', () => {
  const info = [{ name: 'm', contextTokens: 4_096 }];
  assert.deepEqual(describeModels(one('llama-cpp', {}), info, () => nothing, {})[0]?.price, {
    input: 0,
    output: 0,
  });
  assert.equal(describeModels(one('openai', {}), info, () => nothing, {})[0]?.price, null);
});
test('of a cloud list only the usual models are in rotation, and the user may add others', () => {
  const openai = one('openai', {});
  const [usual = ''] = openai.definition.defaultModels ?? [];
  const listed = [{ name: usual }, { name: 'gpt-old' }, { name: 'gpt-wanted' }];
  const models = describeModels(openai, listed, () => nothing, { 'openai/gpt-wanted': { toggle: true } });
  assert.deepEqual(
    models.map(({ name, toggle }) => [name, toggle]),
    [
      [usual, true],
      ['gpt-old', false],
      ['gpt-wanted', true],
    ],
  );
});
test('a list without any usual model is in rotation whole, and models the user names are the only ones', () => {
  assert.ok(describeModels(one('openai', {}), [{ name: 'x' }], () => nothing, {})[0]?.toggle);
  const own = one('openai', { openai: { models: ['mine'] } });
  assert.deepEqual(
    describeModels(own, [{ name: 'x' }], () => nothing, {}).map(({ name }) => name),
    ['mine'],
  );
});
test('before a cloud provider has been asked, its usual models stand for it', () => {
  const { definition } = one('anthropic', {});
  const models = describeModels(one('anthropic', {}), undefined, () => nothing, {});
  assert.deepEqual(
    models.map(({ name }) => name),
    [...(definition.defaultModels ?? [])],
  );
});
test('an answer of somebody else’s machine is neither local nor free, though the engine is', () => {
  const [model] = describeModels(one('ollama', {}), [{ name: 'big:cloud', remote: true }], () => nothing, {});
  assert.deepEqual([model?.source, model?.private, model?.price], ['api', false, null]);
});
test('Ollama’s cloud models are known by name too, where its list has not come or leaves them out', () => {
  const named = one('ollama', { ollama: { models: ['kimi-k2:1t-cloud', 'glm-4.6:Cloud', 'small'] } });
  for (const listed of [undefined, [{ name: 'small' }]]) {
    assert.deepEqual(
      describeModels(named, listed, () => nothing, {}).map((model) => model.private),
      [false, false, true],
    );
  }
});
test('the user’s word wins over list and catalogue', () => {
  const known = { ...nothing, tier: 2, contextTokens: 1_000, price: { input: 1, output: 1 } };
  const own = { tier: 5, contextTokens: 9, price: { input: 3, output: 4 }, locked: true };
  const [model] = describeModels(one('ollama', {}), [{ name: 'a' }], () => known, { 'ollama/a': own });
  assert.deepEqual(
    [model?.tier, model?.contextTokens, model?.price, model?.locked],
    [5, 9, { input: 3, output: 4 }, true],
  );
});
test('what a model can do is the user’s word, else its list’s, else the registry’s', () => {
  const known = { ...nothing, maxOutputTokens: 8_000, abilities: { tools: true, vision: true } };
  const describe = (info: object, own: object) => {
    const [model] = describeModels(one('ollama', {}), [{ name: 'a', ...info }], () => known, {
      'ollama/a': own,
    });
    return [model?.maxOutputTokens, model?.abilities.tools, model?.abilities.vision];
  };
  assert.deepEqual(describe({}, {}), [8_000, true, true]);
  assert.deepEqual(describe({ maxOutputTokens: 4_000, tools: false }, {}), [4_000, false, true]);
  const own = { maxOutputTokens: 100, tools: true, vision: false };
  assert.deepEqual(describe({ maxOutputTokens: 4_000, tools: false }, own), [100, true, false]);
});
test('time limits: a provider’s own word comes before its source’s, and both before ours', () => {
  const lab = {
    kind: 'openai-compatible',
    baseUrl: 'http://127.0.0.1:1',
    source: 'local' as const,
    timeouts: { firstPartMs: 7 },
  };
  const limits = (name: string) =>
    resolveProviderConfigs(
      { lab },
      engines,
      {},
      { local: { firstPartMs: 5, betweenPartsMs: 6 } },
    ).providers.find((each) => each.name === name)?.timeouts;
  assert.deepEqual(limits('lab'), { connectMs: 3_000, firstPartMs: 7, betweenPartsMs: 6 });
  assert.deepEqual(limits('ollama'), { connectMs: 3_000, firstPartMs: 5, betweenPartsMs: 6 });
  assert.deepEqual(limits('openai'), { connectMs: 10_000, firstPartMs: 120_000, betweenPartsMs: 30_000 });
});
