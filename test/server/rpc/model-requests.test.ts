import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { modelLifecycle } from '../../../server/models/lifecycle.ts';
import { loadTimes } from '../../../server/models/load-times.ts';
import { localModelStates } from '../../../server/models/local-model-states.ts';
import { modelRequests } from '../../../server/rpc/model-requests.ts';
import type { EnsureProgress } from '../../../shared/local-models.ts';
import { ensureModel, ensureProgress, unloadModel } from '../../../shared/protocol.ts';
import { closeAfterTests, localEngineAt, until } from '../../support/local-engines/connect.ts';
import { fakeOllamaModels } from '../../support/local-engines/ollama.ts';

/** A client and a server, connected by JSON-RPC alone. */
async function connected() {
  const fake = closeAfterTests(await fakeOllamaModels({ 'coder:7b': [['sha256:weights', 3_000]] }));
  const times = loadTimes();
  const models = modelLifecycle({
    engineOf: (name) => (name === 'ollama' ? localEngineAt('ollama', fake.baseUrl) : undefined),
    states: localModelStates({ loadTimes: times, onChanged: () => {}, now: Date.now }),
    loadTimes: times,
    loadOptions: () => ({}),
  });
  const [up, down] = [new PassThrough(), new PassThrough()];
  const server = createMessageConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
  const client = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  after(() => {
    client.dispose();
    server.dispose();
  });
  const requests = modelRequests(models, (token, progress) =>
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

test('a pull reports progress before its result, and the model can be unloaded', async () => {
  const { fake, client } = await connected();
  const received: EnsureProgress[] = [];
  client.onProgress(ensureProgress, 'mine', (progress) => void received.push(progress));
  const done = await client.sendRequest(ensureModel, { model: 'ollama/coder:7b', progressToken: 'mine' });
  assert.equal(done.outcome, 'pulled');
  assert.equal(received.at(-1)?.stage, 'loading');
  assert.ok(received.some(({ fraction }) => fraction === 1));
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
  await until(() => fake.requests.find(({ path }) => path === '/api/pull')?.signal.aborted === true);
});

test('rejects an invalid model with a sentence', async () => {
  const { client } = await connected();
  for (const model of ['', 'ollama', '/x', 7, null]) {
    const request = client.sendRequest(ensureModel.method, { model });
    await assert.rejects(request, /Rumbo can make no models available at/);
  }
});
