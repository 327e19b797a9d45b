/** The sources of abilities and prices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrySources } from '../../../server/catalog/registry-sources.ts';
import { engines } from '../../../server/engines/table.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import { publicSources } from '../../../server/registry/sources/table.ts';
import type { KeyOwner } from '../../../server/secrets/key-owner.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings.ts';

/** The lists among the sources, beside the public pages. */
async function lists(settings: Settings['providers'], withKey: readonly string[]) {
  const { providers } = resolveProviderConfigs(settings, engines, {});
  const registry = {
    get: (name: string) => {
      const config = providers.find((each) => each.name === name);
      return config && { config, owner: { provider: name, origin: '' } };
    },
  };
  const all = async ({ provider }: KeyOwner) => {
    if (provider === 'groq') throw new RumboError('The keychain is locked.', { kind: 'unauthorized' });
    return withKey.includes(provider) ? [{ name: 'saved key 1', key: `key of ${provider}` }] : [];
  };
  const sources = await registrySources(registry, { all });
  assert.deepEqual(sources.slice(0, publicSources.length), publicSources);
  return sources.slice(publicSources.length);
}

test('without keys only public pages are requested, and without any key', async () => {
  assert.deepEqual(await lists({}, []), []);
  for (const source of publicSources) assert.ok(!('headers' in source));
});

test('a service with a key is asked for its list, with its key, at its own address', async () => {
  const sources = await lists({}, ['xai', 'anthropic', 'gemini', 'openai', 'groq']);
  assert.deepEqual(
    sources.map(({ id, url }) => [id, url]),
    [
      ['anthropic-list', 'https://api.anthropic.com/v1/models?limit=1000'],
      ['gemini-list', 'https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000'],
      ['xai-list', 'https://api.x.ai/v1/language-models'],
    ],
  );
  assert.equal(sources[1]?.headers?.['x-goog-api-key'], 'key of gemini');
  assert.match(sources[2]?.headers?.['authorization'] ?? '', /key of xai$/);
});

test('a disabled provider, or one with another address, is not a source', async () => {
  const settings = {
    xai: { enabled: false },
    anthropic: { baseUrl: 'https://gateway.test/v1' },
    mistral: { kind: 'openai-compatible', baseUrl: 'https://api.mistral.ai/v1' },
  };
  assert.deepEqual(await lists(settings, ['xai', 'anthropic', 'mistral']), []);
});
