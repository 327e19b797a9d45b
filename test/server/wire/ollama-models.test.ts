/** Ollama's list of models, and what it has loaded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaChat as wire } from '../../../server/wire/ollama-chat.ts';
import { fixture } from './decoded.ts';

test('cloud models are marked, models without chat left out, capabilities read where the list has them', () => {
  assert.deepEqual(wire.decodeModels(JSON.parse(fixture('ollama/documented-tags.json'))), [
    { name: 'qwen3:8b' },
    { name: 'gpt-oss:120b-cloud', remote: true },
    { name: 'kimi-k2:cloud', remote: true },
    { name: 'nomic-embed-text:latest' },
    { name: 'hf.co/user/repo:Q4_K_M', tools: true, vision: false },
  ]);
  assert.throws(() => wire.decodeModels({}), { kind: 'bad-response' });
});

test('a model in memory has the context it was loaded with', () => {
  const models = [{ name: 'qwen3:8b', tools: true }, { name: 'llama3.2:3b' }];
  const loaded = JSON.parse(fixture('ollama/documented-ps.json'));
  assert.equal(wire.details?.path, '/api/ps');
  assert.deepEqual(wire.details?.merge(models, loaded), [
    { name: 'qwen3:8b', tools: true, contextTokens: 8192 },
    { name: 'llama3.2:3b' },
  ]);
  for (const unreadable of [null, {}, { models: [7, { name: 'qwen3:8b' }] }])
    assert.deepEqual(wire.details?.merge(models, unreadable), models);
});
