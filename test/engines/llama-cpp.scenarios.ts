/** Rumbo with the real llama-server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, failure, server } from '../e2e/server/support.ts';
import { freePort, startEngine, temporary, tinyModelFile } from '../support/real-engine.ts';

const folder = temporary();
const port = await freePort();
const root = `http://127.0.0.1:${port}`;
const reply = 'I am a toy model with a few words.';
await startEngine(
  [
    '-m',
    tinyModelFile(folder, 'tiny', reply),
    '--port',
    String(port),
    '-c',
    '2048',
    '-np',
    '1',
    '--no-warmup',
  ],
  {},
  `${root}/health`,
);

for (const baseUrl of [root, `${root}/v1`])
  test(`its model answers at ${baseUrl === root ? 'its root' : 'an address with a version'}`, async (t) => {
    const rumbo = await server(t, { 'rumbo.providers': { mine: { kind: 'llama-cpp', baseUrl } } });
    const { text, result } = await ask(rumbo, { prompt: 'hi' });
    assert.deepEqual([text, result.receipt.model], [reply, 'mine/tiny.gguf']);
    const error = await failure(ask(rumbo, { prompt: 'word '.repeat(2_000) }));
    assert.equal(error.kind, 'context-too-long');
  });

test('a picture is refused as its inability', async (t) => {
  const rumbo = await server(t, {
    'rumbo.providers': { mine: { kind: 'llama-cpp', baseUrl: root } },
    'rumbo.models': { 'mine/tiny.gguf': { vision: true } },
  });
  const image = { type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' } as const;
  const content = [{ type: 'text', text: 'What is it?' } as const, image];
  const error = await failure(ask(rumbo, { messages: [{ role: 'user', content }] }));
  assert.equal(error.kind, 'unsupported-request');
});
