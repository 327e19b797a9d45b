/** The messages of the client over a real JSON-RPC connection. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { messageSender } from '../../../client/server/message-sender.ts';
import type { AskPart } from '../../../shared/protocol.ts';
import * as protocol from '../../../shared/protocol.ts';
import { sampleReceipt, sampleStatus } from '../samples.ts';

let client: MessageConnection;
let server: MessageConnection;

beforeEach(() => {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const connect = (input: PassThrough, output: PassThrough) =>
    createMessageConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  client = connect(down, up);
  server = connect(up, down);
  client.listen();
  server.listen();
});
afterEach(() => {
  client.dispose();
  server.dispose();
});

test('a request with and one without parameters arrive as the protocol declares them', async () => {
  const received: unknown[] = [];
  server.onRequest(protocol.status, () => sampleStatus());
  server.onRequest(protocol.listModels, (params) => {
    received.push(params);
    return [];
  });
  const sender = messageSender(client);
  assert.equal((await sender.request('status')).version, '0.1.0');
  assert.deepEqual(await sender.request('listModels', { provider: 'lab' }), []);
  assert.deepEqual(received, [{ provider: 'lab' }]);
});

test('progress arrives before the result, on the token of the request, and ends with it', async () => {
  let token: string | number | undefined;
  server.onRequest(protocol.ask, async ({ prompt, partialResultToken }) => {
    token = partialResultToken;
    assert.equal(prompt, 'x');
    for (const text of ['a', 'b'])
      await server.sendProgress(protocol.askPart, token ?? '', { type: 'text-delta', text });
    return { text: 'ab', receipt: sampleReceipt() };
  });
  const parts: AskPart[] = [];
  const result = await messageSender(client).requestWithProgress(
    'ask',
    (partialResultToken) => ({ prompt: 'x', partialResultToken }),
    'askPart',
    (part) => parts.push(part),
  );
  assert.equal(result.text, 'ab');
  assert.deepEqual(
    parts.map((part) => part.type === 'text-delta' && part.text),
    ['a', 'b'],
  );
  await server.sendProgress(protocol.askPart, token ?? '', { type: 'text-delta', text: 'late' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(parts.length, 2);
});

test('the token cancels a request, and the error of the server is passed on', async () => {
  const source = new CancellationTokenSource();
  server.onRequest(
    protocol.refreshRegistry,
    (token) =>
      new Promise((_, reject) => {
        token.onCancellationRequested(() => reject(new Error('cancelled by the client')));
        source.cancel();
      }),
  );
  const refreshed = messageSender(client).request('refreshRegistry', undefined, source.token);
  await assert.rejects(refreshed, /cancelled by the client/);
});

test('a notification arrives with its parameters', async () => {
  const received = new Promise((resolve) => server.onNotification(protocol.inlineEvent, resolve));
  await messageSender(client).notify('inlineEvent', { id: 'one', type: 'accepted' });
  assert.deepEqual(await received, { id: 'one', type: 'accepted' });
});

test('a request that is too large is refused in words before it is sent', async () => {
  let received = 0;
  server.onRequest(protocol.explain, () => {
    received += 1;
    throw new Error('It should not arrive.');
  });
  const refused = messageSender(client).request('explain', { prompt: 'x'.repeat(5_000_001) });
  await assert.rejects(refused, { name: 'ClientError', message: 'This request has more than 5 MB of text.' });
  assert.equal(received, 0);
});
