import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import type { Http } from '../../../server/platform/http.ts';
import { configuredProviders } from '../../../server/providers/configured.ts';
import { provider } from '../../../server/providers/provider.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keys } from '../../../server/secrets/keys.ts';
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
  }: { env?: Record<string, string>; http?: Http } = {},
) {
  const configured = configuredProviders(settings, engines, env).providers.find((each) => each.name === name);
  assert.ok(configured);
  const ring = keys({ env, keychain, index: keyIndex(undefined) });
  return provider(configured, { http, keys: ring, now: () => Date.now(), changed() {} });
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

test('a list that does not come in time is a timeout of the provider, not a cancel of the user', async (t) => {
  t.mock.method(AbortSignal, 'timeout', () => AbortSignal.abort(new DOMException('late', 'TimeoutError')));
  const http: Http = async ({ signal }) => {
    assert.ok(signal.aborted);
    throw new RumboError('The request was cancelled.', { kind: 'cancelled' });
  };
  const one = made('lab', lab, { http });
  await assert.rejects(one.test(), { kind: 'timeout', message: 'lab did not list its models within 10 s.' });
  assert.equal(one.state(), 'unreachable');
});

test('a test after a new key does not wait for, nor believe, what the old one found out', async () => {
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
