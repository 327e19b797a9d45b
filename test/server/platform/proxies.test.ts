/** Proxies, private certificate authorities and unencrypted addresses, against real servers on this machine. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import '../../support/load-undici.ts';
import { type HttpRules, readText, undiciHttp } from '../../../server/platform/http.ts';
import { redactKeys } from '../../../server/platform/redact-keys.ts';
import { withEnvironmentProxy } from '../../../shared/environment-proxy.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { NetworkOptions } from '../../../shared/protocol.ts';
import { connectProxy } from '../../support/connect-proxy.ts';
import { certificateFor } from '../../support/faults/certificates.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
});

const certificate = certificateFor('models.example');
const folder = mkdtempSync(join(tmpdir(), 'rumbo-ca-'));
const authority = join(folder, 'authority.pem');
writeFileSync(authority, certificate.cert);
let port = 0;

before(async () => {
  const server = createServer({ ...certificate }, (request, response) =>
    response.end(`secure ${request.headers['proxy-authorization'] ?? 'without credentials'}`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  port = (server.address() as AddressInfo).port;
});

const rulesWith = (more: Partial<HttpRules>): HttpRules => ({
  isHttpAllowed: () => false,
  certificateFile: () => authority,
  ...more,
});

async function get(
  network: NetworkOptions,
  url = 'https://models.example/v1',
  rules = rulesWith({}),
): Promise<string> {
  const { http, dispose } = undiciHttp(network, undefined, rules);
  closers.push(dispose);
  const signal = AbortSignal.timeout(5_000);
  const { body } = await http({ method: 'GET', url, headers: {}, signal });
  return readText(body, 100);
}

const failed =
  (kind: string, message: RegExp, action = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof RumboError, String(error));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    assert.match(error.data.action ?? '', action);
    return true;
  };

test('a proxy tunnels to a server with a private authority, and the server gets no credentials of the proxy', async (t) => {
  const proxy = await connectProxy(port, { user: 'me:pa ss/w@rd' });
  t.after(proxy.close);
  const withPassword = proxy.address.replace('://', '://me:pa%20ss%2Fw%40rd@');
  assert.equal(await get({ proxy: withPassword }), 'secure without credentials');
  const proxyAuthorization = `Basic ${Buffer.from('me:pa ss/w@rd').toString('base64')}`;
  assert.equal(await get({ proxy: proxy.address, proxyAuthorization }), 'secure without credentials');
  assert.deepEqual(proxy.targets, ['models.example:443', 'models.example:443']);
});

test('a proxy that refuses the password is named, and the password is not', async (t) => {
  const proxy = await connectProxy(port, { user: 'me:right' });
  t.after(proxy.close);
  for (const network of [
    { proxy: proxy.address },
    { proxy: proxy.address.replace('://', '://me:Wr0ngPassw0rd77@') },
  ])
    await assert.rejects(
      get(network),
      failed(
        'unreachable',
        /^The proxy http:\/\/127\.0\.0\.1:\d+ requires a user name and a password \(HTTP 407\)\.$/,
      ),
    );
  assert.deepEqual(proxy.credentials, [undefined, 'me:Wr0ngPassw0rd77']);
  assert.equal(redactKeys('Wrong me:Wr0ngPassw0rd77'), 'Wrong me:•••');
});

test('a proxy over TLS with a private authority is used when its authority is trusted, and not otherwise', async (t) => {
  const own = certificateFor('127.0.0.1');
  const proxy = await connectProxy(port, { certificate: own });
  t.after(proxy.close);
  const both = join(folder, 'both.pem');
  writeFileSync(both, `${certificate.cert}${own.cert}`);
  const rules = rulesWith({ certificateFile: () => both });
  assert.equal(await get({ proxy: proxy.address }, undefined, rules), 'secure without credentials');
  await assert.rejects(get({ proxy: proxy.address }));
});

test('without its authority the server is refused, through a proxy too', async (t) => {
  const proxy = await connectProxy(port);
  t.after(proxy.close);
  const rules = rulesWith({ certificateFile: () => null });
  await assert.rejects(
    get({ proxy: proxy.address }, undefined, rules),
    failed('tls', /models\.example was rejected/, /network\.certificateFile/),
  );
});

test('a changed file of authorities holds for the next request; one that cannot be read is named', async (t) => {
  const proxy = await connectProxy(port);
  t.after(proxy.close);
  let file: string | null = null;
  const { http, dispose } = undiciHttp(
    { proxy: proxy.address },
    undefined,
    rulesWith({ certificateFile: () => file }),
  );
  closers.push(dispose);
  const request = () =>
    http({
      method: 'GET',
      url: 'https://models.example/v1',
      headers: {},
      signal: AbortSignal.timeout(5_000),
    });
  await assert.rejects(request(), failed('tls', /rejected/));
  file = join(folder, 'missing.pem');
  await assert.rejects(request(), failed('tls', /rumbo\.network\.certificateFile/));
  file = authority;
  assert.equal((await request()).status, 200);
});

test('the environment names a proxy where the settings name none', () => {
  const env = { https_proxy: 'http://a:1', HTTP_PROXY: 'http://b:2', NO_PROXY: 'x.test,.y.test' };
  assert.deepEqual(withEnvironmentProxy(undefined, env), {
    httpProxy: 'http://b:2',
    httpsProxy: 'http://a:1',
    noProxy: ['x.test,.y.test'],
  });
  assert.deepEqual(withEnvironmentProxy({ proxy: 'http://c:3' }, env), {
    proxy: 'http://c:3',
    noProxy: ['x.test,.y.test'],
  });
  assert.deepEqual(withEnvironmentProxy({ proxySupport: 'off' }, { https_proxy: 'http://a:1' }), {
    proxySupport: 'off',
  });
  assert.deepEqual(withEnvironmentProxy({}, { ALL_PROXY: 'socks5://d:4' }), {
    httpProxy: 'socks5://d:4',
    httpsProxy: 'socks5://d:4',
  });
});

test('the proxy of the environment is used, but for the hosts that it excludes', async (t) => {
  const proxy = await connectProxy(port);
  t.after(proxy.close);
  const network = withEnvironmentProxy({}, { HTTPS_PROXY: proxy.address, NO_PROXY: 'other.invalid:443' });
  assert.equal(await get(network), 'secure without credentials');
  await assert.rejects(get(network, 'https://other.invalid/'), failed('unreachable', /other\.invalid/));
  assert.deepEqual(proxy.targets, ['models.example:443']);
});

test('a proxy script is refused in words', async () => {
  for (const proxy of [
    'pac+http://proxy.test/proxy.pac',
    'http://proxy.test/proxy.pac',
    'http://proxy.test/wpad.dat?x=1',
    'file:///etc/proxy.pac',
    'PAC http://proxy.test/',
  ])
    await assert.rejects(
      get({ proxy }),
      failed('unreachable', /proxy scripts \(PAC\)/, /http\.proxy/),
      proxy,
    );
});

test('nothing goes unencrypted to another machine before the user allows its origin', async (t) => {
  const proxy = await connectProxy(port);
  t.after(proxy.close);
  const origins: string[] = [];
  const rules = rulesWith({
    isHttpAllowed(origin) {
      origins.push(origin);
      return origin === 'http://models.example:8000';
    },
  });
  for (const url of [
    'http://models.example/v1',
    'http://models.example:8001/v1',
    'http://127.0.0.1.models.example:8000/v1',
    'http://192.168.1.5:11434/',
    'http://[fd00::1]:8000/',
    'http://0x7f.1.models.example/',
  ])
    await assert.rejects(
      get({ proxy: proxy.address }, url, rules),
      failed('unencrypted', /nothing was sent/),
    );
  await sleep(100);
  assert.equal(proxy.sentBytes(), 0);
  await assert.rejects(get({ proxy: proxy.address }, 'http://models.example:8000/v1', rules));
  assert.ok(proxy.sentBytes() > 0, 'the allowed origin gets the request');
  assert.equal(origins.length, 7);
});

test('without a proxy nothing connects to an origin that is not allowed', async () => {
  const before = performance.now();
  // An address of documentation, where no server is: connecting to it would take long.
  await assert.rejects(get({}, 'http://192.0.2.1:8000/v1'), failed('unencrypted', /nothing was sent/));
  assert.ok(performance.now() - before < 1_000);
});
