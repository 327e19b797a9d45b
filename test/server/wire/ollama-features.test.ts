/** What Ollama is sent beyond text and tools, and what its answers hold beyond them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaChat } from '../../../server/wire/ollama-chat.ts';
import type { CompletionRequest, ReasoningEffort } from '../../../shared/chat.ts';

type Body = Readonly<Record<string, unknown>>;
const bodyOf = (request: Partial<CompletionRequest>, model = 'qwen3:8b'): Body =>
  ollamaChat.chat(model).encode(model, { messages: [{ role: 'user', content: 'x' }], ...request })
    .body as Body;

test('formats, sampling and probabilities have the names of the API', () => {
  const schema = { type: 'object' };
  assert.deepEqual(bodyOf({ responseFormat: { type: 'json', schema } })['format'], schema);
  assert.equal(bodyOf({ responseFormat: { type: 'json' } })['format'], 'json');
  const { options, logprobs, top_logprobs } = bodyOf({
    topK: 20,
    frequencyPenalty: 0.5,
    presencePenalty: 0.25,
    logprobs: 2,
  });
  assert.deepEqual(options, { top_k: 20, frequency_penalty: 0.5, presence_penalty: 0.25 });
  assert.deepEqual([logprobs, top_logprobs], [true, 2]);
});

test('a model thinks or does not, and gpt-oss has levels', () => {
  const table: readonly (readonly [string, ReasoningEffort, unknown])[] = [
    ['qwen3:8b', 'none', false],
    ['qwen3:8b', 'low', true],
    ['gpt-oss:20b', 'none', 'low'],
    ['gpt-oss:20b', 'max', 'high'],
  ];
  for (const [model, effort, think] of table)
    assert.equal(bodyOf({ reasoning: { effort } }, model)['think'], think, `${model} ${effort}`);
  assert.equal('think' in bodyOf({}), false);
});

test('thoughts go back with the call that they led to, and pictures with a result', () => {
  const { messages } = bodyOf({
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'I look.' },
          { type: 'tool-call', id: '1', name: 'look', input: '{"a":1}' },
        ],
      },
      {
        role: 'tool',
        toolCallId: '1',
        toolName: 'look',
        content: [
          { type: 'text', text: 'seen' },
          { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'Done.' },
        ],
      },
    ],
  });
  assert.deepEqual(messages, [
    {
      role: 'assistant',
      content: '',
      thinking: 'I look.',
      tool_calls: [{ id: '1', function: { index: 0, name: 'look', arguments: { a: 1 } } }],
    },
    { role: 'tool', content: 'seen', tool_name: 'look', tool_call_id: '1', images: ['AAAA'] },
    { role: 'assistant', content: 'Done.' },
  ]);
});

test('probabilities come with their tokens', () => {
  const decoder = ollamaChat.chat('m').decoder();
  const line = {
    message: { role: 'assistant', content: 'Hi' },
    logprobs: [
      { token: 'Hi', logprob: -0.1, bytes: [72], top_logprobs: [{ token: 'Hey', logprob: -2 }] },
      null,
    ],
    done: false,
  };
  assert.deepEqual(decoder.read({ data: JSON.stringify(line) }), [
    { type: 'text-delta', text: 'Hi' },
    { type: 'logprobs', tokens: [{ token: 'Hi', logprob: -0.1, top: [{ token: 'Hey', logprob: -2 }] }] },
  ]);
});
