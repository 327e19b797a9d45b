/** Every form of `NO_PROXY`, and hosts that only look like one of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excludesHost } from '../../../server/platform/no-proxy.ts';

const cases: readonly (readonly [entry: string, excluded: readonly string[], others: readonly string[]])[] = [
  ['*', ['https://any.test', 'http://[::2]/'], []],
  [
    'api.test',
    ['https://api.test', 'https://API.test.', 'https://v1.api.test:8443'],
    ['https://myapi.test', 'https://api.test.evil'],
  ],
  ['.corp.test', ['https://a.corp.test', 'https://corp.test'], ['https://acorp.test']],
  ['*.corp.test', ['https://a.b.corp.test'], ['https://corp.test.evil']],
  ['API.Test', ['https://api.test'], []],
  ['api.test:8443', ['https://api.test:8443'], ['https://api.test', 'https://api.test:18443']],
  ['api.test:443', ['https://api.test', 'https://api.test:443'], ['http://api.test']],
  ['api.test:80', ['http://api.test'], ['https://api.test']],
  ['10.1.2.3', ['http://10.1.2.3:8000'], ['http://10.1.2.30', 'http://110.1.2.3']],
  ['10.1.2.3:8000', ['http://10.1.2.3:8000'], ['http://10.1.2.3:8001']],
  ['10.0.0.0/8', ['http://10.255.0.1'], ['http://11.0.0.1', 'http://10.0.0.1.evil.test']],
  ['192.168.1.0/24', ['http://192.168.1.77:1'], ['http://192.168.2.1']],
  ['[fd00::1]', ['http://[fd00::1]:8000/'], ['http://[fd00::2]/']],
  ['fd00::1', ['http://[fd00:0:0::1]/'], ['http://[fd00::11]/']],
  ['[fd00::1]:8000', ['http://[fd00::1]:8000/'], ['http://[fd00::1]:8001/']],
  ['fd00::/8', ['http://[fdab::9]/'], ['http://[fe80::1]/']],
  ['<local>', ['http://intranet:8080'], ['http://intra.net', 'http://10.1.2.3', 'http://[fd00::1]/']],
  [
    'a.test, b.test;c.test  d.test',
    ['https://b.test', 'https://c.test', 'https://d.test'],
    ['https://e.test'],
  ],
  ['https://api.test/', ['https://api.test'], []],
  ['', [], ['https://api.test']],
  [',', [], ['https://api.test']],
  ['.', [], ['https://api.test']],
  ['10.0.0.0/99', [], ['http://10.0.0.1']],
  ['not/an/address', [], ['https://address']],
];

for (const [entry, excluded, others] of cases) {
  test(`NO_PROXY ${JSON.stringify(entry)}`, () => {
    for (const url of excluded) assert.ok(excludesHost([entry], new URL(url)), url);
    for (const url of others) assert.ok(!excludesHost([entry], new URL(url)), url);
  });
}
