import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { type Message, StreamMessageReader } from 'vscode-languageserver/node';
import { messageWriter } from '../../../server/platform/message-writer.ts';

const notification = (text: string) => ({ jsonrpc: '2.0', method: 'told', params: { text } });

test('messages arrive whole and in order, each in one piece', async () => {
  const pieces: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  const writer = messageWriter(stream);
  const sent = ['one', '¡dos! 🙂', ''].map(notification);
  await Promise.all(sent.map((message) => writer.write(message)));
  assert.equal(pieces.length, sent.length);

  const replay = new PassThrough();
  const received: Message[] = [];
  new StreamMessageReader(replay).listen((message) => received.push(message));
  replay.end(Buffer.concat(pieces));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(received, sent);
});

test('a write waits for a slow reader, and fails with a broken one', async () => {
  let take: ((error?: Error) => void) | undefined;
  const writer = messageWriter(
    new Writable({
      write(_piece, _encoding, done) {
        take = done;
      },
    }),
  );
  const errors: Error[] = [];
  writer.onError(([error]) => errors.push(error));

  let written = false;
  const first = writer.write(notification('one')).then(() => {
    written = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(written, false);
  take?.();
  await first;

  const second = writer.write(notification('two'));
  take?.(new Error('The pipe broke.'));
  await assert.rejects(second, /pipe broke/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(errors[0]?.message ?? '', /pipe broke/);
});
