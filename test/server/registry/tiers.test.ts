/** The tier of a model, from its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guessTier } from '../../../server/registry/tiers.ts';

test('cloud models are ranked by the words of their family', () => {
  const table: [number, string[]][] = [
    [5, ['claude-opus-5-5', 'claude-fable-5-1', 'gpt-6-astra', 'gpt-5.4-pro', 'o3-pro', 'gemini-4-argon']],
    [
      4,
      [
        'claude-sonnet-5-5',
        'gpt-6-sol',
        'gpt-5',
        'gpt-5.3-chat-latest',
        'gemini-3.1-pro-preview',
        'grok-4.7',
      ],
    ],
    [4, ['moonshotai/kimi-k2-instruct', 'mistral-large-latest', 'deepseek-chat']],
    [3, ['claude-haiku-5-5', 'gpt-5.4-mini', 'gpt-6.1-terra', 'gemini-3.8-flash', 'grok-4-fast-reasoning']],
    [2, ['gemini-3.5-flash-lite', 'gpt-6-luna', 'mistral-small-latest', 'claude-2.1']],
    [1, ['gpt-5.4-nano', 'gpt-4.1-nano-2025-04-14']],
  ];
  for (const [tier, names] of table) for (const name of names) assert.equal(guessTier(name), tier, name);
});

test('open-weights models are ranked by size, which precedes words', () => {
  const table: [number, string[]][] = [
    [1, ['qwen2.5-coder:0.5b', 'gemma-3-270m-it', 'gemma3n:e4b', 'Llama-3.2-3B-Instruct-Q4_K_M.gguf']],
    [
      2,
      [
        'qwen3:8b',
        'llama-3.1-8b-instant',
        'gemini-1.5-flash-8b',
        'deepseek-r1:14b',
        'qwen2.5-7b-instruct-1m',
      ],
    ],
    [
      3,
      [
        'qwen2.5-coder:32b',
        'mistral-small-24b',
        'qwen3-30b-a3b',
        'mixtral-8x7b-32768',
        'llama-3.3-70b-versatile',
      ],
    ],
    [4, ['openai/gpt-oss-120b', 'qwen3-coder:480b-cloud', 'mixtral-8x22b']],
  ];
  for (const [tier, names] of table) for (const name of names) assert.equal(guessTier(name), tier, name);
});

test('a name without hints has no tier', () => {
  for (const name of ['', 'my-model', 'llama3.2', 'gemini', 'qwen-1m', 'fake:latest', 'minister'])
    assert.equal(guessTier(name), null, name);
});
