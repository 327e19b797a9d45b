/**
 * Requests that cross two services: encoded for one, read as its client's request, encoded for the other. Nothing is lost that
 * the table of features does not name.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EngineDefinition } from '../../../server/engines/engine.ts';
import { engines } from '../../../server/engines/table.ts';
import { anthropicMessagesClients } from '../../../server/wire/clients/anthropic-messages.ts';
import type { ClientFormat } from '../../../server/wire/clients/client-format.ts';
import { geminiClients } from '../../../server/wire/clients/gemini.ts';
import { ollamaClients } from '../../../server/wire/clients/ollama.ts';
import { openaiChatClients } from '../../../server/wire/clients/openai-chat.ts';
import { openaiResponsesClients } from '../../../server/wire/clients/openai-responses.ts';
import { mapFeatures } from '../../../server/wire/map-features.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';
import type { WireName } from '../../../shared/content.ts';
import { features } from '../../../shared/features.ts';
import type { MessagePart } from '../../../shared/message-parts.ts';
import { conversation } from '../../support/conversations.ts';
import { featureSample, sampleRequest } from '../../support/feature-samples.ts';

const clients: Readonly<Record<WireName, ClientFormat>> = {
  'openai-chat': openaiChatClients,
  'openai-responses': openaiResponsesClients,
  'anthropic-messages': anthropicMessagesClients,
  'gemini-generate-content': geminiClients,
  'ollama-chat': ollamaClients,
};

/** A usual model of each service, and one of OpenAI's that has the other API. */
const services = [
  ...engines.map((definition) => ({ definition, model: definition.defaultModels?.[0] ?? 'tiny' })),
  { definition: engines.find(({ kind }) => kind === 'openai') as EngineDefinition, model: 'gpt-5.3-codex' },
];
type Service = (typeof services)[number];
const nameOf = ({ definition, model }: Service): string => `${definition.kind} ${model}`;
const supportOf = ({ definition, model }: Service) => definition.wire.support(model);

const encode = ({ definition: { wire }, model }: Service, request: CompletionRequest): unknown =>
  JSON.parse(
    JSON.stringify(wire.chat(model).encode(model, mapFeatures(request, wire.support(model)).request).body),
  );

/** The request as a gateway would read it from a client of the service's wire. */
function asClientRequest(service: Service, request: CompletionRequest): CompletionRequest {
  const { ask } = clients[supportOf(service).name].decodeRequest(encode(service, request), {
    model: service.model,
  });
  return { ...ask, messages: ask.messages ?? [] };
}

test('each feature that two services have crosses from one to the other', () => {
  const lost: string[] = [];
  for (const from of services)
    for (const to of services)
      for (const feature of features) {
        const [there, here] = [supportOf(from), supportOf(to)];
        if (there.features[feature] !== 'native' || here.features[feature] !== 'native') continue;
        const isOwn = [
          'hostedTools',
          'hostedItems',
          'reasoningSignatures',
          'imageFiles',
          'documentFiles',
        ].includes(feature);
        if (isOwn && (there.name !== here.name || from.definition.kind !== to.definition.kind)) continue;
        const sample = featureSample(feature, there.name, from.definition.kind);
        if (!sample.marker) continue;
        const crossed = JSON.stringify(encode(to, asClientRequest(from, sampleRequest(sample))));
        if (!crossed.includes(sample.marker)) lost.push(`${nameOf(from)} → ${nameOf(to)}: ${feature}`);
      }
  assert.deepEqual(lost, []);
});

/** What every service can carry of a conversation, in words. */
const wordsOf = ({ messages }: CompletionRequest): string[] =>
  messages
    .flatMap(({ content }) => (typeof content === 'string' ? [content] : content.flatMap(textIn)))
    .flatMap((text) => text.split(/\s+/))
    .filter((word) => word !== '');
/** Thoughts of another service are not for the next one. */
const textIn = (part: MessagePart): readonly string[] =>
  part.type !== 'reasoning' && 'text' in part ? [part.text] : [];

test('no word, call or result of a conversation is lost on any way', () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const request: CompletionRequest = { messages };
      for (const from of services)
        for (const to of services) {
          const crossed = JSON.stringify(encode(to, asClientRequest(from, request)));
          const way = `${nameOf(from)} → ${nameOf(to)}`;
          // A result in JSON is an object to some services.
          const isThere = (word: string) =>
            crossed.includes(word) || crossed.includes(JSON.stringify(word).slice(1, -1));
          for (const word of wordsOf(request)) assert.ok(isThere(word), `${way}: ${word} in ${crossed}`);
          const calls = messages.flatMap((message) =>
            message.role === 'assistant' && typeof message.content !== 'string'
              ? message.content.filter((part) => part.type === 'tool-call')
              : [],
          );
          for (const { name } of calls) assert.ok(crossed.includes(name), `${way}: ${name}`);
        }
    }),
    { numRuns: 12 },
  );
});
