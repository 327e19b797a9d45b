import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { ollamaLifecycle } from '../../../server/models/engines/ollama.ts';
import { modelLifecycle } from '../../../server/models/lifecycle.ts';
import { loadTimes } from '../../../server/models/load-times.ts';
import { localModelRequests } from '../../../server/models/requests.ts';
import type { EnsureProgress } from '../../../shared/local-models.ts';
import { ensureModel, ensureProgress, unloadModel } from '../../../shared/protocol.ts';
import { closeAfterTests, connectionTo, until } from '../../support/local-engines/engine.ts';
import { fakeOllamaModels } from '../../support/local-engines/ollama.ts';

/** A client and a server with nothing between them but JSON-RPC. */
async function connected() {
  const fake = closeAfterTests(await fakeOllamaModels({ 'coder:7b': [['sha256:weights', 3_000]] }));
  const models = modelLifecycle({
    engineOf: (name) =>
      name === 'ollama' ? { lifecycle: ollamaLifecycle(connectionTo('ollama', fake.baseUrl)) } : undefined,
    loadTimes: loadTimes(),
    loadOptions: () => ({}),
    changed: () => {},
  });
  const [up, down] = [new PassThrough(), new PassThrough()];
  const server = createMessageConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
  const client = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  after(() => {
    client.dispose();
    server.dispose();
  });
  const requests = localModelRequests(models, (token, progress) =>
    server.sendProgress(ensureProgress, token, progress),
  );
  server.onRequest(ensureModel, (params, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return requests.ensureModel(params, controller.signal);
  });
  server.onRequest(unloadModel, (params) => requests.unloadModel(params, new AbortController().signal));
  server.listen();
  client.listen();
  return { fake, client };
}

test('a pull tells its progress before its result, and the model can be freed again', async () => {
  const { fake, client } = await connected();
  const heard: EnsureProgress[] = [];
  client.onProgress(ensureProgress, 'mine', (progress) => void heard.push(progress));
  const done = await client.sendRequest(ensureModel, { model: 'ollama/coder:7b', progressToken: 'mine' });
  assert.equal(done.outcome, 'pulled');
  assert.equal(heard.at(-1)?.stage, 'loading');
  assert.ok(heard.some(({ fraction }) => fraction === 1));
  assert.equal(await client.sendRequest(unloadModel, { model: 'ollama/coder:7b' }), null);
  assert.equal(fake.memory.size, 0);
});

test('cancelling the request ends the download', async () => {
  const { fake, client } = await connected();
  fake.network.allow(1);
  const cancel = new CancellationTokenSource();
  const pulling = client.sendRequest(ensureModel, { model: 'ollama/coder:7b' }, cancel.token);
  await until(() => fake.network.onDisk.size === 1);
  cancel.cancel();
  await assert.rejects(pulling);
  await until(() => fake.requests.find(({ path }) => path === '/api/pull')?.gone.aborted === true);
});

test('what is no model is refused with a sentence', async () => {
  const { client } = await connected();
  for (const model of ['', 'ollama', '/x', 7, null]) {
    const asked = client.sendRequest(ensureModel.method, { model });
    await assert.rejects(asked, /Rumbo can make no models available at/);
  }
});
