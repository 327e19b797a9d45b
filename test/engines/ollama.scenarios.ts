/** Rumbo with the real Ollama. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '../../shared/protocol.ts';
import { ask, failure, server, until } from '../e2e/server/support.ts';
import { freePort, longReply, startEngine, temporary, tinyModelFile } from '../support/real-engine.ts';

const folder = temporary();
const port = await freePort();
const root = `http://127.0.0.1:${port}`;
const start = () =>
  startEngine(
    ['serve'],
    { OLLAMA_HOST: `127.0.0.1:${port}`, OLLAMA_MODELS: `${folder}/models`, HOME: folder },
    `${root}/api/version`,
  );
let engine = await start();

async function create(name: string, file: string, more: object = {}): Promise<void> {
  const bytes = readFileSync(file);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await fetch(`${root}/api/blobs/${digest}`, { method: 'POST', body: bytes });
  const body = JSON.stringify({ model: name, files: { 'x.gguf': digest }, stream: false, ...more });
  const response = await fetch(`${root}/api/create`, { method: 'POST', body });
  assert.match(await response.text(), /success/);
}
const file = tinyModelFile(folder, 'tiny', longReply);
await create('tiny', file);
await create('alias', file, { system: 'Be brief.' });
const settings = { 'rumbo.providers': { mine: { kind: 'ollama', baseUrl: `${root}/v1` } } };

test('a model answers under a name without its tag, at an address that ends in a version', async (t) => {
  const rumbo = await server(t, settings);
  const { text, result } = await ask(rumbo, { prompt: 'hi', model: 'mine/library/Tiny' });
  assert.equal(text, longReply);
  assert.equal(result.receipt.model, 'mine/tiny:latest');
});

test('a prompt over the context is refused, whole or not at all', async (t) => {
  const rumbo = await server(t, settings);
  const error = await failure(ask(rumbo, { prompt: 'word '.repeat(2_000), model: 'mine/tiny' }));
  assert.equal(error.kind, 'context-too-long');
});

test('a model without tools or vision is not asked for them', async (t) => {
  const rumbo = await server(t, settings);
  const tools = [{ name: 'now', inputSchema: { type: 'object' } }];
  assert.match((await failure(ask(rumbo, { prompt: 'hi', tools }))).message, /cannot call tools/);
});

test('a model made of the same file is in memory with it', async (t) => {
  const rumbo = await server(t, settings);
  await ask(rumbo, { prompt: 'hi', model: 'mine/tiny' });
  await until(rumbo, ({ providers }) => {
    const local = providers.find(({ name }) => name === 'mine')?.local ?? [];
    return local.length === 2 && local.every(({ state }) => state === 'loaded');
  });
  assert.ok(await rumbo.connection.sendRequest(status));
});

test('an engine that is restarted under an answer is waited for', async (t) => {
  const rumbo = await server(t, settings);
  let restarting: Promise<void> | undefined;
  const restart = async () => {
    await engine.stop();
    await sleep(1_000);
    engine = await start();
  };
  const { result } = await ask(
    rumbo,
    { prompt: 'hi', model: 'mine/tiny', useCache: false },
    {
      onPart(part) {
        if (part.type === 'text-delta') restarting ??= restart();
      },
    },
  );
  await restarting;
  assert.equal(result.receipt.finishReason, 'stop');
  assert.ok(result.receipt.attempts.length > 1, 'its first answer broke off');
});
