import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { discoveredProviders } from '../../../server/catalog/discovered-providers.ts';
import type { Http } from '../../../server/platform/http.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';

/** Servers by root; each answers at `/` with its text, other paths with 404. */
function startDiscovery(servers: Record<string, string>) {
  const requests: string[] = [];
  const counts = { changes: 0 };
  const http: Http = async ({ method, url }) => {
    requests.push(`${method} ${url}`);
    const { origin, pathname } = new URL(url);
    const text = servers[origin];
    if (text === undefined) throw new Error('connection refused');
    return {
      status: pathname === '/' ? 200 : 404,
      headers: {},
      body: (async function* () {
        yield Buffer.from(pathname === '/' ? text : 'not found');
      })(),
    };
  };
  const providers = discoveredProviders({
    http,
    env: {},
    now: () => 1_000_000,
    addresses: () => Object.keys(servers).map((root) => ({ root, isUserDefined: false })),
    interfaces: () => ({}),
  });
  providers.onChange(() => {
    counts.changes += 1;
  });
  after(providers.dispose);
  return { providers, requests, counts };
}
const settingsWith = (more: Partial<Settings>): Settings => ({
  ...defaultSettings,
  'local.discoverEveryMinutes': 0,
  ...more,
});
const ollama = { 'http://127.0.0.1:7001': 'Ollama is running' };
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test('a server that the user has not named is offered, and is not a provider', async () => {
  const { providers, counts } = startDiscovery(ollama);
  providers.applySettings(settingsWith({}));
  const { endpoints, scope } = await providers.discover();
  assert.deepEqual(
    endpoints.map(({ name, use }) => [name, use]),
    [['ollama-7001', 'offered']],
  );
  assert.match(scope, /^Looked .*\.$/);
  assert.equal(counts.changes, 1);
  assert.deepEqual(
    providers.offers().offers?.map(({ baseUrl }) => baseUrl),
    ['http://127.0.0.1:7001'],
  );
  assert.deepEqual(providers.mergedSettings().providers, {});
});

test('with “use” a found server is a provider beside the user’s own', async () => {
  const { providers } = startDiscovery(ollama);
  const lab = { kind: 'vllm', baseUrl: 'http://127.0.0.1:7002' };
  providers.applySettings(settingsWith({ providers: { lab }, 'local.newEndpoints': 'use' }));
  await providers.discover();
  assert.deepEqual(providers.mergedSettings().providers, {
    lab,
    'ollama-7001': {
      kind: 'ollama',
      label: 'Ollama (127.0.0.1:7001)',
      baseUrl: 'http://127.0.0.1:7001',
      source: 'local',
    },
  });
  assert.deepEqual(providers.offers(), {});
});

test('a server with a provider of the user is neither offered nor added, even a disabled one', async () => {
  const { providers } = startDiscovery(ollama);
  const mine = { kind: 'ollama', baseUrl: 'http://localhost:7001', enabled: false };
  providers.applySettings(settingsWith({ providers: { mine } }));
  const { endpoints } = await providers.discover();
  assert.deepEqual(
    endpoints.map(({ name, use }) => [name, use]),
    [['mine', 'used']],
  );
  assert.deepEqual(Object.keys(providers.mergedSettings().providers), ['mine']);
});

test('without a schedule nothing is scanned until the user requests it', async () => {
  const { providers, requests } = startDiscovery(ollama);
  providers.applySettings(settingsWith({}));
  providers.applySettings(settingsWith({ 'local.endpoints': ['http://127.0.0.1:7003'] }));
  await settled();
  assert.deepEqual(requests, []);
});

test('with a schedule it scans at the start, and at once when the user names other addresses', async () => {
  const { providers, requests } = startDiscovery(ollama);
  const settings = settingsWith({ 'local.discoverEveryMinutes': 60 });
  providers.applySettings(settings);
  await settled();
  const first = requests.length;
  assert.ok(first > 0);
  providers.applySettings(settings);
  await settled();
  assert.equal(requests.length, first, 'the same addresses');
  providers.applySettings({ ...settings, 'local.endpoints': ['http://127.0.0.1:7003'] });
  await settled();
  assert.equal(requests.length, 2 * first);
});

test('identifies the server at an address without adding it', async () => {
  const { providers } = startDiscovery(ollama);
  const signal = new AbortController().signal;
  const server = await providers.identifyServer('http://127.0.0.1:7001', signal);
  assert.deepEqual([server?.kind, server?.label], ['ollama', 'Ollama']);
  assert.equal(await providers.identifyServer('http://127.0.0.1:7002', signal), undefined);
  assert.deepEqual(providers.offers(), {});
});
