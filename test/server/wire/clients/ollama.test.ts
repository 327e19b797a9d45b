/** Ollama's chat in the other direction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ollamaClients } from '../../../../server/wire/clients/ollama.ts';
import { ollamaChat } from '../../../../server/wire/ollama-chat.ts';
import type { EnginePart } from '../../../../shared/chat.ts';

const { decodeRequest, encoder } = ollamaClients;
const usage = { input: 10, cachedRead: 0, cacheWrite: 0, output: 5, reasoning: 0 };

test('what clients send beside it is read or named', () => {
  const { ask, ignored, stream } = decodeRequest({
    model: 'auto',
    messages: [
      { role: 'user', content: 'x', images: ['/9j/AAAA'] },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'look', arguments: '{"a":1}' } }] },
      { role: 'tool', content: 'seen', name: 'look' },
    ],
    keep_alive: '5m',
    template: 'x',
    options: { num_ctx: 4_096, mirostat: 1, num_predict: -1 },
    think: 'high',
  });
  assert.deepEqual([ignored, stream], [['template', 'options.mirostat'], true]);
  assert.deepEqual(ask, {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'x' },
          { type: 'image', mediaType: 'image/jpeg', data: '/9j/AAAA' },
        ],
      },
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_1_0', name: 'look', input: '{"a":1}' }] },
      { role: 'tool', toolCallId: 'call_1_0', toolName: 'look', content: 'seen' },
    ],
    reasoning: { effort: 'high' },
  });
  assert.equal(decodeRequest({ model: 'm', stream: false }).stream, false);
});

test('our own decoder reads the streamed answer and the whole one as the same parts', () => {
  const parts: readonly EnginePart[] = [
    { type: 'reasoning-delta', text: 'Hm.' },
    { type: 'text-delta', text: 'Hello' },
    { type: 'logprobs', tokens: [{ token: 'Hello', logprob: -0.5, top: [{ token: 'H', logprob: -1 }] }] },
    { type: 'tool-call', id: 'c1', name: 'look', input: '{"a":1}' },
    { type: 'finish', reason: 'tool-calls', usage },
  ];
  const read = (events: readonly { readonly data: string }[]) => {
    const decoder = ollamaChat.chat('m').decoder();
    return [...events.flatMap((event) => decoder.read(event)), ...decoder.end()]
      .map((part) => inspect(part, { depth: 9, sorted: true }))
      .sort();
  };
  const expected = parts.map((part) => inspect(part, { depth: 9, sorted: true })).sort();
  const stream = encoder({ id: 'r', model: 'auto', createdAt: 1_700_000_000, request: decodeRequest({}) });
  const events = parts.flatMap((part) => stream.part(part));
  assert.deepEqual(read(events), expected);
  assert.deepEqual(read([{ data: JSON.stringify(stream.whole()) }]), expected);
});
