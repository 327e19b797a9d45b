import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaLifecycle } from '../../../server/models/engines/ollama.ts';
import { nativeApi, nativeRoot } from '../../../server/models/native-api.ts';
import { closeAfterTests, connectionTo, neverAborted, until } from '../../support/local-engines/engine.ts';
import { failing } from '../../support/local-engines/failing.ts';
import { type FakeRequest, localServer } from '../../support/local-engines/local-server.ts';

const answering = async (answer: (asked: FakeRequest) => void, key?: string) => {
  const server = closeAfterTests(await localServer(answer));
  return { server, ask: nativeApi(connectionTo('ollama', server.baseUrl, key), server.baseUrl) };
};

test('a key goes along where there is one; without one a 401 says that it is asked for', async () => {
  const { server, ask } = await answering(({ json }) => json(200, {}), 'secret-key');
  await ask.json({ path: '/api/tags' }, neverAborted());
  assert.equal(server.requests[0]?.headers['authorization'], 'Bearer secret-key');
  const { ask: keyless } = await answering(({ json }) => json(401, { error: 'unauthorized' }));
  await assert.rejects(
    keyless.json({ path: '/api/tags' }, neverAborted()),
    failing('unauthorized', /asks for an API key/),
  );
});

test('a refusal never repeats the key', async () => {
  const { ask } = await answering(({ text }) => text(500, 'wrong: secret-key'), 'secret-key');
  await assert.rejects(ask.json({ path: '/x' }, neverAborted()), (error: Error) => {
    assert.doesNotMatch(error.message, /secret-key/);
    return true;
  });
});

test('a web page, a redirect and an endless list are bad answers, not crashes', async () => {
  const page = await answering(({ text }) => text(200, '<html>router</html>'));
  await assert.rejects(
    page.ask.json({ path: '/x' }, neverAborted()),
    failing('bad-response', /other than JSON/),
  );
  const elsewhere = await answering(({ response }) =>
    response.writeHead(307, { location: 'http://example.com' }).end(),
  );
  await assert.rejects(
    elsewhere.ask.json({ path: '/x' }, neverAborted()),
    failing('blocked-redirect', /does not follow/),
  );
  const endless = await answering(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(`"${'x'.repeat(100_000)}",`));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(
    endless.ask.json({ path: '/x' }, neverAborted()),
    failing('bad-response', /other than JSON/),
  );
  await until(() => endless.server.requests[0]?.gone.aborted === true);
});

test('a list of many models with markup in their names is only a list', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `<img src=x onerror=alert(${index})>`);
  const server = closeAfterTests(
    await localServer(({ json }, path) =>
      json(200, { models: path === '/api/tags' ? names.map((name) => ({ name })) : [] }),
    ),
  );
  const listed = await ollamaLifecycle(connectionTo('ollama', server.baseUrl)).list(neverAborted());
  assert.deepEqual([listed.length, listed[7]?.name], [10_000, names[7]]);
});

test('leaving a stream closes its socket', async () => {
  const { server, ask } = await answering(({ response }) => {
    response.writeHead(200);
    response.write('{"a":1}\n{"a":2}\n');
  });
  for await (const line of ask.lines({ path: '/x', timeout: 'news' }, 'ndjson', neverAborted())) {
    assert.equal(line, '{"a":1}');
    break;
  }
  await until(() => server.requests[0]?.gone.aborted === true);
});

test('an engine that breaks off in the middle has interrupted', async () => {
  const { ask } = await answering(({ response }) => {
    response.writeHead(200);
    response.write('{"a":1}\n');
    setTimeout(() => response.destroy(), 20);
  });
  const reading = async () => {
    for await (const _ of ask.lines({ path: '/x', timeout: 'pull' }, 'ndjson', neverAborted()));
  };
  await assert.rejects(reading(), failing('interrupted', /broke off/));
});

test('the interface of an engine stands beside the version that chat is asked at', () => {
  assert.equal(nativeRoot('http://127.0.0.1:8080/v1/'), 'http://127.0.0.1:8080');
  assert.equal(nativeRoot('http://127.0.0.1:8080/v1beta'), 'http://127.0.0.1:8080');
  assert.equal(nativeRoot('http://127.0.0.1:11434'), 'http://127.0.0.1:11434');
  assert.equal(
    nativeRoot('http://docker-socket.localhost/exp/vDD4.40'),
    'http://docker-socket.localhost/exp/vDD4.40',
  );
});
