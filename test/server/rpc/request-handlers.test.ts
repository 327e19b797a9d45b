/** The protocol over in-memory streams: parts before the result, errors with their data, a cancel that aborts. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { createConnection } from 'vscode-languageserver/node';
import {
  CancellationTokenSource,
  createProtocolConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { type RequestHandlerDeps, registerRequestHandlers } from '../../../server/rpc/request-handlers.ts';
import { type ErrorData, RumboError } from '../../../shared/errors.ts';
import * as protocol from '../../../shared/protocol.ts';
import { answersWith, failsAfter, pipeline, type Script } from '../orchestration/pipeline.ts';

/** A client of these handlers, on a server with one model. */
function connect(t: TestContext, script: Script, more: Partial<RequestHandlerDeps> = {}) {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const server = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  const client = createProtocolConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  );
  const rumbo = pipeline([{ id: 'lab/one', script }]);
  const logged: string[] = [];
  registerRequestHandlers(server, {
    ready: async () => undefined,
    orchestrator: rumbo.orchestrator,
    status: () => ({ version: '1' }) as never,
    providers: { get: () => undefined, models: () => [], async refresh() {} },
    discovered: { discover: async () => ({ endpoints: [], scope: '' }) as never },
    modelCatalog: {
      details: () => [],
      suggestions: () => [],
      ensure: async () => assert.fail('not requested'),
      unload: async () => assert.fail('not requested'),
    },
    cache: rumbo.cache,
    registryRefresh: { refresh: async () => ({ requested: 1, readable: 1, changes: [], problems: [] }) },
    metrics: rumbo.metrics,
    diagnostics: async () => ({}) as never,
    inlineCompletion: { candidates: () => [], pause: () => ({}) as never },
    log: { error: (message) => void logged.push(message) },
    ...more,
  });
  server.listen();
  client.listen();
  t.after(() => {
    client.dispose();
    server.dispose();
  });
  return { client, rumbo, logged };
}

/** The data of the error that a request is answered with. */
async function errorOf(request: Promise<unknown>): Promise<ErrorData & { readonly code: number }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof ResponseError) return { ...error.data, code: error.code };
    throw error;
  }
  throw new Error('The request was answered.');
}

test('parts arrive before the result', async (t) => {
  const { client } = connect(t, answersWith('one ', 'two'));
  const seen: string[] = [];
  client.onProgress(protocol.askPart, 'token', (part) => void seen.push(part.type));
  const result = await client.sendRequest(protocol.ask, { prompt: 'hi', partialResultToken: 'token' });
  assert.equal(result.text, 'one two');
  assert.equal(seen[0], 'start');
  assert.equal(seen.at(-1), 'finish');
});

test('without a token only the result is sent', async (t) => {
  const { client } = connect(t, answersWith('one'));
  assert.equal((await client.sendRequest(protocol.ask, { prompt: 'hi', workDoneToken: 'w' })).text, 'one');
});

test('an error keeps its kind, its action and the text so far', async (t) => {
  const { client, logged } = connect(t, failsAfter(['half'], 'interrupted'));
  const { kind, partial, attempts, action } = await errorOf(
    client.sendRequest(protocol.ask, { prompt: 'hi', onInterruption: 'fail' }),
  );
  assert.deepEqual([kind, partial, attempts?.length], ['interrupted', 'half', 1]);
  assert.ok(action);
  assert.deepEqual(logged, [], 'a failure of a model is no mistake of the server');
});

test('a cancel aborts the request and has LSP’s own code', async (t) => {
  const aborted = Promise.withResolvers<void>();
  const { client } = connect(t, async function* (_request, signal) {
    yield { type: 'text-delta', text: 'one' };
    await new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        aborted.resolve();
        reject(signal.reason);
      }),
    );
  });
  const cancel = new CancellationTokenSource();
  client.onProgress(protocol.askPart, 1, () => cancel.cancel());
  const { kind, code } = await errorOf(
    client.sendRequest(protocol.ask, { prompt: 'hi', partialResultToken: 1 }, cancel.token),
  );
  assert.deepEqual([kind, code], ['cancelled', -32800]);
  await aborted.promise;
});

test('a cancel ends a request that still waits for the settings', async (t) => {
  const { client, rumbo } = connect(t, answersWith('one'), { ready: () => new Promise(() => {}) });
  const cancel = new CancellationTokenSource();
  const failed = errorOf(client.sendRequest(protocol.ask, { prompt: 'hi' }, cancel.token));
  setTimeout(() => cancel.cancel(), 10);
  assert.equal((await failed).kind, 'cancelled');
  assert.equal(rumbo.requests.length, 0);
});

test('null for params is a request without any', async (t) => {
  const { client } = connect(t, answersWith('one'));
  for (const method of ['rumbo/ask', 'rumbo/explain', 'rumbo/providers/test'])
    assert.equal((await errorOf(client.sendRequest(method, null))).kind, 'invalid-request', method);
  assert.deepEqual(await client.sendRequest('rumbo/models/list', null), []);
});

test('a mistake of the server is logged with its trace, and the user gets a sentence', async (t) => {
  const { client, logged } = connect(t, answersWith('one'), {
    status() {
      throw new TypeError('undefined is not a function');
    },
  });
  const { message } = await errorOf(client.sendRequest(protocol.status));
  assert.doesNotMatch(message, /undefined/);
  assert.equal(logged.length, 1);
});

test('requests reach the module that they are for', async (t) => {
  const { client, rumbo } = connect(t, answersWith('one'));
  await client.sendRequest(protocol.ask, { prompt: 'hi' });
  assert.equal(await client.sendRequest(protocol.clearCache), 1);
  assert.equal((await client.sendRequest(protocol.explain, { prompt: 'hi' })).candidates.length, 1);
  assert.equal(await client.sendRequest(protocol.correctTask, { prompt: 'hi there', task: 'planning' }), 1);
  assert.equal(await client.sendRequest(protocol.forgetCorrections), null);
  assert.equal((await client.sendRequest(protocol.metrics)).counters['rumbo_cache_total{outcome="miss"}'], 1);
  assert.equal((await client.sendRequest(protocol.refreshRegistry)).readable, 1);
  assert.deepEqual(await client.sendRequest(protocol.suggestModels), []);
  assert.equal(rumbo.requests.length, 1);
});

test('an error of a module is the error of the request', async (t) => {
  const { client } = connect(t, answersWith('one'), {
    registryRefresh: {
      refresh: async () => {
        throw new RumboError('No source answered.', { kind: 'unreachable' });
      },
    },
  });
  const { kind, message } = await errorOf(client.sendRequest(protocol.refreshRegistry));
  assert.deepEqual([kind, message], ['unreachable', 'No source answered.']);
});
