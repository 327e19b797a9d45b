/** Lists of models as OpenAI and its copies shape them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { openai } from '../../../server/engines/openai.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { recording } from './decoded.ts';

const listOf = (...ids: string[]) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) });
const names = (models: readonly { name: string }[]) => models.map(({ name }) => name);

test('a llama-server model has its allocated context, not the one it was trained with', () => {
  const body = recording('llama-cpp/v1-models.json').response.body;
  assert.deepEqual(llamaCpp.wire.decodeModels(body), [{ name: 'tiny-chat', contextTokens: 512 }]);
});

test('the path of a model file is not shown', () => {
  const body = recording('llama-cpp/v1-models-noalias.json').response.body;
  assert.deepEqual(names(llamaCpp.wire.decodeModels(body)), ['tiny-nofim.gguf']);
  assert.deepEqual(
    names(llamaCpp.wire.decodeModels(listOf('C:\\models\\a b.gguf', 'ggml-org/gemma-3:Q4_K_M'))),
    ['a b.gguf', 'ggml-org/gemma-3:Q4_K_M'],
  );
});

test('a router lists the models it can load, not those that failed to', () => {
  const able = names(llamaCpp.wire.decodeModels(recording('llama-cpp/router-models.json').response.body));
  const failed = names(
    llamaCpp.wire.decodeModels(recording('llama-cpp/router-models-failed.json').response.body),
  );
  assert.ok(able.includes('broken') && able.includes('tiny-chat'));
  assert.deepEqual(
    failed,
    able.filter((name) => name !== 'broken'),
  );
  const loading = recording('llama-cpp/router-models-loading.json').response.body;
  assert.ok(names(llamaCpp.wire.decodeModels(loading)).includes('tiny-chat'));
  const coming = { data: [{ id: 'coming', status: { value: 'downloading' } }, { id: 'here' }] };
  assert.deepEqual(names(llamaCpp.wire.decodeModels(coming)), ['here']);
});

test('context lengths are read where copies put them', () => {
  const data = [
    { id: 'vllm', max_model_len: 32_768 },
    { id: 'groq', context_window: 131_072, max_completion_tokens: 8_192, active: true },
    { id: 'gateway', context_length: 8_000 },
    { id: 'mistral', max_context_length: 256_000 },
    { id: 'github', limits: { max_input_tokens: 128_000, max_output_tokens: 4_096 } },
    { id: 'watsonx', model_limits: { max_sequence_length: 131_072, max_output_tokens: 8_192 } },
    { id: 'deepinfra', metadata: { context_length: 40_960, max_tokens: 2_048 } },
    { id: 'fireworks', contextLength: 65_536 },
    { id: 'odd', max_model_len: 'many' },
    { id: 'inactive', active: false },
  ];
  assert.deepEqual(openaiCompatible.wire.decodeModels({ data }), [
    { name: 'vllm', contextTokens: 32_768 },
    { name: 'groq', contextTokens: 131_072, maxOutputTokens: 8_192 },
    { name: 'gateway', contextTokens: 8_000 },
    { name: 'mistral', contextTokens: 256_000 },
    { name: 'github', contextTokens: 128_000, maxOutputTokens: 4_096 },
    { name: 'watsonx', contextTokens: 131_072, maxOutputTokens: 8_192 },
    { name: 'deepinfra', contextTokens: 40_960, maxOutputTokens: 2_048 },
    { name: 'fireworks', contextTokens: 65_536 },
    { name: 'odd' },
  ]);
});

test('LiteLLM tells context, output and purpose of the models in its price table', () => {
  const entry = (id: string, mode: string, more = {}) => ({
    id,
    object: 'model',
    created: 1_677_610_602,
    owned_by: 'openai',
    mode,
    ...more,
  });
  const data = [
    entry('team/gpt', 'chat', { max_input_tokens: 128_000, max_output_tokens: 16_384 }),
    entry('team/pro', 'responses', { max_input_tokens: 400_000, max_output_tokens: 128_000 }),
    entry('team/old', 'completion', { max_input_tokens: null }),
    { id: 'team/own', object: 'model', created: 1_677_610_602, owned_by: 'openai' },
    { id: 'elsewhere', object: 'model', mode: 'default' },
    ...[
      'embedding',
      'image_generation',
      'image_edit',
      'audio_transcription',
      'audio_speech',
      'video_generation',
      'realtime',
      'rerank',
      'moderation',
      'ocr',
      'search',
      'vector_store',
      'guardrail',
    ].map((mode) => entry(`team/${mode.slice(0, 3)}`, mode, { max_input_tokens: 8_191 })),
  ];
  assert.deepEqual(openaiCompatible.wire.decodeModels({ object: 'list', data }), [
    { name: 'team/gpt', contextTokens: 128_000, maxOutputTokens: 16_384 },
    { name: 'team/pro', contextTokens: 400_000, maxOutputTokens: 128_000 },
    { name: 'team/old' },
    { name: 'team/own' },
    { name: 'elsewhere' },
  ]);
});

test('models for other purposes are left out', () => {
  const chat = [
    'gpt-6-sol',
    'gpt-6.1-terra',
    'gpt-5.4-mini',
    'gpt-5.3-chat-latest',
    'gpt-4.1-nano-2025-04-14',
    'gpt-4o',
    'o3-mini',
    'chatgpt-4o-latest',
    'ft:gpt-4.1-mini:org::id',
    // On the Responses API only.
    'gpt-5.4-pro',
    'o1-pro-2025-03-19',
    'gpt-5.3-codex',
    'codex-mini-latest',
  ];
  const other = [
    'text-embedding-3-small',
    'tts-1-hd',
    'gpt-4o-mini-tts',
    'whisper-1',
    'gpt-4o-transcribe',
    'dall-e-3',
    'gpt-image-1',
    'chatgpt-image-latest',
    'gpt-realtime-mini',
    'gpt-4o-realtime-preview',
    'gpt-audio',
    'omni-moderation-latest',
    'sora-2',
    'davinci-002',
    'gpt-3.5-turbo-instruct',
    'o4-mini-deep-research',
    'gpt-4o-search-preview',
    'computer-use-preview',
  ];
  assert.deepEqual(names(openai.wire.decodeModels(listOf(...chat, ...other))), chat);
  assert.deepEqual(
    names(
      openaiCompatible.wire.decodeModels(
        listOf('llama', 'nomic-embed-text', 'bge-reranker', 'whisper-1', 'llama-guard-3'),
      ),
    ),
    ['llama'],
  );
});

test('capabilities are read where copies put them', () => {
  const data = [
    { id: 'gateway', architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] } },
    { id: 'painter', architecture: { input_modalities: ['text'], output_modalities: ['image'] } },
    { id: 'able', capabilities: { function_calling: true, vision: false } },
    { id: 'odd', capabilities: 'many', input_modalities: 7 },
  ];
  assert.deepEqual(openaiCompatible.wire.decodeModels({ data }), [
    { name: 'gateway', vision: true },
    { name: 'able', tools: true, vision: false },
    { name: 'odd' },
  ]);
});

test('a bare array is a list too, an unreadable entry is left out', () => {
  assert.deepEqual(names(openaiCompatible.wire.decodeModels([{ id: 'a' }, { id: 7 }, null, 'b'])), [
    'a',
    'b',
  ]);
});

test('a body without a list is a bad response', () => {
  for (const body of [{}, null, 'text', { data: {} }]) {
    assert.throws(() => openaiCompatible.wire.decodeModels(body), { kind: 'bad-response' });
  }
});
