import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observedStream } from '../../../server/inline-completion/observed-stream.ts';
import { RumboError } from '../../../shared/errors.ts';

async function* pieces(fails?: RumboError): AsyncGenerator<string> {
  yield 'a';
  yield 'b';
  if (fails) throw fails;
}

function observe(text: AsyncIterable<string>, signal = new AbortController().signal) {
  const events: string[] = [];
  const stream = observedStream(text, signal, {
    onText: (piece) => void events.push(piece),
    onEnd: (end) => void events.push(`end: ${end}`),
  });
  return { stream, events };
}

test('a text read to its end ends with ok', async () => {
  const { stream, events } = observe(pieces());
  for await (const _ of stream);
  assert.deepEqual(events, ['a', 'b', 'end: ok']);
});

test('a reader that leaves stops the stream', async () => {
  const { stream, events } = observe(pieces());
  for await (const _ of stream) break;
  assert.deepEqual(events, ['a', 'end: stopped']);
});

test('a failure ends it with its kind, and reaches the reader', async () => {
  const { stream, events } = observe(pieces(new RumboError('No.', { kind: 'interrupted' })));
  await assert.rejects(async () => {
    for await (const _ of stream);
  });
  assert.deepEqual(events.at(-1), 'end: interrupted');
});

test('an abort ends an unread stream, once', async () => {
  const controller = new AbortController();
  const { stream, events } = observe(pieces(), controller.signal);
  controller.abort();
  for await (const _ of stream);
  assert.deepEqual(
    events.filter((event) => event.startsWith('end')),
    ['end: cancelled'],
  );
});
