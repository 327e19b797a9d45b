/** Which configured addresses wait for the user's consent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpRules, unencryptedOrigins } from '../../../server/providers/http-consent.ts';
import { defaultSettings } from '../../../shared/settings.ts';

const settings = {
  ...defaultSettings,
  'network.allowHttp': ['http://lab.test:8000/v1'],
  'local.endpoints': ['http://192.168.1.5:11434', 'http://127.0.0.1:1234', 'https://lab.test'],
};

test('an origin is allowed as a whole: scheme, host and port, whatever path the setting has', () => {
  const { isHttpAllowed } = httpRules(() => settings);
  assert.ok(isHttpAllowed('http://lab.test:8000'));
  for (const origin of [
    'http://lab.test',
    'http://lab.test:80001',
    'http://a.lab.test:8000',
    'http://lab.test:8000.x',
  ])
    assert.ok(!isHttpAllowed(origin), origin);
});

test('http addresses of other machines wait for consent; those that are off, allowed or encrypted do not', () => {
  const providers = [
    { origin: 'http://lab.test:8000', state: 'ready' },
    { origin: 'http://nas.test:8080', state: 'unreachable' },
    { origin: 'http://off.test:8080', state: 'off' },
    { origin: 'http://localhost:11434', state: 'ready' },
    { origin: 'https://api.test', state: 'unknown' },
  ] as const;
  assert.deepEqual(unencryptedOrigins(settings, providers), {
    unencrypted: ['http://nas.test:8080', 'http://192.168.1.5:11434'],
  });
  assert.deepEqual(unencryptedOrigins(defaultSettings, []), {});
});
