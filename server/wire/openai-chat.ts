/** Chat Completions, as OpenAI defines it and most other services copy it. https://platform.openai.com/docs/api-reference/chat */

import type { CompletionRequest, RequestMetadata } from '../../shared/chat.ts';
import type { Feature } from '../../shared/features.ts';
import { textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { errorFromResponse } from './error-response.ts';
import { type CallQuirks, encodeChatMessage, toolFields } from './openai-chat-messages.ts';
import { type ChunkQuirks, chunkDecoder } from './openai-chat-stream.ts';
import { decodeOpenAiModels } from './openai-models.ts';
import { rejectedOpenAiField } from './openai-unsupported-fields.ts';
import { stripPrefixEcho } from './strip-prefix-echo.ts';
import { withoutFeatures } from './unsupported-features.ts';
import { missingFeatures, openaiChatFeatures } from './wire-features.ts';
import type { StreamFormat, WireFormat } from './wire-format.ts';

/** How a copy differs from the original. */
export type OpenAiChatQuirks = CallQuirks &
  ChunkQuirks & {
    /** Where the output limit goes. OpenAI's reasoning models reject `max_tokens`; most copies have only that. */
    readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
    /** Requests usage at the end of the stream; `false` where the field is rejected or usage arrives by default. */
    readonly streamOptions?: object | false;
    /** Optional fields that this model rejects or ignores. Absent: none. */
    readonly unsupportedFeatures?: (model: string) => readonly Feature[];
    /** Where a seed goes. Absent: `seed`. */
    readonly seedField?: 'seed' | 'random_seed';
    /** Session and user in this service's fields. Absent: it has none. */
    readonly metadataFields?: (metadata: RequestMetadata) => object;
    /** Further fields that this model needs. Absent: none. */
    readonly extraFields?: (model: string) => object;
    /** Fields that turn thinking off, or down as far as the model allows. Absent: none. */
    readonly thinkingOffFields?: (model: string) => object;
    /** How a model is made to continue an assistant's message at the end. Absent: it cannot be. */
    readonly prefill?: PrefillQuirks;
    /** Models of the list that can chat. Absent: all except those whose name tells another purpose. */
    readonly canChat?: (model: string) => boolean;
    /** The name under which a listed model is shown and requested. Absent: its id. */
    readonly modelName?: (id: string) => string;
  };

/** How the request that continues an answer differs. */
type PrefillQuirks = {
  /** Absent: the path of any chat. */
  readonly path?: string;
  /** Added to the last message. */
  readonly message?: object;
  /** Added to the body. */
  readonly body?: object;
  /** The answer repeats the prefix. */
  readonly echoesPrefix?: boolean;
};

export function openaiChat(quirks: OpenAiChatQuirks = {}): WireFormat {
  const {
    maxTokensField = 'max_completion_tokens',
    streamOptions = { include_usage: true },
    extraFields = () => ({}),
    thinkingOffFields = () => ({}),
    prefill,
    metadataFields,
  } = quirks;
  const unsupportedFeatures = (model: string): readonly Feature[] => {
    const unsupported = [...missing, ...(quirks.unsupportedFeatures?.(model) ?? [])];
    return metadataFields ? unsupported : [...unsupported, 'metadata'];
  };
  const chat: StreamFormat<CompletionRequest> = {
    framing: 'sse',
    encode(model, whole) {
      const request = withoutFeatures(whole, quirks.unsupportedFeatures?.(model));
      const messages = request.messages.map((message) => encodeChatMessage(message, quirks));
      const prefillFields = prefixOf(request) === undefined ? undefined : prefill;
      const last = prefillFields?.message && messages.pop();
      return {
        path: prefillFields?.path ?? '/chat/completions',
        body: {
          model,
          messages: last ? [...messages, { ...last, ...prefillFields.message }] : messages,
          stream: true,
          ...(streamOptions ? { stream_options: streamOptions } : {}),
          ...toolFields(request, quirks),
          ...(request.maxOutputTokens === undefined ? {} : { [maxTokensField]: request.maxOutputTokens }),
          ...samplingFields(request, quirks),
          ...(request.metadata && metadataFields ? metadataFields(request.metadata) : {}),
          ...extraFields(model),
          ...(request.reasoning?.effort === 'none' ? thinkingOffFields(model) : {}),
          ...prefillFields?.body,
        },
      };
    },
    decoder(request) {
      const decoder = chunkDecoder(
        quirks,
        request?.tools?.map(({ name }) => name),
      );
      const prefix = prefill?.echoesPrefix && request ? prefixOf(request) : undefined;
      return prefix ? stripPrefixEcho(decoder, prefix) : decoder;
    },
  };
  return {
    chat: () => chat,
    unsupportedFeatures,
    ...(prefill ? { supportsPrefill: () => true } : {}),
    modelsPath: '/models',
    decodeModels: (body) => decodeOpenAiModels(body, quirks),
    rejectedField: rejectedOpenAiField,
    toError: (response) => errorFromResponse(response),
  };
}

const missing = missingFeatures(openaiChatFeatures);

/** The text to be continued; `undefined` when the last message is not the assistant's. */
function prefixOf({ messages }: CompletionRequest): string | undefined {
  const last = messages.at(-1);
  return last?.role === 'assistant' && toolCallsOf(last).length === 0 ? textOf(last) : undefined;
}

const samplingFields = (
  { temperature, topP, stop, seed }: CompletionRequest,
  { seedField = 'seed' }: Pick<OpenAiChatQuirks, 'seedField'>,
): object => ({
  ...(temperature === undefined ? {} : { temperature }),
  ...(topP === undefined ? {} : { top_p: topP }),
  ...(stop?.length ? { stop } : {}),
  ...(seed === undefined ? {} : { [seedField]: seed }),
});
