/** The server at an address is identified by its responses, on any port, whatever it sends. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { identifyServer } from '../../../server/discovery/identify-server.ts';
import { engines } from '../../../server/engines/table.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import { endpointSettings } from '../../../shared/discovery.ts';
import {
  copyPages,
  dockerPages,
  litellmPages,
  litellmWithKeyPages,
  llamaLoadingPages,
  llamaPages,
  llamaRouterPages,
  llamaWithKeyPages,
  lmStudioPages,
  lmStudioUnknown,
  ollamaPages,
  sglangPages,
  vllmPages,
  vllmWithKeyPages,
} from '../../support/model-servers.ts';
import { type Page, type PageServer, pageServer } from '../../support/page-server.ts';

const { http, dispose } = undiciHttp();
const closers: (() => unknown)[] = [dispose];
after(async () => {
  for (const close of closers) await close();
});
const identify = (root: string, ms = 5_000) =>
  identifyServer(root, { http, definitions: engines }, AbortSignal.timeout(ms));
const serve = async (pages: PageServer['pages'], otherwise?: Page) => {
  const server = await pageServer(pages, otherwise ? { otherwise } : {});
  closers.push(server.close);
  return server;
};
const serveRaw = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const servers: readonly [string, PageServer['pages'], Page | undefined, Record<string, unknown>][] = [
  ['Ollama', ollamaPages, undefined, { kind: 'ollama', version: '0.33.0', models: ['qwen3:8b'] }],
  [
    'Docker Model Runner, which answers as Ollama does too',
    dockerPages,
    undefined,
    { kind: 'docker-model-runner', base: '/engines', version: '1.0.4', models: ['ai/smollm2:latest'] },
  ],
  ['llama.cpp', llamaPages, undefined, { kind: 'llama-cpp', version: 'b1-de3ff81', models: ['tiny-chat'] }],
  [
    'llama.cpp as a router',
    llamaRouterPages,
    undefined,
    { kind: 'llama-cpp', version: 'b1-de3ff81', router: true, models: ['broken', 'tiny-chat', 'tiny-tools'] },
  ],
  ['llama.cpp that still loads', llamaLoadingPages, undefined, { kind: 'llama-cpp', state: 'loading' }],
  ['llama.cpp that wants a key', llamaWithKeyPages, undefined, { kind: 'llama-cpp', state: 'needs-key' }],
  [
    'LM Studio',
    lmStudioPages,
    lmStudioUnknown,
    { kind: 'lm-studio', label: 'LM Studio', models: ['qwen/qwen3-4b'] },
  ],
  ['vLLM', vllmPages, undefined, { kind: 'vllm', version: '0.14.1', models: ['Qwen/Qwen3-8B'] }],
  [
    'vLLM that wants a key',
    vllmWithKeyPages,
    undefined,
    { kind: 'vllm', version: '0.14.1', state: 'needs-key' },
  ],
  [
    'SGLang',
    sglangPages,
    undefined,
    { kind: 'openai-compatible', label: 'SGLang', base: '/v1', models: ['meta/llama'] },
  ],
  [
    'LiteLLM, whose models run elsewhere',
    litellmPages,
    undefined,
    { kind: 'openai-compatible', label: 'LiteLLM', base: '/v1', forwards: true, models: ['team/large'] },
  ],
  [
    'LiteLLM that wants a key',
    litellmWithKeyPages,
    undefined,
    { kind: 'openai-compatible', label: 'LiteLLM', base: '/v1', forwards: true, state: 'needs-key' },
  ],
  ['any copy of OpenAI', copyPages, undefined, { kind: 'openai-compatible', base: '/v1', models: ['mine'] }],
];

for (const [name, pages, otherwise, expected] of servers) {
  test(`${name} is identified on any port`, async () => {
    const server = await serve(pages, otherwise);
    const { base = '', ...rest } = expected;
    const found = await identify(server.root);
    const label = engines.find(({ kind }) => kind === expected['kind'])?.label;
    assert.deepEqual(found, { label, state: 'ready', baseUrl: `${server.root}${base}`, ...rest });
  });
}

test('llama.cpp behind a proxy that hides its name is identified by its list', async () => {
  const bare = Object.fromEntries(
    Object.entries(llamaPages).map(([path, page]) => [path, { ...(page as Page), headers: {} }]),
  );
  assert.equal((await identify((await serve(bare)).root))?.kind, 'llama-cpp');
});

test('a server below a path is found there', async () => {
  const server = await serve({ '/prefix/': { body: 'Ollama is running' } });
  assert.equal((await identify(`${server.root}/prefix`))?.baseUrl, `${server.root}/prefix`);
});

test('the path of a model’s file stays private', async () => {
  const data = [{ id: '/home/me/secret/tiny.gguf', object: 'model', owned_by: 'llamacpp' }];
  const server = await serve({ '/v1/models': { body: { object: 'list', data } } });
  assert.deepEqual((await identify(server.root))?.models, ['tiny.gguf']);
});

test('a web application gets two requests without a key, and is not a model server', async () => {
  const page = { headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' };
  const server = await serve({ '/': page }, { ...page, status: 404 });
  assert.equal(await identify(server.root), undefined);
  assert.deepEqual(server.requests.map(({ path }) => path).toSorted(), ['/', '/v1/models']);
  for (const { headers } of server.requests) {
    assert.equal(headers['authorization'], undefined);
    assert.equal(headers['cookie'], undefined);
  }
});

test('a page behind a password and another kind of API are not model servers', async () => {
  const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: { error: 'no' } };
  assert.equal(await identify((await serve({}, basic)).root), undefined);
  assert.equal(await identify((await serve({}, { body: { data: [], ok: true } })).root), undefined);
  assert.equal(
    await identify((await serve({}, { status: 404, body: { message: 'page not found' } })).root),
    undefined,
  );
});

test('a server with OpenAI’s interface that requires a key is identified', async () => {
  const refusal = { status: 401, body: { error: { message: 'Invalid API key', type: 'auth' } } };
  const found = await identify((await serve({ '/v1/models': refusal })).root);
  assert.deepEqual([found?.kind, found?.state], ['openai-compatible', 'needs-key']);
});

test('a gateway on this machine is no local provider: what it gets leaves the machine', async () => {
  const gateway = await identify((await serve(litellmPages)).root);
  const engine = await identify((await serve(sglangPages)).root);
  assert.equal(gateway && endpointSettings(gateway).source, 'api');
  assert.equal(engine && endpointSettings(engine).source, 'local');
});

test('a redirect is not followed', async () => {
  const canary = await serve(ollamaPages);
  const server = await serve({}, { status: 302, headers: { location: `${canary.root}/` } });
  assert.equal(await identify(server.root), undefined);
  assert.deepEqual(canary.requests, []);
});

test('an endless body is read up to the limit, and its socket closed', async () => {
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  const root = await serveRaw((request, response) => {
    if (request.url !== '/') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.on('close', closed.resolve);
    const write = (): void => {
      sent += 16_384;
      response.write('x'.repeat(16_384), () => setImmediate(write));
    };
    write();
  });
  assert.equal(await identify(root), undefined);
  await closed.promise;
  assert.ok(sent < 20_000_000, `${sent} bytes`);
});

test('limits the number of models, and drops names with control characters', async () => {
  const data = Array.from({ length: 10_000 }, (_, index) => ({
    id: `model-${index}`,
    object: 'model',
    owned_by: 'x',
  }));
  const long = await serve({ '/v1/models': { body: { data, object: 'list' } } });
  const found = await identify(long.root);
  assert.equal(found?.kind, 'openai-compatible');
  assert.equal(found?.models, undefined);

  const names = [
    '<img src=x onerror=alert(1)>',
    'evil\u001b[2J',
    'a\u202eb',
    'x'.repeat(1_000),
    '',
    7,
    'good',
  ];
  const odd = await serve({ '/v1/models': { body: { object: 'list', data: names.map((id) => ({ id })) } } });
  assert.deepEqual((await identify(odd.root))?.models, ['<img src=x onerror=alert(1)>', 'good']);

  const many = Array.from({ length: 300 }, (_, index) => ({ id: `m${index}` }));
  const cut = await serve({ '/v1/models': { body: { object: 'list', data: many } } });
  assert.equal((await identify(cut.root))?.models?.length, 50);
});

test('times out when a server accepts but never answers', async () => {
  const root = await serveRaw(() => {});
  const before = performance.now();
  assert.equal(await identify(root, 300), undefined);
  assert.ok(performance.now() - before < 15_000);
});

test('a server with a slow list is identified by its root page', async () => {
  const root = await serveRaw((request, response) => {
    if (request.url === '/') response.end('Ollama is running');
  });
  const found = await identify(root, 300);
  assert.deepEqual([found?.kind, found?.state, found?.models], ['ollama', 'ready', undefined]);
});
