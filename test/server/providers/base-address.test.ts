/** Addresses as users paste them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseAddress } from '../../../server/providers/base-address.ts';

test('the address of a chat is taken for its base', () => {
  const table: [string, string, string?][] = [
    ['http://h:1/v1/chat/completions', 'http://h:1/v1'],
    ['http://h:1/v1/chat/completions/', 'http://h:1/v1'],
    ['https://h/openai/v1/chat/completions', 'https://h/openai/v1'],
    ['https://h/v1/responses', 'https://h/v1'],
    ['https://h/v1/messages', 'https://h/v1', 'anthropic'],
    ['https://h/v1/messages?beta=true', 'https://h/v1', 'anthropic'],
    ['https://h/v1/completions', 'https://h/v1'],
    ['https://h/v1/models', 'https://h/v1'],
    ['http://h:11434/api/chat', 'http://h:11434', 'ollama'],
    ['http://h:11434/api/generate', 'http://h:11434/v1'],
    ['http://h/proxy/chat/completions', 'http://h/proxy'],
    ['https://h/v1beta/models/gemini-x:generateContent', 'https://h/v1beta', 'gemini'],
    ['https://h/v1beta/models/gemini-x:streamGenerateContent?alt=sse', 'https://h/v1beta', 'gemini'],
    ['https://h/openai/deployments/d/chat/completions', 'https://h/openai/deployments/d'],
  ];
  for (const [address, base, kind = 'openai-compatible'] of table)
    assert.equal(baseAddress(address, kind), base, address);
});

test('any other address stays as it is', () => {
  for (const address of [
    'http://h:1',
    'http://h:1/',
    'http://h/v1',
    'http://h/v1/',
    'https://h/models',
    'https://h/chat',
    'https://h/completionist',
    'no address',
    '',
  ])
    assert.equal(baseAddress(address, 'openai-compatible'), address);
});
