/** Tokens are counted by each service's own request, without fields that it rejects there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropic } from '../../../server/engines/anthropic.ts';
import type { EngineDefinition } from '../../../server/engines/engine.ts';
import { gemini } from '../../../server/engines/gemini.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { openai } from '../../../server/engines/openai.ts';
import { engines } from '../../../server/engines/table.ts';
import { vllm } from '../../../server/engines/vllm/definition.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';
import { recording } from './decoded.ts';

const request: CompletionRequest = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'hi' },
  ],
  tools: [{ name: 'look', inputSchema: { type: 'object' } }],
  maxOutputTokens: 100,
};
const countRequest = ({ wire }: EngineDefinition) => {
  const { path, body } = wire.count?.encode('m', request) ?? {};
  return [path, Object.keys(body ?? {}).sort()];
};

test('each service has its own path, with prompt and tools and nothing about the answer', () => {
  assert.deepEqual(countRequest(anthropic), [
    '/messages/count_tokens',
    ['messages', 'model', 'system', 'tools'],
  ]);
  assert.deepEqual(countRequest(openai), ['/responses/input_tokens', ['input', 'model', 'tools']]);
  assert.deepEqual(countRequest(llamaCpp), [
    '/chat/completions/input_tokens',
    ['messages', 'model', 'tools'],
  ]);
  assert.deepEqual(countRequest(vllm), ['/../tokenize', ['messages', 'model', 'tools']]);
  assert.deepEqual(countRequest(gemini), ['/models/m:countTokens', ['generateContentRequest']]);
});

test('Gemini counts the instructions and the tools only as a whole request that names its model', () => {
  const body = gemini.wire.count?.encode('m', request).body as { generateContentRequest: object } | undefined;
  const inner = body?.generateContentRequest ?? {};
  assert.deepEqual(Object.keys(inner).sort(), [
    'contents',
    'generationConfig',
    'model',
    'systemInstruction',
    'tools',
  ]);
  assert.ok('model' in inner && inner.model === 'models/m');
});

test('a recorded count of llama-server is read', () => {
  assert.equal(llamaCpp.wire.count?.decode(recording('llama-cpp/chat-input-tokens.json').response.body), 21);
});

test('a response without a count is undefined', () => {
  for (const body of [
    undefined,
    null,
    {},
    [],
    { input_tokens: '21' },
    { input_tokens: 0 },
    { input_tokens: 1.5 },
  ])
    assert.equal(anthropic.wire.count?.decode(body), undefined, JSON.stringify(body));
  assert.equal(gemini.wire.count?.decode({ totalTokens: 7 }), 7);
  assert.equal(vllm.wire.count?.decode({ count: 7, max_model_len: 10, tokens: [] }), 7);
});

test('the engines that count tokens', () => {
  const able = engines.filter(({ wire }) => wire.count).map(({ kind }) => kind);
  assert.deepEqual(able.sort(), ['anthropic', 'gemini', 'llama-cpp', 'openai', 'vllm']);
});
