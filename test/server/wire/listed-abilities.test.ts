/** What a model is for, by its list first and by the words of its name last. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { namesOtherPurpose, statedChat } from '../../../server/wire/listed-abilities.ts';

test('chat is stated in the fields of services, engines and gateways', () => {
  for (const entry of [
    { mode: 'chat' },
    { mode: 'responses' },
    { type: 'llm' },
    { type: 'chat' },
    { type: 'vlm' },
    { task: { name: 'Text Generation' } },
    { pipeline_tag: 'image-text-to-text' },
    { endpoints: ['generate', 'chat'] },
    { supported_endpoints: ['/v1/chat/completions', '/v1/embeddings'] },
    { supportedGenerationMethods: ['generateContent', 'countTokens'] },
    { capabilities: ['completion', 'tools'] },
    { capabilities: { completion_chat: true } },
    { capabilities: { type: 'chat' } },
    { architecture: { modality: 'text+image->text' } },
    { supports_chat: true },
  ])
    assert.equal(statedChat(entry), true, JSON.stringify(entry));
  for (const entry of [
    { mode: 'embedding' },
    { mode: 'image_generation' },
    { mode: 'audio_transcription' },
    { mode: 'realtime' },
    { mode: 'rerank' },
    { mode: 'moderation' },
    { type: 'embeddings' },
    { type: 'image' },
    { task: { name: 'Text Embeddings' } },
    { task: 'text-to-speech' },
    { pipeline_tag: 'automatic-speech-recognition' },
    { endpoints: ['embed', 'classify'] },
    { supported_endpoints: ['/v1/completions'] },
    { supportedGenerationMethods: ['embedContent'] },
    { capabilities: ['embedding'] },
    { capabilities: { completion_chat: false } },
    { capabilities: { embeddings: true } },
    { capabilities: { type: 'embeddings' } },
    { architecture: { input_modalities: ['text'], output_modalities: ['image'] } },
    { chat: false },
  ])
    assert.equal(statedChat(entry), false, JSON.stringify(entry));
  for (const entry of [
    {},
    { type: 'model' },
    { object: 'model' },
    { capabilities: ['vision', 'tools'] },
    { mode: 7 },
    { supported_endpoint_types: ['openai'] },
  ])
    assert.equal(statedChat(entry), undefined, JSON.stringify(entry));
});

test('a name tells another purpose by its words, not by letters within them', () => {
  for (const name of [
    'text-embedding-3',
    'nomic-embed-text',
    'embeddinggemma:300m',
    'snowflake-arctic-embed2',
    'Qwen/Qwen3-Embedding-8B',
    'bge-reranker-v2',
    'whisper-1',
    'distil-whisper',
    'gpt-4o-mini-tts',
    'omni-moderation-latest',
    'llama-guard-3',
    'jina_embeddings_v3',
  ])
    assert.equal(namesOtherPurpose(name), true, name);
  for (const name of [
    'vanguard-coder',
    'gpt-oss-safeguard-20b',
    'embedded-c-coder',
    'whisperer-chat',
    'mattscoder',
    'guardian-llm',
    'llama-3',
    'Moderationist',
  ])
    assert.equal(namesOtherPurpose(name), false, name);
});

test('what the list states counts more than the name', () => {
  const data = [
    { id: 'whisper-chat', mode: 'chat' },
    { id: 'story-embed', type: 'llm' },
    { id: 'plain', mode: 'embedding' },
    { id: 'llama-guard', capabilities: { completion_chat: true } },
  ];
  assert.deepEqual(
    openaiCompatible.wire.decodeModels({ data }).map(({ name }) => name),
    ['whisper-chat', 'story-embed', 'llama-guard'],
  );
});

test('limits are read in other units and places', () => {
  const data = [
    { id: 'a', context_length: '8,192', max_completion_tokens: '4096' },
    { id: 'b', context_window: '128k' },
    { id: 'c', max_input_tokens: 200_000, max_output_tokens: 64_000 },
    { id: 'd', top_provider: { context_length: 4_096, max_completion_tokens: 1_024 } },
    {
      id: 'e',
      capabilities: {
        type: 'chat',
        limits: { max_context_window_tokens: 8_000, max_output_tokens: 2_000 },
        supports: { tool_calls: true, vision: false },
      },
    },
    { id: 'f', context_length: 'many' },
  ];
  assert.deepEqual(openaiCompatible.wire.decodeModels({ data }), [
    { name: 'a', contextTokens: 8_192, maxOutputTokens: 4_096 },
    { name: 'b', contextTokens: 128_000 },
    { name: 'c', contextTokens: 200_000, maxOutputTokens: 64_000 },
    { name: 'd', contextTokens: 4_096, maxOutputTokens: 1_024 },
    { name: 'e', contextTokens: 8_000, maxOutputTokens: 2_000, tools: true, vision: false },
    { name: 'f' },
  ]);
});
