/** The completion modes of models and services. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionModesFor } from '../../../../server/inline-completion/prompting/completion-modes.ts';

const chatOnly = { supportsPrefill: false };

test('prefers the service’s own fill in the middle, then the template of the family, then a chat', () => {
  assert.deepEqual(completionModesFor('qwen2.5-coder', 'llama-cpp', chatOnly), ['fill', 'template', 'chat']);
  assert.deepEqual(completionModesFor('llama3.2', 'vllm', { supportsPrefill: true }), ['prefill', 'chat']);
  assert.deepEqual(completionModesFor('claude', 'anthropic', chatOnly), ['chat']);
});

test('skips the own fill in the middle if an engine that reports it denies it', () => {
  const denied = { ...chatOnly, supportsFim: false };
  assert.deepEqual(completionModesFor('llama3', 'ollama', denied).includes('fill'), false);
  assert.deepEqual(completionModesFor('llama3', 'llama-cpp', denied).includes('fill'), true);
});

test('an unknown service needs evidence of fill in the middle', () => {
  const modes = (model: string, supportsFim?: boolean) =>
    completionModesFor(model, 'openai-compatible', { ...chatOnly, supportsFim });
  assert.deepEqual(modes('some-model'), ['chat']);
  assert.deepEqual(modes('some-model', true), ['fill', 'chat']);
  assert.deepEqual(modes('qwen2.5-coder'), ['template', 'fill', 'chat']);
});
