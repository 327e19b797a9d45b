/** Requests that a wire encodes, its clients' side reads, and the wire encodes again, unchanged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { anthropicMessagesClients } from '../../../server/wire/clients/anthropic-messages.ts';
import type { ClientFormat } from '../../../server/wire/clients/client-format.ts';
import { geminiClients } from '../../../server/wire/clients/gemini.ts';
import { ollamaClients } from '../../../server/wire/clients/ollama.ts';
import { openaiChatClients } from '../../../server/wire/clients/openai-chat.ts';
import { openaiResponsesClients } from '../../../server/wire/clients/openai-responses.ts';
import { geminiGenerateContent } from '../../../server/wire/gemini-generate-content.ts';
import { mapFeatures } from '../../../server/wire/map-features.ts';
import { ollamaChat } from '../../../server/wire/ollama-chat.ts';
import { openaiResponses, responsesSupport } from '../../../server/wire/openai-responses.ts';
import type { WireFormat } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';
import { completionRequest } from '../../support/conversations.ts';
import { recording } from './decoded.ts';

type Side = readonly [
  name: string,
  clients: ClientFormat,
  wire: Pick<WireFormat, 'chat' | 'support'>,
  models: readonly string[],
  sdkRequest?: string,
];

const sides: readonly Side[] = [
  ['Chat Completions', openaiChatClients, openaiCompatible.wire, ['m']],
  [
    'Responses',
    openaiResponsesClients,
    { chat: () => openaiResponses, support: responsesSupport },
    ['gpt-5.3-codex', 'gpt-4o'],
    'openai-responses-everything',
  ],
  [
    'Messages',
    anthropicMessagesClients,
    anthropicMessages,
    ['claude-opus-5-5', 'claude-haiku-4-5'],
    'anthropic-messages-everything',
  ],
  ['Gemini', geminiClients, geminiGenerateContent, ['gemini-3.5-flash-lite', 'gemini-2.5-flash']],
  ['Ollama', ollamaClients, ollamaChat, ['qwen3:8b', 'gpt-oss:20b']],
];

for (const [name, { decodeRequest }, wire, models, sdkRequest] of sides) {
  test(`a request of ${name} that is encoded, decoded and encoded again is the same`, () => {
    for (const model of models) {
      const encode = (request: CompletionRequest): unknown =>
        wire.chat(model).encode(model, mapFeatures(request, wire.support(model)).request).body;
      fc.assert(
        fc.property(completionRequest, (request) => {
          const body = encode(request);
          const { ask, ignored, ...rest } = decodeRequest(JSON.parse(JSON.stringify(body)), {
            model,
            stream: true,
          });
          assert.deepEqual([ignored, rest.model, rest.stream], [[], model, true]);
          assert.deepEqual(encode({ ...ask, messages: ask.messages ?? [] }), body);
        }),
        { numRuns: 200 },
      );
    }
  });

  if (sdkRequest === undefined) continue;
  test(`everything that the official SDK of ${name} sends is read, and encoded again as it came`, () => {
    const { body, path } = recording(`sdk-requests/${sdkRequest}.json`) as unknown as {
      readonly body: Record<string, unknown>;
      readonly path: string;
    };
    const { ask, ignored, model } = decodeRequest(body);
    assert.deepEqual(ignored, []);
    const sent = wire.chat(model).encode(model, { ...ask, messages: ask.messages ?? [] });
    assert.deepEqual(sent.body, body);
    assert.equal(`/v1${sent.path}`, path);
  });
}
