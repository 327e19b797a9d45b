/** What is found on this machine: used, offered or left, again and again, without anybody waiting. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, mock, test } from 'node:test';
import {
  type DiscoveryDeps,
  type DiscoverySettings,
  discovery,
} from '../../../server/discovery/discovery.ts';
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
const usual: DiscoverySettings = { endpoints: [], newEndpoints: 'offer', intervalMinutes: 5 };
const watch = (
  roots: readonly string[],
  more: Partial<DiscoveryDeps> & { user?: Partial<DiscoverySettings> } = {},
) => {
  const made = discovery({
    http,
    definitions: engines,
    env: {},
    settings: () => ({ ...usual, ...more.user }),
    providers: () => [],
    onChanged: () => {},
    now: () => Date.now(),
    addresses: () => roots.map((root) => ({ root, isUserDefined: false })),
    ...more,
  });
  closers.push(made.dispose);
  return made;
};

test('six kinds, each on a foreign port, are told apart in one look', async () => {
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
  const here = watch(all.map(({ root }) => root));
  await here.scan();
  assert.ok(performance.now() - before < 1_500, `${performance.now() - before} ms`);
  assert.deepEqual(
    here.endpoints().map(({ kind, use, name }) => [kind, use, name]),
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

test('one look is over in half a second, whoever keeps silent', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const ollama = await serve(ollamaPages);
  const here = watch([`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, ollama.root]);
  const before = performance.now();
  await here.scan();
  assert.ok(performance.now() - before < 1_500, `${performance.now() - before} ms`);
  assert.deepEqual(
    here.endpoints().map(({ kind }) => kind),
    ['ollama'],
  );
});

test('an engine that is set up at the address is used; another one there is offered under a free name', async () => {
  const [llama, ollama] = [await serve(llamaPages), await serve(ollamaPages)];
  const here = watch([llama.root, ollama.root], {
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
  await here.scan();
  assert.deepEqual(
    here.endpoints().map(({ kind, use, name }) => [kind, use, name]),
    [
      ['llama-cpp', 'offered', `llama-cpp-${llama.port}`],
      ['ollama', 'used', 'mine'],
    ],
  );
  assert.deepEqual(here.providers(), {});
});

test('an address that the user named is used without a question, with the engine that answers there', async () => {
  const docker = await serve(dockerPages);
  const here = watch([], { addresses: () => [{ root: docker.root, isUserDefined: true }] });
  await here.scan();
  assert.deepEqual(here.providers(), {
    'docker-model-runner': {
      kind: 'docker-model-runner',
      label: `Docker Model Runner (127.0.0.1:${docker.port})`,
      baseUrl: `${docker.root}/engines`,
      source: 'local',
    },
  });
});

test('new servers are used or left alone when the user says so', async () => {
  const { root } = await serve(ollamaPages);
  for (const [newEndpoints, use, providers] of [
    ['offer', 'offered', 0],
    ['use', 'used', 1],
    ['ignore', 'ignored', 0],
  ] as const) {
    const here = watch([root], { user: { newEndpoints } });
    await here.scan();
    assert.deepEqual(
      here.endpoints().map((each) => each.use),
      [use],
    );
    assert.equal(Object.keys(here.providers()).length, providers);
  }
});

test('a server on both loopback addresses is one server', async (context) => {
  const four = await serve(ollamaPages);
  const six = await serve(ollamaPages, { host: '::1', port: four.port }).catch(() => undefined);
  if (!six) return context.skip('no IPv6 on this machine');
  const here = watch([four.root, six.root]);
  await here.scan();
  assert.deepEqual(
    here.endpoints().map(({ baseUrl }) => baseUrl),
    [four.root],
  );
});

test('a server on the IPv6 address only is found there', async (context) => {
  const six = await serve(ollamaPages, { host: '::1' }).catch(() => undefined);
  if (!six) return context.skip('no IPv6 on this machine');
  const here = watch([`http://127.0.0.1:${six.port}`, six.root]);
  await here.scan();
  assert.deepEqual(
    here.endpoints().map(({ baseUrl }) => baseUrl),
    [six.root],
  );
});

test('two calls at a time share one look, and only what is different is told', async () => {
  const server = await serve(ollamaPages);
  let told = 0;
  const here = watch([server.root], { onChanged: () => (told += 1) });
  await Promise.all([here.scan(), here.scan()]);
  assert.equal(server.requests.filter(({ path }) => path === '/').length, 1);
  await here.scan();
  assert.equal(told, 1);
  server.pages = {};
  await here.scan();
  assert.deepEqual([here.endpoints(), told], [[], 2]);
});

test('an impostor at one of our addresses is named, the right engine and silence are not', async () => {
  const here = watch([]);
  const signal = AbortSignal.timeout(5_000);
  const [vllm, llama] = [await serve(vllmPages), await serve(llamaPages)];
  assert.equal(await here.identifyServer('vllm', vllm.root, signal), undefined);
  assert.equal(await here.identifyServer('vllm', llama.root, signal), 'llama.cpp');
  await llama.close();
  assert.equal(await here.identifyServer('vllm', llama.root, signal), undefined);
});

test('a server that one look of the timer misses stays for another, and goes at once when the user looks', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let now = 1_000_000;
  const start = async () => {
    const server = await serve(ollamaPages);
    const here = watch([server.root], { now: () => now });
    await here.scan();
    assert.equal(here.endpoints().length, 1);
    await server.close();
    return here;
  };
  const asked = await start();
  await asked.scan();
  assert.equal(asked.endpoints().length, 0);

  const watched = await start();
  const found: number[] = [];
  watched.start();
  for (let turn = 0; turn < 2; turn++) {
    now += 5 * 60_000;
    mock.timers.tick(15_000);
    // Joins the look of the timer.
    await watched.scan();
    found.push(watched.endpoints().length);
  }
  assert.deepEqual(found, [1, 0]);
  mock.timers.reset();
});

test('it looks at the start, every few minutes, and when the network changes', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let now = 1_000_000;
  let looks = 0;
  let address = '10.0.0.1';
  let intervalMinutes = 5;
  const here = watch([], {
    settings: () => ({ ...usual, intervalMinutes }),
    now: () => now,
    addresses: () => {
      looks += 1;
      return [];
    },
    interfaces: () => ({ eth0: [{ address }] }),
  });
  const pass = async (ms: number) => {
    now += ms;
    mock.timers.tick(15_000);
    await new Promise(setImmediate);
  };
  here.start();
  assert.equal(looks, 0, 'nobody waits for the first look');
  await new Promise(setImmediate);
  assert.equal(looks, 1);
  await pass(15_000);
  assert.equal(looks, 1);
  address = '192.168.1.7';
  await pass(15_000);
  assert.equal(looks, 2);
  await pass(5 * 60_000);
  assert.equal(looks, 3);
  intervalMinutes = 0;
  await pass(60 * 60_000);
  assert.equal(looks, 3, 'only when asked');
  intervalMinutes = 5;
  here.dispose();
  await pass(60 * 60_000);
  assert.equal(looks, 3);
  mock.timers.reset();
});
