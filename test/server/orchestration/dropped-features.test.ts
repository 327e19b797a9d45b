import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppedFeatures } from '../../../server/orchestration/dropped-features.ts';
import type { AskParams } from '../../../shared/ask.ts';

const abilities = { tools: true, vision: null };
const chat = { abilities, wire: 'openai-chat' } as const;

test('what the service has nothing for, and what the model cannot do, is dropped', () => {
  const params: AskParams = { prompt: 'x', seed: 1, temperature: 0, reasoning: { effort: 'high' } };
  assert.deepEqual(droppedFeatures(params, chat, ['seed', 'logprobs']), ['seed']);
  assert.deepEqual(droppedFeatures(params, { ...chat, abilities: { ...abilities, reasoning: false } }), [
    'reasoningEffort',
  ]);
  assert.deepEqual(droppedFeatures(params, { ...chat, abilities: { ...abilities, reasoning: true } }), []);
});

test('what another service has made is dropped, and what this one has made is not', () => {
  const params: AskParams = {
    tools: [{ type: 'hosted', wire: 'anthropic-messages', name: 'web_search', definition: {} }],
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: '', signature: 'anthropic:[]' },
          { type: 'hosted', wire: 'anthropic-messages', item: {} },
        ],
      },
      { role: 'user', content: 'x' },
    ],
  };
  const all = ['hostedTools', 'reasoningSignatures', 'hostedItems'];
  assert.deepEqual([...droppedFeatures(params, chat)].sort(), all.toSorted());
  assert.deepEqual(droppedFeatures(params, { abilities, wire: 'anthropic-messages' }), []);
});
