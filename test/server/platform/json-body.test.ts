/** Requests of megabytes are written in pieces, byte for byte as JSON.stringify writes them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { jsonBody, jsonOutline } from '../../../server/platform/json-body.ts';

async function written(value: unknown): Promise<string> {
  const json = await jsonBody(value);
  assert.notEqual(typeof json, 'string');
  if (typeof json === 'string') return json;
  const text = Buffer.concat(json.pieces).toString();
  assert.equal(Buffer.byteLength(text), json.bytes);
  return text;
}

test('a request without a long string is a text at once', () => {
  const value = { model: 'm', messages: [{ role: 'user', content: 'hi' }], seed: undefined };
  assert.equal(jsonBody(value), JSON.stringify(value));
});

test('long strings are written as JSON.stringify does: base64, addresses of data, text to be escaped', async () => {
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64');
  const value = {
    a: base64(900_000),
    b: [`data:image/png;base64,${base64(1_000_001)}`, 'short', null, 1.5],
    c: { d: `${'"\\\n\u0007é\u{1F600}'.repeat(60_000)}`, e: `x${'\u{1F600}'.repeat(400_000)}` },
    'long string': `${base64(100_000)} \u2028`,
    f: 'é'.repeat(70_000),
  };
  assert.deepEqual(JSON.parse(await written(value)), value);
  const { c: _, ...plain } = value;
  assert.equal(await written(plain), JSON.stringify(plain));
});

test('between the pieces of a large request other work has its turn', async () => {
  const value = { data: randomBytes(12_000_000).toString('base64') };
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await written(value);
  isDone = true;
  assert.ok(turns >= 4, `${turns} turns`);
});

test('requests that differ in a field differ in their outline, which holds no long string', () => {
  const data = 'A'.repeat(70_000);
  assert.notEqual(jsonOutline({ data, seed: 1 }), jsonOutline({ data }));
  assert.ok(jsonOutline({ data }).length < 100);
});
