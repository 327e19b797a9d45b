/** All providers together, over HTTP answers from a function. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import type { Http } from '../../../server/platform/http.ts';
import { type ProviderRegistryDeps, providerRegistry } from '../../../server/providers/provider-registry.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keyStore } from '../../../server/secrets/keys.ts';
import type { ProviderSettings } from '../../../shared/settings.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';

const keychain = { get: async () => undefined, set: async () => {}, remove: async () => true, dispose() {} };
const never = new AbortController().signal;
const noFacts = {
  tier: null,
  contextTokens: null,
  maxOutputTokens: null,
  price: null,
  abilities: { tools: null, vision: null },
};
const local = (baseUrl: string): ProviderSettings => ({
  kind: 'openai-compatible',
  baseUrl,
  source: 'local',
});
const json = (
  value: unknown,
  headers: Record<string, string> = {},
  status = 200,
): Awaited<ReturnType<Http>> => ({
  status,
  headers,
  body: (async function* () {
    yield Buffer.from(JSON.stringify(value));
  })(),
});
const listOf = (...names: string[]) => json({ data: names.map((id) => ({ id })) });

/** A registry whose only enabled providers are those of these settings. */
function setUp(
  providers: Record<string, ProviderSettings>,
  http: Http,
  { env = {}, ...more }: Partial<ProviderRegistryDeps> = {},
) {
  const clock = { ms: Date.parse('2026-11-21T12:00:00Z') };
  const seen = { listed: [] as string[], lookUps: 0 };
  const registry = providerRegistry({
    definitions: engines,
    env,
    http,
    keys: keyStore({ env, keychain, index: keyIndex(undefined) }),
    lookUp: () => {
      seen.lookUps += 1;
      return noFacts;
    },
    now: () => clock.ms,
    onChange() {},
    ...more,
  });
  registry.onModelsListed((name) => seen.listed.push(name));
  const disabled = Object.fromEntries(engines.map(({ kind }) => [kind, { enabled: false }]));
  const settings: Settings = { ...defaultSettings, providers: { ...disabled, ...providers } };
  registry.configure(settings);
  return { clock, registry, seen, settings };
}

test('the models stay the same array until a list, a setting, a fact or a minute changes them', async () => {
  const names = ['a'];
  const { clock, registry, seen, settings } = setUp({ lab: local('http://127.0.0.1:9/v1') }, async () =>
    listOf(...names),
  );
  const ids = () => registry.models().map(({ id }) => id);
  assert.deepEqual(ids(), []);
  await registry.refresh('lab');
  assert.deepEqual(ids(), ['lab/a']);
  const models = registry.models();
  const { lookUps } = seen;
  assert.equal(registry.models(), models);
  assert.equal(seen.lookUps, lookUps);

  names.push('b');
  await registry.refresh('lab');
  assert.deepEqual(ids(), ['lab/a', 'lab/b']);

  const before = registry.models();
  registry.refreshModelFacts();
  assert.notEqual(registry.models(), before);

  registry.configure({ ...settings, models: { 'lab/a': { locked: true } } });
  assert.equal(registry.models()[0]?.locked, true);

  const lastMinute = registry.models();
  clock.ms += 59_999;
  assert.equal(registry.models(), lastMinute);
  clock.ms += 1;
  assert.notEqual(registry.models(), lastMinute);
});

test('a provider whose settings stay the same keeps its list; one with another address starts afresh', async () => {
  const { registry, settings } = setUp({ lab: local('http://127.0.0.1:9/v1') }, async () => listOf('a'));
  await registry.refresh('lab');
  const before = registry.get('lab');
  registry.configure({ ...settings, 'cache.enabled': false });
  assert.equal(registry.get('lab'), before);
  registry.configure({ ...settings, providers: { lab: local('http://127.0.0.1:8/v1') } });
  assert.notEqual(registry.get('lab'), before);
  assert.equal(registry.get('lab')?.modelList, undefined);
});

test('availability is by model id and at the time of the request', async () => {
  const http: Http = async () => json({ error: { message: 'slow down' } }, { 'retry-after': '30' }, 429);
  const lab = { ...local('http://127.0.0.1:9/v1'), models: ['a', 'b'] };
  const { clock, registry } = setUp({ lab }, http);
  const stream = registry.get('lab')?.engine.stream('a', { messages: [], urgency: 'typing' }, never);
  assert.ok(stream);
  await assert.rejects(Array.fromAsync(stream), { kind: 'rate-limited' });
  assert.deepEqual([...registry.availability().modelCooldowns.keys()], ['lab/a']);
  assert.equal(registry.availability().cooldowns.has('lab'), false);
  clock.ms += 30_000;
  assert.deepEqual([...registry.availability().modelCooldowns], []);
});

test('tokens that are left are by model id', async () => {
  const headers = {
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '400',
    'x-ratelimit-reset-tokens': '10m',
  };
  const http: Http = async () => json({ error: { message: 'no' } }, headers, 500);
  const { registry } = setUp({ openai: {} }, http, { env: { OPENAI_API_KEY: 'sk-1' } });
  const stream = registry.get('openai')?.engine.stream('m', { messages: [], urgency: 'typing' }, never);
  assert.ok(stream);
  await assert.rejects(Array.fromAsync(stream));
  assert.equal(registry.availability().tokensLeft.get('openai/m')?.tokens, 400);
});

test('a provider without its key is unavailable and gets no requests', () => {
  const { registry } = setUp({ openai: {} }, () => assert.fail('nothing is sent'));
  assert.equal(registry.cooldowns().get('openai')?.rule, 'no-key');
  assert.equal(registry.availability().cooldowns.get('openai')?.rule, 'no-key');
});

test('requests in flight are counted until their answers end', async () => {
  const answer = Promise.withResolvers<Awaited<ReturnType<Http>>>();
  const { registry } = setUp({ lab: local('http://127.0.0.1:9/v1') }, () => answer.promise);
  const stream = registry.get('lab')?.engine.stream('a', { messages: [] }, never);
  assert.ok(stream);
  const done = Array.fromAsync(stream).catch(() => {});
  assert.equal(registry.availability().inFlight.get('lab'), 1);
  answer.resolve(json({ error: { message: 'no' } }, {}, 400));
  await done;
  await new Promise(setImmediate);
  assert.equal(registry.availability().inFlight.has('lab'), false);
});

test('a request refreshes the local lists that are missing, and no cloud list but that of its own provider', async () => {
  const sent: string[] = [];
  const http: Http = async ({ url }) => {
    sent.push(new URL(url).host);
    return listOf('a');
  };
  const env = { OPENAI_API_KEY: 'sk-1', GROQ_API_KEY: 'gsk-1' };
  const providers = { lab: local('http://127.0.0.1:9/v1'), openai: {}, groq: {} };
  const { registry, seen } = setUp(providers, http, { env });
  await registry.refreshForRequest(never);
  assert.deepEqual(sent, ['127.0.0.1:9']);
  await registry.refreshForRequest(never, 'groq');
  assert.deepEqual(sent, ['127.0.0.1:9', 'api.groq.com']);
  assert.deepEqual(seen.listed, ['lab', 'groq']);
});

test('a cancelled request does not wait for the lists', async () => {
  const answer = Promise.withResolvers<Awaited<ReturnType<Http>>>();
  const { registry } = setUp({ lab: local('http://127.0.0.1:9/v1') }, () => answer.promise);
  const controller = new AbortController();
  const waiting = registry.refreshForRequest(controller.signal);
  controller.abort();
  await waiting;
  assert.equal(registry.get('lab')?.state(), 'checking');
  answer.resolve(listOf('a'));
  await registry.refresh('lab');
  assert.equal(registry.get('lab')?.state(), 'ready');
});
