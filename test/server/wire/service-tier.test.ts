/** The service tier of a request, in the field of each service that has one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import type { StreamDecoder } from '../../../server/wire/wire-format.ts';
import type { Usage } from '../../../shared/chat.ts';

function usageOf(decoder: StreamDecoder, events: readonly unknown[]): Usage | undefined {
  const parts = events.flatMap((event) =>
    decoder.read({ data: typeof event === 'string' ? event : JSON.stringify(event) }),
  );
  const finish = [...parts, ...decoder.end()].find((part) => part.type === 'finish');
  return finish?.type === 'finish' ? finish.usage : undefined;
}

test('a non-default tier is part of the usage', () => {
  const chat = (service_tier: string) =>
    usageOf(openaiChat().chat('gpt-4.1').decoder(), [
      { service_tier, choices: [{ delta: { content: 'Hi' }, finish_reason: 'stop' }] },
      { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } },
      '[DONE]',
    ]);
  assert.equal(chat('flex')?.serviceTier, 'flex');
  assert.equal(chat('fast')?.serviceTier, 'priority');
  for (const usual of ['default', 'on_demand', 'auto']) {
    const usage = chat(usual);
    assert.ok(usage && !('serviceTier' in usage), usual);
  }
});

test('Anthropic reports its tier, and the tokens cached for an hour', () => {
  const usage = usageOf(anthropicMessages.chat('claude-opus-5-5').decoder(), [
    {
      type: 'message_start',
      message: {
        usage: {
          input_tokens: 10,
          cache_creation_input_tokens: 100,
          cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 },
          service_tier: 'priority',
        },
      },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ]);
  assert.deepEqual(usage, {
    input: 110,
    cachedRead: 0,
    cacheWrite: 100,
    output: 1,
    reasoning: 0,
    cacheWriteHour: 40,
    serviceTier: 'priority',
  });
});
