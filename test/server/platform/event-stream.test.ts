import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEvents } from '../../../server/platform/event-stream.ts';

const pieces = async function* (bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};
const read = async (text: string, framing: 'sse' | 'ndjson', size = 1e6) =>
  (await Array.fromAsync(parseEvents(pieces(new TextEncoder().encode(text), size), framing))).flat();

const stream =
  'event: a\r\ndata: one ñ 汉\r\ndata:two\r\n\r\n: ping\n\nid: 7\nretry: 10\ndata: {"x":1}\n\nunknown\ndata: [DONE]\r\rdata: last';

test('events are parsed as in the standard', async () => {
  assert.deepEqual(await read(stream, 'sse'), [
    { event: 'a', data: 'one ñ 汉\ntwo' },
    { data: '{"x":1}' },
    { data: '[DONE]' },
    { data: 'last' },
  ]);
});
test('the events are the same in any chunks', async () => {
  const whole = await read(stream, 'sse');
  for (let size = 1; size < 80; size++)
    assert.deepEqual(await read(stream, 'sse', size), whole, `pieces of ${size}`);
});
test('JSON lines can be split anywhere, end with or without a line break, and be blank', async () => {
  const text = '{"a":"ñ"}\n\r\n{"b":1}\r\n{"c":2}';
  for (let size = 1; size < 30; size++) {
    assert.deepEqual(await read(text, 'ndjson', size), [
      { data: '{"a":"ñ"}' },
      { data: '{"b":1}' },
      { data: '{"c":2}' },
    ]);
  }
});
test('a body without line ends is rejected before it fills the memory', async () => {
  const endless = async function* () {
    for (;;) yield new Uint8Array(1024 * 1024).fill(97);
  };
  await assert.rejects(Array.fromAsync(parseEvents(endless(), 'sse')), RangeError);
});
