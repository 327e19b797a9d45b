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

/** An answer as five documents, the second of which holds the brackets and quotes that tempt a reader. */
const documents = [
  { id: 1, text: 'one ' },
  { id: 2, text: '}{ "quoted" [DONE] \\ \n\ndata: {"a":1}' },
  { id: 3, list: [{}, [], { deep: [{ x: null }] }] },
  { id: 4, text: '汉🚀\u2028 é' },
];
const lines = documents.map((document) => JSON.stringify(document));
const indented = documents.map((document) => JSON.stringify(document, null, 2));
const inData = (text: string) =>
  text
    .split('\n')
    .map((line) => `data: ${line}`)
    .join('\n');

/** Each form of these documents that services were seen to send. */
const frames: Readonly<Record<string, string>> = {
  'server-sent events': lines.map((line) => `data: ${line}\n\n`).join(''),
  'no blank lines': lines.map((line) => `data: ${line}\n`).join(''),
  'a blank line here and there': lines.map((line, at) => `data: ${line}\n${at % 2 ? '\n' : ''}`).join(''),
  'many blank lines': lines.map((line) => `\n\n\ndata: ${line}\n\n\n`).join(''),
  'no blank after the colon': lines.map((line) => `data:${line}\n\n`).join(''),
  'more blanks than one': lines.map((line) => `data:   ${line}  \n\n`).join(''),
  'no line end at the end': lines.map((line) => `data: ${line}`).join('\n\n'),
  'the field twice': lines.map((line) => `data: data: ${line}\n\n`).join(''),
  'the field in other letters': lines.map((line) => ` Data : ${line}\n\n`).join(''),
  'a mark before each event': lines.map((line) => `\uFEFFdata: ${line}\n\n`).join(''),
  'a mark before the data': lines.map((line) => `data: \uFEFF${line}\n\n`).join(''),
  'comments, ids and unknown fields': lines
    .map((line, at) => `: ping\nid: ${at}\nretry: 3\nx-own: {"a":1}\ndata: ${line}\nid\n\n:\n\n`)
    .join(''),
  'all in one event': `data: ${lines.join('')}\n\n`,
  'data over several lines': indented.map((document) => `${inData(document)}\n\n`).join(''),
  'data over several lines without blank lines': indented.map((document) => `${inData(document)}\n`).join(''),
  'some of them without a field': lines.map((line, at) => `${at % 2 ? '' : 'data: '}${line}\n\n`).join(''),
  'empty events between': lines.map((line) => `data:\n\ndata: ${line}\n\ndata: \n\n`).join(''),
  'JSON lines': `${lines.join('\n')}\n`,
  'JSON lines with blank ones': `\n${lines.join('\n\n')}`,
  'JSON with nothing between': lines.join(''),
  'indented documents': indented.join('\n'),
  'a list': JSON.stringify(documents),
  'an indented list': JSON.stringify(documents, null, 2),
  'a list with a line for each': `[${lines.join('\n,\r\n')}]\n`,
  'a list in one event': `data: ${JSON.stringify(documents)}\n\n`,
  'JSON lines after comments': `: hello\n\n${lines.join('\n')}\n`,
  'server-sent events after JSON': `${lines[0]}\n${lines
    .slice(1)
    .map((line) => `event: more\ndata: ${line}\n\n`)
    .join('')}`,
};

for (const [name, body] of Object.entries(frames)) {
  test(`the same documents are read from ${name}, whatever line ends and packets they arrive in`, async () => {
    for (const end of ['\n', '\r\n', '\r'])
      for (const mark of ['', '\uFEFF'])
        for (const expected of ['sse', 'ndjson'] as const)
          for (const size of [1, 2, 5, 16, 1e6]) {
            const events = await read(mark + body.replaceAll(/\r?\n/g, end), expected, size);
            assert.deepEqual(
              events.map(({ data }) => JSON.parse(data)),
              documents,
              JSON.stringify({ end, mark, expected, size }),
            );
          }
  });
}

test('an end marker is recognized in each form', async () => {
  for (const form of ['[DONE]', '[DONE] ', '"[DONE]"', '[done]', ' [ DONE ]', 'data: [DONE]', '\uFEFF[DONE]'])
    for (const rest of ['\n\n', '\n', '']) {
      const body = `data: {"a":1}\ndata: ${form}${rest}`;
      for (const size of [1, 1e6])
        assert.deepEqual(await read(body, 'sse', size), [{ data: '{"a":1}' }, { data: '[DONE]' }], body);
    }
  for (const size of [1, 1e6])
    assert.deepEqual(await read('{"a":1}\n[DONE]', 'sse', size), [{ data: '{"a":1}' }, { data: '[DONE]' }]);
});

test('a document that is cut is an event of its own, and the next one is read', async () => {
  const cut = '{"choices":[{"delta":{"content":"tw';
  for (const size of [1, 1e6]) {
    for (const end of ['\n\n', '\n'])
      assert.deepEqual(await read(`data: ${cut}${end}data: {"b":1}${end}data: [DONE]${end}`, 'sse', size), [
        { data: cut },
        { data: '{"b":1}' },
        { data: '[DONE]' },
      ]);
    assert.deepEqual(await read(`{"a":1}\n${cut}\n{"b":1}\n`, 'ndjson', size), [
      { data: '{"a":1}' },
      { data: cut },
      { data: '{"b":1}' },
    ]);
    assert.deepEqual(await read(`data: {"a":1}\n\ndata: ${cut}`, 'sse', size), [
      { data: '{"a":1}' },
      { data: cut },
    ]);
  }
});

test('a list that is not closed has an event that cannot be read', async () => {
  for (const body of ['[{"a":1}', '[{"a":1}\n,\n', 'data: [{"a":1},\n\n']) {
    const [first, second, ...more] = await read(body, 'sse');
    assert.deepEqual([first, more], [{ data: '{"a":1}' }, []]);
    assert.throws(() => JSON.parse(second?.data ?? '0'), body);
  }
});

test('names belong to the data after them, also without blank lines', async () => {
  for (const size of [1, 1e6])
    assert.deepEqual(
      await read('event: a\ndata: {"a":1}\nevent: b\ndata: {"b":1}\ndata: {"c":1}\n', 'sse', size),
      [{ event: 'a', data: '{"a":1}' }, { event: 'b', data: '{"b":1}' }, { data: '{"c":1}' }],
    );
});

test('an event without its blank line is read when it arrives, and one without its line end on demand', async () => {
  const more = Promise.withResolvers<void>();
  const body = async function* () {
    yield Buffer.from('data: {"a":1}\n');
    yield Buffer.from('data: {"b":1}');
    await more.promise;
  };
  const events = parseEvents(body(), 'sse');
  assert.deepEqual((await events.next()).value, [{ data: '{"a":1}' }]);
  const next = events.next();
  await new Promise(setImmediate);
  assert.equal(events.isInsideEvent(), true);
  assert.deepEqual(events.takeUnended(), [{ data: '{"b":1}' }]);
  assert.equal(events.isInsideEvent(), false);
  more.resolve();
  assert.equal((await next).done, true);
});

test('the time to read a long document does not grow with its square', async () => {
  const document = JSON.stringify({ list: Array.from({ length: 20_000 }, (_, id) => ({ id })) }, null, 1);
  const startedAt = performance.now();
  for (const body of [document, inData(document)]) assert.equal((await read(body, 'sse', 4_096)).length, 1);
  assert.ok(performance.now() - startedAt < 2_000, `${performance.now() - startedAt} ms`);
});
