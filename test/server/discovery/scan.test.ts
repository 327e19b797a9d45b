/** Servers found on this machine: used, offered or ignored, in scans that no request waits for. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, mock, test } from 'node:test';
import { type DiscoveryDeps, type DiscoverySettings, discovery } from '../../../server/discovery/scan.ts';
import { engines } from '../../../server/engines/table.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import {
  copyPages,
  dockerPages,
  llamaPages,
  llamaRouterPages,
  lmStudioPages,
  lmStudioUnknown,
  ollamaPages,
  vllmPages,
} from '../../support/model-servers.ts';
import { type PageServer, pageServer } from '../../support/page-server.ts';

const { http, dispose } = undiciHttp();
const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
  await dispose();
});
const serve = async (pages: PageServer['pages'], options?: Parameters<typeof pageServer>[1]) => {
  const server = await pageServer(pages, options);
  closers.push(server.close);
  return server;
};
const defaults: DiscoverySettings = { endpoints: [], newEndpoints: 'offer', intervalMinutes: 5 };
const discoveryOf = (
  roots: readonly string[],
  more: Partial<DiscoveryDeps> & { user?: Partial<DiscoverySettings> } = {},
) => {
  const made = discovery({
    http,
    definitions: engines,
    env: {},
    settings: () => ({ ...defaults, ...more.user }),
    providers: () => [],
    onChanged: () => {},
    now: () => Date.now(),
    addresses: () => roots.map((root) => ({ root, isUserDefined: false })),
    ...more,
  });
  closers.push(made.dispose);
  return made;
};

test('six kinds, each on another kind’s port, are distinguished in one scan', async () => {
  const all = await Promise.all([
    serve(ollamaPages),
    serve(dockerPages),
    serve(llamaPages),
    serve(llamaRouterPages),
    serve(lmStudioPages, { otherwise: lmStudioUnknown }),
    serve(vllmPages),
    serve(copyPages),
  ]);
  const before = performance.now();
  const servers = discoveryOf(all.map(({ root }) => root));
  await servers.scan();
  assert.ok(performance.now() - before < 15_000, `${performance.now() - before} ms`);
  assert.deepEqual(
    servers.endpoints().map(({ kind, use, name }) => [kind, use, name]),
    [
      ['ollama', 'offered', 'ollama'],
      ['docker-model-runner', 'offered', 'docker-model-runner'],
      ['llama-cpp', 'offered', 'llama-cpp'],
      ['llama-cpp', 'offered', `llama-cpp-${all[3].port}`],
      ['lm-studio', 'offered', 'lm-studio'],
      ['vllm', 'offered', 'vllm'],
      ['openai-compatible', 'offered', `openai-compatible-${all[6].port}`],
    ],
  );
});

test('a scan ends in half a second even if a server never answers', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const ollama = await serve(ollamaPages);
  const servers = discoveryOf([`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, ollama.root]);
  const before = performance.now();
  await servers.scan();
  assert.ok(performance.now() - before < 15_000, `${performance.now() - before} ms`);
  assert.deepEqual(
    servers.endpoints().map(({ kind }) => kind),
    ['ollama'],
  );
});

test('a server with a provider is used; another kind at that address is offered under an unused name', async () => {
  const [llama, ollama] = [await serve(llamaPages), await serve(ollamaPages)];
  const servers = discoveryOf([llama.root, ollama.root], {
    providers: () => [
      { name: 'vllm', kind: 'vllm', baseUrl: llama.root, isUserDefined: false },
      { name: 'llama-cpp', kind: 'llama-cpp', baseUrl: 'http://127.0.0.1:8080', isUserDefined: false },
      {
        name: 'mine',
        kind: 'openai-compatible',
        baseUrl: `http://localhost:${ollama.port}/v1/`,
        isUserDefined: true,
      },
    ],
  });
  await servers.scan();
  assert.deepEqual(
    servers.endpoints().map(({ kind, use, name }) => [kind, use, name]),
    [
      ['llama-cpp', 'offered', `llama-cpp-${llama.port}`],
      ['ollama', 'used', 'mine'],
    ],
  );
  assert.deepEqual(servers.newProviders(), {});
});

test('a server at an address that the user named is used without an offer', async () => {
  const docker = await serve(dockerPages);
  const servers = discoveryOf([], { addresses: () => [{ root: docker.root, isUserDefined: true }] });
  await servers.scan();
  assert.deepEqual(servers.newProviders(), {
    'docker-model-runner': {
      kind: 'docker-model-runner',
      label: `Docker Model Runner (127.0.0.1:${docker.port})`,
      baseUrl: `${docker.root}/engines`,
      source: 'local',
    },
  });
});

test('new servers are used or ignored as the user sets', async () => {
  const { root } = await serve(ollamaPages);
  for (const [newEndpoints, use, providers] of [
    ['offer', 'offered', 0],
    ['use', 'used', 1],
    ['ignore', 'ignored', 0],
  ] as const) {
    const servers = discoveryOf([root], { user: { newEndpoints } });
    await servers.scan();
    assert.deepEqual(
      servers.endpoints().map((each) => each.use),
      [use],
    );
    assert.equal(Object.keys(servers.newProviders()).length, providers);
  }
});

test('a server on both loopback addresses is one server', async (context) => {
  const four = await serve(ollamaPages);
  const six = await serve(ollamaPages, { host: '::1', port: four.port }).catch(() => undefined);
  if (!six) return context.skip('no IPv6 on this machine');
  const servers = discoveryOf([four.root, six.root]);
  await servers.scan();
  assert.deepEqual(
    servers.endpoints().map(({ baseUrl }) => baseUrl),
    [four.root],
  );
});

test('a server on the IPv6 address only is found there', async (context) => {
  const six = await serve(ollamaPages, { host: '::1' }).catch(() => undefined);
  if (!six) return context.skip('no IPv6 on this machine');
  const servers = discoveryOf([`http://127.0.0.1:${six.port}`, six.root]);
  await servers.scan();
  assert.deepEqual(
    servers.endpoints().map(({ baseUrl }) => baseUrl),
    [six.root],
  );
});

test('concurrent calls share one scan, and only changes are reported', async () => {
  const server = await serve(ollamaPages);
  let changes = 0;
  const servers = discoveryOf([server.root], { onChanged: () => (changes += 1) });
  await Promise.all([servers.scan(), servers.scan()]);
  assert.equal(server.requests.filter(({ path }) => path === '/').length, 1);
  await servers.scan();
  assert.equal(changes, 1);
  server.pages = {};
  await servers.scan();
  assert.deepEqual([servers.endpoints(), changes], [[], 2]);
});

test('identifies the server at one of our addresses, or none', async () => {
  const servers = discoveryOf([]);
  const signal = AbortSignal.timeout(5_000);
  const [vllm, llama] = [await serve(vllmPages), await serve(llamaPages)];
  assert.equal((await servers.identifyServer(vllm.root, signal))?.kind, 'vllm');
  assert.equal((await servers.identifyServer(llama.root, signal))?.label, 'llama.cpp');
  await llama.close();
  assert.equal(await servers.identifyServer(llama.root, signal), undefined);
});

test('a server stays after one missed scheduled scan, and is removed at once by a requested one', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let now = 1_000_000;
  const start = async () => {
    const server = await serve(ollamaPages);
    const servers = discoveryOf([server.root], { now: () => now });
    await servers.scan();
    assert.equal(servers.endpoints().length, 1);
    await server.close();
    return servers;
  };
  const requested = await start();
  await requested.scan();
  assert.equal(requested.endpoints().length, 0);

  const scheduled = await start();
  const found: number[] = [];
  scheduled.start();
  for (let turn = 0; turn < 2; turn++) {
    now += 5 * 60_000;
    mock.timers.tick(15_000);
    // Joins the scheduled scan.
    await scheduled.scan();
    found.push(scheduled.endpoints().length);
  }
  assert.deepEqual(found, [1, 0]);
  mock.timers.reset();
});

test('scans at the start, at an interval, and when the network changes', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let now = 1_000_000;
  let scans = 0;
  let address = '10.0.0.1';
  let intervalMinutes = 5;
  const servers = discoveryOf([], {
    settings: () => ({ ...defaults, intervalMinutes }),
    now: () => now,
    addresses: () => {
      scans += 1;
      return [];
    },
    interfaces: () => ({ eth0: [{ address }] }),
  });
  const advance = async (ms: number) => {
    now += ms;
    mock.timers.tick(15_000);
    await new Promise(setImmediate);
  };
  servers.start();
  assert.equal(scans, 0, 'the start does not wait for the first scan');
  await new Promise(setImmediate);
  assert.equal(scans, 1);
  await advance(15_000);
  assert.equal(scans, 1);
  address = '192.168.1.7';
  await advance(15_000);
  assert.equal(scans, 2);
  await advance(5 * 60_000);
  assert.equal(scans, 3);
  intervalMinutes = 0;
  await advance(60 * 60_000);
  assert.equal(scans, 3, 'only on request');
  intervalMinutes = 5;
  servers.dispose();
  await advance(60 * 60_000);
  assert.equal(scans, 3);
  mock.timers.reset();
});
