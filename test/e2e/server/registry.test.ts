/** Refreshing the registry, whole: the real addresses, reached through a proxy that answers for all of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { publicSources } from '../../../server/registry/sources/table.ts';
import { listModels, refreshRegistry } from '../../../shared/protocol.ts';
import { certificateFor } from '../../support/faults/certificates.ts';
import { bareEnv, server } from './support.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/registry/${name}`, import.meta.url), 'utf8');

/** By host and path. */
type Web = Record<string, string>;

const listening = async (each: Server) => {
  await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  return (each.address() as AddressInfo).port;
};

/** A proxy on loopback behind which every host is this web; a client that trusts `authorities` accepts it. */
async function internet(t: TestContext, web: Web, hosts: readonly string[]) {
  const requests: { address: string; headers: IncomingMessage['headers'] }[] = [];
  const certificates = new Map(hosts.map((host) => [host, certificateFor(host)]));
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const address = `${request.headers.host}${request.url}`;
    requests.push({ address, headers: request.headers });
    const page = web[address];
    response.writeHead(page === undefined ? 404 : 200).end(page ?? 'Not found');
  };
  const site = createSecureServer(
    {
      SNICallback: (host, done) => {
        const certificate = certificates.get(host);
        done(certificate ? null : new Error(host), certificate && createSecureContext(certificate));
      },
    },
    answer,
  );
  const sitePort = await listening(site);
  const tunnels: string[] = [];
  const proxy = createServer((_, response) => response.writeHead(400).end());
  proxy.on('connect', (request, client) => {
    tunnels.push(request.url ?? '');
    const upstream = connect(sitePort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const end of [upstream, client]) end.on('error', () => end.destroy());
  });
  const proxyPort = await listening(proxy);
  t.after(() => {
    for (const each of [site, proxy]) {
      each.closeAllConnections();
      each.close();
    }
  });
  const authorities = join(mkdtempSync(join(tmpdir(), 'rumbo-web-')), 'authorities.pem');
  writeFileSync(authorities, [...certificates.values()].map(({ cert }) => cert).join('\n'));
  return { requests, tunnels, authorities, address: `http://127.0.0.1:${proxyPort}` };
}

const hosts = [...publicSources.map(({ url }) => new URL(url).host), 'api.x.ai'];

async function setUp(t: TestContext, web: Web, settings = {}, env: NodeJS.ProcessEnv = {}) {
  const net = await internet(t, web, hosts);
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-storage-'));
  const start = () =>
    server(t, settings, {
      env: bareEnv({ NODE_EXTRA_CA_CERTS: net.authorities, ...env }),
      initializationOptions: { storagePath, network: { proxy: net.address, systemCertificates: false } },
    });
  return { net, storagePath, start, rumbo: await start() };
}

const priceOf = async ({ connection }: Awaited<ReturnType<typeof server>>, id: string) =>
  (await connection.sendRequest(listModels, {})).find((model) => model.id === id)?.price;

test('models.dev and the vendors’ pages are read when the user asks, and what they say outlives the server', async (t) => {
  const web = Object.fromEntries(
    publicSources.map(({ id, url }) => {
      const name = id === 'models.dev' ? 'models-dev.json' : `${id}.md`;
      return [url.replace('https://', ''), fixture(name)];
    }),
  );
  // A model whose price did not come with Rumbo.
  const settings = { 'rumbo.models': { 'xai/grok-4.7': { toggle: true } } };
  const { net, storagePath, start, rumbo } = await setUp(t, web, settings);
  assert.equal(await priceOf(rumbo, 'xai/grok-4.7'), null);
  assert.deepEqual(net.tunnels, [], 'nothing leaves before it was asked for');

  const refreshed = await rumbo.connection.sendRequest(refreshRegistry);
  assert.deepEqual([refreshed.requested, refreshed.readable, refreshed.problems], [6, 6, []]);
  assert.ok(refreshed.changes.some((sentence) => sentence.includes('xai/grok-4.7')));
  const price = await priceOf(rumbo, 'xai/grok-4.7');
  assert.deepEqual(
    [price?.input, price?.longContext?.rates.input, price?.serviceTiers?.priority?.input],
    [2, 4, 4],
  );
  assert.ok(
    net.requests.every(({ headers }) => headers.authorization === undefined && headers.cookie === undefined),
  );

  await rumbo.close();
  assert.ok(readdirSync(storagePath).includes('models.json'));
  assert.equal((await priceOf(await start(), 'xai/grok-4.7'))?.input, 2);
  assert.equal(net.requests.length, 6, 'a start reads nothing');
});

test('what cannot be read is reported, and the figures that came with Rumbo hold', async (t) => {
  const { net, rumbo } = await setUp(
    t,
    { 'api.x.ai/v1/language-models': fixture('xai-list.json') },
    { 'rumbo.models': { 'xai/grok-4.7': {}, 'openai/gpt-6-sol': {} } },
    { XAI_API_KEY: 'xai-canary-key' },
  );
  const { requested, readable, problems } = await rumbo.connection.sendRequest(refreshRegistry);
  assert.deepEqual([requested, readable], [7, 1]);
  assert.ok(
    problems.includes('models.dev responded with status 404; its previous figures apply.'),
    problems.join('\n'),
  );
  assert.equal((await priceOf(rumbo, 'xai/grok-4.7'))?.input, 2, 'a provider’s own list has its prices');
  assert.equal((await priceOf(rumbo, 'openai/gpt-6-sol'))?.input, 2);
  const withKey = net.requests.filter(({ headers }) => JSON.stringify(headers).includes('canary'));
  assert.deepEqual(
    withKey.map(({ address }) => address),
    ['api.x.ai/v1/language-models'],
  );
});
