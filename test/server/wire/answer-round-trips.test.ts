/** Answers that cross two wire formats: written for a client of one, read as that service's answer, written for a client of the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { anthropicMessagesClients } from '../../../server/wire/clients/anthropic-messages.ts';
import type { ClientFormat } from '../../../server/wire/clients/client-format.ts';
import { geminiClients } from '../../../server/wire/clients/gemini.ts';
import { ollamaClients } from '../../../server/wire/clients/ollama.ts';
import { openaiChatClients } from '../../../server/wire/clients/openai-chat.ts';
import { openaiResponsesClients } from '../../../server/wire/clients/openai-responses.ts';
import { geminiGenerateContent } from '../../../server/wire/gemini-generate-content.ts';
import { ollamaChat } from '../../../server/wire/ollama-chat.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import { openaiResponses } from '../../../server/wire/openai-responses.ts';
import type { StreamFormat } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest, EnginePart } from '../../../shared/chat.ts';

type Side = {
  readonly clients: ClientFormat;
  readonly wire: StreamFormat<CompletionRequest>;
  readonly body: unknown;
};

const sides: Readonly<Record<string, Side>> = {
  'openai-chat': {
    clients: openaiChatClients,
    wire: openaiChat().chat('m'),
    body: { model: 'm', stream: true, stream_options: { include_usage: true }, messages: [] },
  },
  'openai-responses': {
    clients: openaiResponsesClients,
    wire: openaiResponses,
    body: { model: 'm', stream: true, input: [] },
  },
  'anthropic-messages': {
    clients: anthropicMessagesClients,
    wire: anthropicMessages.chat('m'),
    body: { model: 'm', stream: true, max_tokens: 9, messages: [] },
  },
  'gemini-generate-content': {
    clients: geminiClients,
    wire: geminiGenerateContent.chat('m'),
    body: { contents: [] },
  },
  'ollama-chat': { clients: ollamaClients, wire: ollamaChat.chat('m'), body: { model: 'm', messages: [] } },
};

/** What a client of the wire format is sent, as Rumbo reads it from such a service. */
function crossed({ clients, wire, body }: Side, parts: readonly EnginePart[]): EnginePart[] {
  const request = clients.decodeRequest(body, { model: 'm', stream: true });
  const encoder = clients.encoder({ id: 'r1', model: 'm', createdAt: 1_700_000_000, request });
  const events = [...encoder.start(), ...parts.flatMap((part) => encoder.part(part))];
  const decoder = wire.decoder({ messages: [], tools: [{ name: 'look', inputSchema: {} }] });
  return [...events.flatMap((event) => decoder.read(event)), ...decoder.end()];
}

/** What every wire format has of an answer. Ids are the service's own, and not every service tells kinds of tokens apart. */
function summary(parts: readonly EnginePart[]) {
  const joined = (type: 'text-delta' | 'reasoning-delta') =>
    parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
  const finish = parts.at(-1);
  assert.ok(finish?.type === 'finish');
  return {
    text: joined('text-delta'),
    reasoning: joined('reasoning-delta'),
    calls: parts.flatMap((part) => (part.type === 'tool-call' ? [[part.name, JSON.parse(part.input)]] : [])),
    reason: finish.reason,
    input: finish.usage?.input,
    output: finish.usage?.output,
  };
}

const words = fc.constantFrom(
  'Hi.',
  ' two  blanks ',
  'ñ 漢字 😀',
  'line\n',
  '<b>',
  '{"a":1}',
  'data: [DONE]\n\n',
);
const calls = fc.array(
  fc.record({
    name: fc.constantFrom('look', 'run-tests'),
    input: fc.constantFrom('{}', '{"path":"ñ"}', '{"a":{"b":[1,null,"x"]}}'),
  }),
  { maxLength: 3 },
);
const answer: fc.Arbitrary<readonly EnginePart[]> = fc
  .record({
    reasoning: fc.array(words, { maxLength: 3 }),
    text: fc.array(words, { minLength: 1, maxLength: 5 }),
    calls,
    isCut: fc.boolean(),
    usage: fc.record({ input: fc.integer({ min: 1, max: 1e6 }), output: fc.integer({ min: 3, max: 1e5 }) }),
  })
  .map(({ reasoning, text, calls: made, isCut, usage }): readonly EnginePart[] => [
    ...reasoning.map((part) => ({ type: 'reasoning-delta' as const, text: part })),
    ...(reasoning.length > 0 ? [{ type: 'reasoning-end' as const }] : []),
    ...text.map((part) => ({ type: 'text-delta' as const, text: part })),
    ...made.map((call, index) => ({ type: 'tool-call' as const, id: `call_${index}`, ...call })),
    {
      type: 'finish',
      reason: made.length > 0 ? 'tool-calls' : isCut ? 'length' : 'stop',
      usage: { ...usage, cachedRead: 0, cacheWrite: 0, reasoning: 0 },
    },
  ]);

for (const [from, there] of Object.entries(sides))
  test(`${from}: an answer reaches the clients of each wire format whole`, () => {
    fc.assert(
      fc.property(answer, (parts) => {
        const read = crossed(there, parts);
        assert.deepEqual(summary(read), summary(parts));
        for (const [to, here] of Object.entries(sides))
          assert.deepEqual(summary(crossed(here, read)), summary(parts), `${from} → ${to}`);
      }),
      { numRuns: 60 },
    );
  });

test('sources and probabilities that come after pictures and calls stay with their text', () => {
  const citation = { url: 'https://example.com/a', title: 'A', start: 8, end: 16 };
  const token = { token: 'in', logprob: -0.5, top: [{ token: 'to', logprob: -1 }] };
  const late: readonly EnginePart[] = [
    { type: 'text-delta', text: 'Años 😀 ' },
    { type: 'text-delta', text: 'in Spain' },
    { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    { type: 'tool-call', id: 'call_1', name: 'look', input: '{}' },
    { type: 'logprobs', tokens: [token] },
    { type: 'citation', citation },
    {
      type: 'finish',
      reason: 'tool-calls',
      usage: { input: 10, cachedRead: 4, cacheWrite: 0, output: 5, reasoning: 2 },
    },
  ];
  const withAll = ['openai-chat', 'openai-responses', 'gemini-generate-content'];
  for (const from of withAll)
    for (const to of withAll) {
      const read = crossed(sides[to] as Side, crossed(sides[from] as Side, late));
      const way = `${from} → ${to}`;
      assert.deepEqual(summary(read), summary(late), way);
      const ofType = <Type extends EnginePart['type']>(type: Type) =>
        read.filter((part): part is Extract<EnginePart, { type: Type }> => part.type === type);
      assert.deepEqual(
        ofType('citation').map((part) => part.citation),
        [citation],
        way,
      );
      assert.deepEqual(
        ofType('logprobs').flatMap(({ tokens }) => tokens),
        [token],
        way,
      );
      assert.deepEqual(
        ofType('image').map((part) => 'data' in part && part.data),
        ['AAAA'],
        way,
      );
    }
});
