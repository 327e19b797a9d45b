import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { engines } from '../../../server/engines/table.ts';
import type { Http } from '../../../server/platform/http.ts';
import { type ProviderDeps, provider } from '../../../server/providers/provider.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keyStore } from '../../../server/secrets/keys.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { ProviderSettings } from '../../../shared/settings.ts';

const keychain = { get: async () => undefined, set: async () => {}, remove: async () => true, dispose() {} };

/** The provider of this name, as these settings make it. */
function made(
  name: string,
  settings: Record<string, ProviderSettings>,
  {
    env = {},
    http = async () => assert.fail('nothing is sent'),
    ...more
  }: { env?: Record<string, string>; http?: Http } & Pick<
    ProviderDeps,
    'identifyServer' | 'onModelUsed'
  > = {},
) {
  const config = resolveProviderConfigs(settings, engines, env).providers.find((each) => each.name === name);
  assert.ok(config);
  const store = keyStore({ env, keychain, index: keyIndex(undefined) });
  return provider(config, { http, keys: store, now: () => Date.now(), onChange() {}, ...more });
}

test('a key of the environment does not go to another service that is set up under its name', () => {
  const env = { OPENAI_API_KEY: 'sk-of-openai', GROQ_API_KEY: 'gsk-of-groq' };
  assert.equal(made('openai', {}, { env }).status([]).key, 'environment');
  assert.equal(made('openai', { openai: { kind: 'anthropic' } }, { env }).status([]).key, 'none');
  assert.equal(made('groq', { groq: { kind: 'openai' } }, { env }).status([]).key, 'none');
});

/** An answer of HTTP whose body is this JSON. */
const answering = (value: unknown, status = 200): Awaited<ReturnType<Http>> => ({
  status,
  headers: {},
  body: (async function* () {
    yield Buffer.from(JSON.stringify(value));
  })(),
});
const lab = {
  lab: { kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', source: 'local' },
} as const;

test('a list that is late is a timeout of the provider, not a cancellation by the user', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const http: Http = async ({ signal }) => {
    t.mock.timers.tick(10_000);
    await nextTurn();
    assert.ok(!signal.aborted, 'the socket is read first');
    t.mock.timers.tick(50);
    assert.ok(signal.aborted);
    throw new RumboError('The request was cancelled.', { kind: 'cancelled' });
  };
  const one = made('lab', lab, { http });
  await assert.rejects(one.test(), { kind: 'timeout', message: 'lab did not list its models within 10 s.' });
  assert.equal(one.state(), 'unreachable');
});

test('a test of a provider that is switched off sends nothing, and is not a success', async () => {
  const one = made('lab', { lab: { ...lab.lab, enabled: false } });
  await assert.rejects(one.test(), {
    message: 'lab is switched off, so it was not tested.',
    data: {
      kind: 'no-candidate',
      provider: 'lab',
      message: 'lab is switched off, so it was not tested.',
      action: 'Set its enabled to true in rumbo.providers.',
    },
  });
});

test('a cancelled request does not become the last outcome, but its model counts as used', () => {
  const used: string[] = [];
  const one = made('lab', lab, { onModelUsed: (...names) => void used.push(names.join('/')) });
  one.recordCancel('one');
  assert.equal(one.status([]).lastOutcome, undefined);
  assert.deepEqual(used, ['lab/one']);
});

test('a test after a key change ignores the request with the old key', async () => {
  const answers: ((response: Awaited<ReturnType<Http>>) => void)[] = [];
  const http: Http = () => new Promise((resolve) => answers.push(resolve));
  const one = made('lab', lab, { http });
  const before = one.refresh();
  await new Promise(setImmediate);
  one.reset();
  const test = one.test();
  await new Promise(setImmediate);
  answers[1]?.(answering({ data: [{ id: 'a' }, { id: 'b' }] }));
  assert.equal(await test, 2);
  answers[0]?.(answering({ error: { message: 'bad key' } }, 401));
  await before;
  assert.equal(one.state(), 'ready');
});

const never = new AbortController().signal;
const ask = (one: ReturnType<typeof made>, model = 'gpt-6-luna') =>
  Array.fromAsync(one.engine.stream(model, { messages: [] }, never));
const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const answered = (): Awaited<ReturnType<Http>> => ({
  status: 200,
  headers: {},
  body: (async function* () {
    yield Buffer.from(event({ choices: [{ delta: { content: 'Hi' } }] }));
    yield Buffer.from(event({ choices: [{ delta: {}, finish_reason: 'stop' }] }));
    yield Buffer.from('data: [DONE]\n\n');
  })(),
});
const refused = (status: number, headers = {}): Awaited<ReturnType<Http>> => ({
  ...answering({ error: { message: 'no' } }, status),
  headers,
});

test('a refused key is explained and has no end', async () => {
  let good = false;
  const env = { OPENAI_API_KEY: 'sk-1' };
  const one = made('openai', {}, { env, http: async () => (good ? answered() : refused(401)) });
  await assert.rejects(ask(one), { kind: 'unauthorized' });
  const { state, detail, rule, until } = one.status([]);
  assert.deepEqual([state, detail, rule, until], ['no-key', 'The API key was refused.', 'key', undefined]);
  assert.deepEqual(one.cooldown(), { rule: 'key', reason: 'The API key was refused.' });
  good = true;
  one.reset();
  await ask(one);
  assert.equal(one.status([]).rule, undefined);
  assert.equal(one.cooldown(), undefined);
});

test('a key that the engine’s own API refuses still answers requests', async () => {
  const http: Http = async ({ url }) => (url.endsWith('/api/show') ? refused(401) : answered());
  const one = made('lab', { lab: { ...lab.lab, keyEnv: 'LAB_KEY' } }, { http, env: { LAB_KEY: 'sk-1' } });
  const details = one.nativeApi.json({ path: '/api/show' }, never);
  await assert.rejects(details, { kind: 'unauthorized' });
  assert.equal(one.cooldown(), undefined);
  await ask(one);
});

test('the next key answers when the first is refused, and both are listed by name', async () => {
  const env = { GEMINI_API_KEY_1: 'key-1', GEMINI_API_KEY_2: 'key-2' };
  const sent: (string | undefined)[] = [];
  const answer = { candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] };
  const http: Http = async ({ headers }) => {
    sent.push(headers['x-goog-api-key']);
    if (sent.length === 1) return refused(403);
    const body = (async function* () {
      yield Buffer.from(event(answer));
    })();
    return { status: 200, headers: {}, body };
  };
  const one = made('gemini', {}, { env, http });
  await ask(one, 'gemini-x');
  assert.deepEqual(sent.toSorted(), ['key-1', 'key-2']);
  assert.equal(one.cooldown(), undefined);
  const { keys } = one.status([]);
  assert.deepEqual(keys.map(({ name, requests, failures }) => [name, requests, failures]).toSorted(), [
    ['GEMINI_API_KEY_1', 1, 1],
    ['GEMINI_API_KEY_2', 1, 0],
  ]);
});

test('a used-up window cools its model down before the first rejection, and no other model', async () => {
  const env = { OPENAI_API_KEY: 'sk-1' };
  const headers = {
    'x-ratelimit-limit-requests': '10',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1m',
  };
  const one = made('openai', {}, { env, http: async () => ({ ...answered(), headers }) });
  await ask(one, 'busy');
  assert.equal(one.availability().modelCooldowns.get('busy')?.rule, 'rate-limit');
  assert.ok((one.availability().modelCooldowns.get('busy')?.untilMs ?? 0) > Date.now() + 50_000);
  assert.equal(one.availability().modelCooldowns.get('idle'), undefined);
  assert.equal(one.cooldown(), undefined);
  assert.deepEqual(
    one.status([]).windows.map(({ unit, limit, remaining }) => [unit, limit, remaining]),
    [['requests', 10, 0]],
  );
});

test('a model that is gone refreshes the model list', async () => {
  const env = { OPENAI_API_KEY: 'sk-1' };
  let lists = 0;
  const http: Http = async ({ method }) => {
    if (method === 'POST') return refused(404);
    lists += 1;
    return answering({ data: [{ id: 'gpt-new' }] });
  };
  const one = made('openai', {}, { env, http });
  await assert.rejects(ask(one, 'gpt-old'), { kind: 'model-not-found' });
  await one.refresh();
  assert.equal(lists, 1);
  assert.deepEqual(
    one.modelList?.map(({ name }) => name),
    ['gpt-new'],
  );
});

test('a provider is cooling down until the first of its models is available, when all of them are', async () => {
  const http: Http = async () => refused(429, { 'retry-after': '3600' });
  const one = made('lab', { lab: { ...lab.lab, models: ['a', 'b'] } }, { http });
  await assert.rejects(ask(one, 'a'), { kind: 'rate-limited' });
  assert.equal(one.state(), 'unknown');
  assert.equal(one.status([]).rule, undefined);
  await assert.rejects(ask(one, 'b'), { kind: 'rate-limited' });
  const { state, rule, until } = one.status([]);
  assert.deepEqual([state, rule, typeof until], ['cooling-down', 'rate-limit', 'string']);
});

test('another program at a default address is not used; at an address that the user set it is', async () => {
  const identified: string[] = [];
  const http: Http = async () => answering({ data: [{ id: 'a' }] });
  const identifyServer = async (baseUrl: string) => {
    identified.push(baseUrl);
    return { kind: 'llama-cpp', label: 'llama.cpp' };
  };
  const guess = made('vllm', {}, { http: () => assert.fail('nothing is sent'), identifyServer });
  await assert.rejects(guess.test(), {
    kind: 'unreachable',
    message: 'llama.cpp answers at 127.0.0.1:8000, not vLLM.',
  });
  assert.equal(guess.cooldown()?.rule, 'unreachable');
  assert.deepEqual(identified, ['http://127.0.0.1:8000']);
  const named = { vllm: { baseUrl: 'http://127.0.0.1:8000' } };
  assert.equal(await made('vllm', named, { http, identifyServer }).test(), 1);
  assert.equal(await made('vllm', {}, { http, identifyServer: async () => undefined }).test(), 1);
  assert.equal(identified.length, 1);
});

test('the headers of the settings go with every request, and the key’s own header wins', async () => {
  const sent: Readonly<Record<string, string>>[] = [];
  const http: Http = async ({ headers }) => {
    sent.push(headers);
    return answering({ data: [{ id: 'a' }] });
  };
  const headers = { 'x-portkey-provider': 'openai' };
  const env = { LAB_KEY: 'sk-lab' };
  const one = made('lab', { lab: { ...lab.lab, keyEnv: 'LAB_KEY', headers } }, { http, env });
  await one.refresh();
  assert.equal(sent[0]?.['x-portkey-provider'], 'openai');
  assert.equal(sent[0]?.['authorization'], 'Bearer sk-lab');
});
