/** Ollama's own chat: the parts of documented streams. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaChat as wire } from '../../../server/wire/ollama-chat.ts';
import { decode, errorResponse, fixture, partsOf, textOf, withoutLast } from './decoded.ts';

const streamed = 'ollama/documented-chat.ndjson';

test('thinking and text are separate parts, counts are totals', async () => {
  assert.deepEqual(await partsOf(wire, fixture(streamed)), [
    { type: 'reasoning-delta', text: 'Hm.' },
    { type: 'text-delta', text: '¡Hola' },
    { type: 'text-delta', text: ' 👋' },
    {
      type: 'finish',
      reason: 'stop',
      usage: { input: 26, cachedRead: 0, cacheWrite: 0, output: 9, reasoning: 0 },
    },
  ]);
});

test('an absent count is not known: a zero is left out, and so is a cached prompt', async () => {
  const parts = await partsOf(wire, fixture('ollama/documented-cached-prompt.ndjson'));
  assert.deepEqual(parts.at(-1), {
    type: 'finish',
    reason: 'length',
    partialUsage: { output: 1 },
  });
});

test('arguments of tool calls become JSON text', async () => {
  const parts = await partsOf(wire, fixture('ollama/documented-tools.ndjson'));
  assert.deepEqual(parts.slice(0, 2), [
    { type: 'tool-call', id: 'call_0', name: 'get_weather', input: '{"city":"Lima"}' },
    { type: 'tool-call', id: 'c2', name: 'now', input: '{}' },
  ]);
  assert.ok(parts[2]?.type === 'finish' && parts[2].reason === 'tool-calls');
});

test('a body that ends before done is interrupted', async () => {
  const { parts, error } = await decode(wire, withoutLast(fixture(streamed), 1, '\n'));
  assert.equal(textOf(parts), '¡Hola 👋');
  assert.equal(error?.kind, 'interrupted');
});

test('an empty body and a web page are errors', async () => {
  for (const body of ['', '\n\n', '<html>\n<body>hello</body>\n'])
    assert.equal((await decode(wire, body)).error?.kind, 'bad-response');
});

test('an error line ends the answer', async () => {
  const { parts, error } = await decode(wire, fixture('ollama/documented-error-in-stream.ndjson'));
  assert.equal(textOf(parts), 'Half');
  assert.equal(error?.kind, 'overloaded');
  assert.match(error?.message ?? '', /unexpected EOF/);
});

test('each error response has its kind', () => {
  const kindOf = (status: number, body: unknown) => wire.toError(errorResponse(status, body)).kind;
  assert.equal(kindOf(404, { error: "model 'x' not found" }), 'model-not-found');
  assert.equal(kindOf(404, { error: 'model "x" not found, try pulling it first' }), 'model-not-found');
  assert.equal(kindOf(400, { error: 'invalid character' }), 'invalid-request');
  assert.equal(kindOf(400, { error: '"x" does not support chat' }), 'unsupported-request');
  assert.equal(kindOf(403, { error: 'ollama cloud is disabled' }), 'unauthorized');
  assert.equal(kindOf(500, { error: 'model requires more system memory' }), 'overloaded');
  assert.equal(
    kindOf(503, { error: 'server busy, please try again.  maximum pending requests exceeded' }),
    'overloaded',
  );
});

test('an empty 403 is reported as an unknown host name', () => {
  const error = wire.toError(errorResponse(403, ''));
  assert.equal(error.message, 'Ollama rejects requests for this host name.');
  assert.match(error.data.action ?? '', /127\.0\.0\.1/);
});
