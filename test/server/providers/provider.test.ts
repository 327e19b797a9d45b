import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import type { Http } from '../../../server/platform/http.ts';
import { configuredProviders } from '../../../server/providers/configured.ts';
import { provider } from '../../../server/providers/provider.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keys } from '../../../server/secrets/keys.ts';
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
