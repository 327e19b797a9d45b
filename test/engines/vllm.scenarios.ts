/** Rumbo with the real vLLM on a CPU. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { listModels } from '../../shared/protocol.ts';
import { ask, failure, server } from '../e2e/server/support.ts';
import { engineProgram, freePort, startEngine, temporary } from '../support/real-engine.ts';

const folder = temporary();
const python = join(dirname(engineProgram), 'python');
const made = spawnSync(python, [join(import.meta.dirname, 'tiny-transformer.py'), folder], {
  encoding: 'utf8',
});
assert.equal(made.status, 0, made.stderr);
const port = await freePort();
const root = `http://127.0.0.1:${port}`;
await startEngine(
  [
    ...['serve', folder, '--host', '127.0.0.1', '--port', String(port)],
    ...['--served-model-name', 'tiny', 'tiny-too', '--max-model-len', '512', '--max-num-seqs', '2'],
    ...['--enforce-eager', '--dtype', 'float32'],
  ],
  {
    HOME: folder,
    HF_HUB_OFFLINE: '1',
    VLLM_CPU_KVCACHE_SPACE: '1',
    VLLM_NO_USAGE_STATS: '1',
    OMP_NUM_THREADS: '1',
  },
  `${root}/health`,
);
const settings = { 'rumbo.providers': { mine: { kind: 'vllm', baseUrl: root } } };
const image = { type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' } as const;

test('each of its names is a model with the context that it was started with', async (t) => {
  const rumbo = await server(t, settings);
  await failure(ask(rumbo, { prompt: 'word '.repeat(2_000) }));
  const models = await rumbo.connection.sendRequest(listModels, {});
  const mine = models.filter(({ provider }) => provider === 'mine');
  assert.deepEqual(
    mine.map(({ name, contextTokens }) => [name, contextTokens]),
    [
      ['tiny', 512],
      ['tiny-too', 512],
    ],
  );
});

test('what it was not started for is its inability', async (t) => {
  const rumbo = await server(t, { ...settings, 'rumbo.models': { 'mine/tiny': { contextTokens: 8_192 } } });
  const tools = [{ name: 'now', inputSchema: { type: 'object' } }];
  const refused = [
    { prompt: 'hi', tools, model: 'mine/tiny' as const },
    { messages: [{ role: 'user' as const, content: [image] }], model: 'mine/tiny' as const },
  ];
  for (const params of refused) {
    const { kind, message } = await failure(
      ask(rumbo, { ...params, prompt: params.prompt ?? undefined } as never),
    );
    assert.ok(kind === 'unsupported-request' || kind === 'no-candidate', `${kind}: ${message}`);
  }
  const long = await failure(ask(rumbo, { prompt: 'word '.repeat(300), model: 'mine/tiny' }));
  assert.equal(long.kind, 'context-too-long');
});
