import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkSettings } from '../../../client/settings/network-settings.ts';

const read = (
  values: Record<string, { defaultValue?: unknown; globalValue?: unknown; workspaceValue?: unknown }>,
) => networkSettings((key) => values[key]);

test('the user’s proxy is passed on, a workspace’s is not', () => {
  assert.deepEqual(read({ proxy: { globalValue: 'http://proxy:3128', workspaceValue: 'http://evil:1' } }), {
    proxy: 'http://proxy:3128',
  });
  assert.deepEqual(read({ proxy: { defaultValue: '', workspaceValue: 'http://evil:1' } }), {});
});

test('no proxy where proxies are disabled, and no authorization without a proxy', () => {
  const proxy = { globalValue: 'http://proxy:3128' };
  assert.deepEqual(
    read({ proxy, proxySupport: { globalValue: 'off' }, proxyAuthorization: { globalValue: 'x' } }),
    { proxySupport: 'off' },
  );
});

test('other network settings keep their meaning', () => {
  assert.deepEqual(
    read({
      noProxy: { globalValue: ['a.example', 4] },
      proxyStrictSSL: { defaultValue: true, globalValue: false },
      systemCertificates: { defaultValue: true },
    }),
    { noProxy: ['a.example'], proxyStrictSSL: false, systemCertificates: true },
  );
});
