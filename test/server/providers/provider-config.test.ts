import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import type { Settings } from '../../../shared/settings.ts';

const resolve = (settings: Settings['providers'], env = {}) => resolveProviderConfigs(settings, engines, env);
const configOf = (name: string, settings: Settings['providers'], env = {}) => {
  const found = resolve(settings, env).providers.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
};

test('the built-in providers exist without settings', () => {
  const names = resolve({}).providers.map(({ name }) => name);
  for (const name of ['openai', 'anthropic', 'gemini', 'ollama', 'llama-cpp'])
    assert.ok(names.includes(name), name);
  assert.ok(!names.includes('openai-compatible'), 'it has no address of its own');
});
test('several providers of one kind have names that the user chooses', () => {
  const kind = 'llama-cpp';
  const { providers } = resolve({
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
test('a host on the network is private only when the user trusts it', () => {
  const lab = { kind: 'openai-compatible', baseUrl: 'http://lab.test/v1/', source: 'local' as const };
  assert.equal(configOf('lab', { lab }).private, false);
  assert.equal(configOf('lab', { lab: { ...lab, trusted: true } }).private, true);
  assert.equal(configOf('lab', { lab }).baseUrl, 'http://lab.test/v1');
});
test('trust does not make a cloud local', () => {
  assert.equal(configOf('openai', { openai: { trusted: true } }).private, false);
});
test('OLLAMA_HOST moves Ollama, and a setting wins over it', () => {
  const env = { OLLAMA_HOST: '0.0.0.0:4000' };
  assert.equal(configOf('ollama', {}, env).baseUrl, 'http://127.0.0.1:4000');
  assert.equal(
    configOf('ollama', { ollama: { baseUrl: 'http://127.0.0.1:5' } }, env).baseUrl,
    'http://127.0.0.1:5',
  );
});
test('a provider that cannot be set up is reported by its setting’s name, and the others stay', () => {
  const { providers, problems } = resolve({
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

test('time limits of a provider win over those of its source, and both over the defaults', () => {
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

test('a provider has the headers that its gateway requires, but no key among them', () => {
  const at = (headers: Record<string, string>) =>
    resolve({ lab: { kind: 'openai-compatible', baseUrl: 'http://lab.test/v1', headers } });
  const plain = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': 'http://127.0.0.1:9/v1' };
  assert.deepEqual(at(plain).providers.find(({ name }) => name === 'lab')?.headers, plain);
  for (const headers of [
    { Authorization: 'Bearer hunter2' },
    { 'X-Api-Key': 'hunter2' },
    { 'x-portkey-api-key': 'hunter2' },
    { cookie: 'session=hunter2' },
    { 'x-auth-token': 'hunter2' },
    { 'x-team': 'sk-hunter2hunter2' },
    { 'content-type': 'hunter2' },
    { host: 'hunter2.test' },
  ] as Record<string, string>[]) {
    const { providers, problems } = at(headers);
    assert.ok(!providers.some(({ name }) => name === 'lab'), JSON.stringify(headers));
    assert.match(problems.join(), /^rumbo\.providers\.lab\.headers must not hold [\w-]+; save a key/);
    assert.doesNotMatch(problems.join(), /hunter/);
  }
});

test('the address of a local engine may end in a version, in what its clients add, or in neither', () => {
  const expected: readonly (readonly [kind: string, base: string, ...paths: string[]])[] = [
    ['ollama', '', '', '/', '/v1', '/v1/', '/api', '/api/chat', '/v1/chat/completions'],
    ['llama-cpp', '', '', '/v1', '/v1/chat/completions'],
    ['vllm', '', '', '/v1'],
    ['lm-studio', '', '', '/v1', '/api/v1', '/api/v0'],
    ['docker-model-runner', '/engines', '', '/v1', '/engines', '/engines/v1', '/engines/llama.cpp/v1'],
    ['ollama', '/behind/proxy', '/behind/proxy', '/behind/proxy/v1'],
  ];
  for (const [kind, base, ...paths] of expected) {
    for (const path of paths) {
      const { baseUrl } = configOf('mine', { mine: { kind, baseUrl: `http://127.0.0.1:4000${path}` } });
      assert.equal(baseUrl, `http://127.0.0.1:4000${base}`, `${kind} ${path}`);
    }
  }
});
