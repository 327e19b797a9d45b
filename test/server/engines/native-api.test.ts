import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaLifecycle } from '../../../server/engines/ollama/lifecycle.ts';
import { closeAfterTests, nativeApiAt, neverAborted, until } from '../../support/local-engines/connect.ts';
import { isRumboError } from '../../support/local-engines/is-rumbo-error.ts';
import { type FakeRequest, localServer } from '../../support/local-engines/local-server.ts';

const startServer = async (answer: (request: FakeRequest) => void, key?: string) => {
  const server = closeAfterTests(await localServer(answer));
  return { server, api: nativeApiAt('ollama', server.baseUrl, key) };
};

test('sends the key if there is one; without one a 401 reports that a key is required', async () => {
  const { server, api } = await startServer(({ json }) => json(200, {}), 'secret-key');
  await api.json({ path: '/api/tags' }, neverAborted());
  assert.equal(server.requests[0]?.headers['authorization'], 'Bearer secret-key');
  const { api: keyless } = await startServer(({ json }) => json(401, { error: 'unauthorized' }));
  await assert.rejects(
    keyless.json({ path: '/api/tags' }, neverAborted()),
    isRumboError('unauthorized', /requires an API key/),
  );
});

test('an error never contains the key', async () => {
  const { api } = await startServer(({ text }) => text(500, 'wrong: secret-key'), 'secret-key');
  await assert.rejects(api.json({ path: '/x' }, neverAborted()), (error: Error) => {
    assert.doesNotMatch(error.message, /secret-key/);
    return true;
  });
});

test('a web page, a redirect and an endless list are bad responses, not crashes', async () => {
  const page = await startServer(({ text }) => text(200, '<html>router</html>'));
  await assert.rejects(
    page.api.json({ path: '/x' }, neverAborted()),
    isRumboError('bad-response', /other than JSON/),
  );
  const elsewhere = await startServer(({ response }) =>
    response.writeHead(307, { location: 'http://example.com' }).end(),
  );
  await assert.rejects(
    elsewhere.api.json({ path: '/x' }, neverAborted()),
    isRumboError('blocked-redirect', /does not follow/),
  );
  const endless = await startServer(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(`"${'x'.repeat(100_000)}",`));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(
    endless.api.json({ path: '/x' }, neverAborted()),
    isRumboError('bad-response', /other than JSON/),
  );
  await until(() => endless.server.requests[0]?.signal.aborted === true);
});

test('a list of many models with markup in their names stays a list', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `<img src=x onerror=alert(${index})>`);
  const server = closeAfterTests(
    await localServer(({ json }, path) =>
      json(200, { models: path === '/api/tags' ? names.map((name) => ({ name })) : [] }),
    ),
  );
  const models = await ollamaLifecycle(nativeApiAt('ollama', server.baseUrl), 'Ollama').list(neverAborted());
  assert.deepEqual([models.length, models[7]?.name], [10_000, names[7]]);
});

test('leaving a stream closes its socket', async () => {
  const { server, api } = await startServer(({ response }) => {
    response.writeHead(200);
    response.write('{"a":1}\n{"a":2}\n');
  });
  for await (const line of api.lines({ path: '/x', timeout: 'events' }, 'ndjson', neverAborted())) {
    assert.equal(line, '{"a":1}');
    break;
  }
  await until(() => server.requests[0]?.signal.aborted === true);
});

test('an engine that breaks off in the middle is an interruption', async () => {
  const { api } = await startServer(({ response }) => {
    response.writeHead(200);
    response.write('{"a":1}\n');
    setTimeout(() => response.destroy(), 20);
  });
  const reading = async () => {
    for await (const _ of api.lines({ path: '/x', timeout: 'pull' }, 'ndjson', neverAborted()));
  };
  await assert.rejects(reading(), isRumboError('interrupted', /broke off/));
});

test('the root is the base URL without the version that chat requests use', async () => {
  const { server } = await startServer(({ json }) => json(200, {}));
  for (const [suffix, path] of [
    ['/v1/', '/x'],
    ['/v1beta', '/x'],
    ['', '/x'],
    ['/exp/vDD4.40', '/exp/vDD4.40/x'],
    ['/engines/llama.cpp/v1', '/x'],
  ] as const) {
    await nativeApiAt('ollama', `${server.baseUrl}${suffix}`).json({ path: '/x' }, neverAborted());
    assert.equal(server.requests.at(-1)?.path, path, suffix);
  }
});
