import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { type Message, StreamMessageReader } from 'vscode-languageserver/node';
import { messageWriter } from '../../../server/platform/message-writer.ts';

const notification = (text: string) => ({ jsonrpc: '2.0', method: 'example', params: { text } });

test('messages arrive whole and in order, those of one turn in one chunk', async () => {
  const pieces: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  const writer = messageWriter(stream);
  const sent = ['one', '¡dos! 🙂', '', 'later'].map(notification);
  const [later] = sent.slice(-1);
  await Promise.all(sent.slice(0, -1).map((message) => writer.write(message)));
  assert.equal(pieces.length, 1);
  if (later) await writer.write(later);
  assert.equal(pieces.length, 2);

  const replay = new PassThrough();
  const received: Message[] = [];
  new StreamMessageReader(replay).listen((message) => received.push(message));
  replay.end(Buffer.concat(pieces));
  for (let wait = 0; received.length < sent.length && wait < 100; wait++)
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
  assert.equal(written, true);

  const second = writer.write(notification('two'));
  await new Promise((resolve) => setImmediate(resolve));
  take?.(new Error('The pipe broke.'));
  await assert.rejects(second, /pipe broke/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(errors[0]?.message ?? '', /pipe broke/);
});

test('ending writes the pending messages', async () => {
  const stream = new PassThrough();
  const writer = messageWriter(stream);
  const written = writer.write(notification('last'));
  writer.end();
  await written;
  assert.match(String(stream.read()), /"last"/);
});
