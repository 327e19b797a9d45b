/** Chat Completions, as OpenAI defines it and most other services copy it. https://platform.openai.com/docs/api-reference/chat */

import type { CompletionRequest, RequestMetadata } from '../../shared/chat.ts';
import type { WireFeatures } from '../../shared/features.ts';
import { textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { errorFromResponse } from './error-response.ts';
import { type FieldQuirks, requestFields } from './openai-chat-fields.ts';
import { encodeChatMessage, type MessageQuirks } from './openai-chat-messages.ts';
import { type ChunkQuirks, chunkDecoder } from './openai-chat-stream.ts';
import { type ToolQuirks, toolFields } from './openai-chat-tools.ts';
import { decodeOpenAiModels } from './openai-models.ts';
import { rejectedOpenAiField } from './openai-unsupported-fields.ts';
import { stripPrefixEcho } from './strip-prefix-echo.ts';
import { withoutFeatures } from './unsupported-features.ts';
import { missingFeatures, modelSupport, openaiChatFeatures } from './wire-features.ts';
import type { StreamFormat, WireFormat } from './wire-format.ts';

/** How a copy differs from the original. */
export type OpenAiChatQuirks = MessageQuirks &
  ToolQuirks &
  FieldQuirks &
  ChunkQuirks & {
    /** Where the output limit goes. OpenAI's reasoning models reject `max_tokens`; most copies have only that. */
    readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
    /** Requests usage at the end of the stream; `false` where the field is rejected or usage arrives by default. */
    readonly streamOptions?: object | false;
    /** Where the service has another support than OpenAI. Absent: nowhere. */
    readonly features?: Partial<WireFeatures>;
    /** Where this model has another support than the service; the same object for models that are alike. Absent: nowhere. */
    readonly modelFeatures?: (model: string) => Partial<WireFeatures>;
    /** Session and user in this service's fields. Absent: it has none. */
    readonly metadataFields?: (metadata: RequestMetadata) => object;
    /** Further fields that this model needs. Absent: none. */
    readonly extraFields?: (model: string) => object;
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
    prefill,
    metadataFields,
  } = quirks;
  const service: WireFeatures = {
    ...openaiChatFeatures,
    ...(metadataFields ? {} : { metadata: 'none' }),
    ...quirks.features,
  };
  const supportOf = modelSupport('openai-chat', service, quirks.modelFeatures);
  const chat: StreamFormat<CompletionRequest> = {
    framing: 'sse',
    encode(model, whole) {
      const request = withoutFeatures(whole, missingFeatures(supportOf(model).features));
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
          ...requestFields(model, request, quirks),
          ...(request.metadata && metadataFields ? metadataFields(request.metadata) : {}),
          ...extraFields(model),
          ...prefillFields?.body,
        },
      };
    },
    decoder(request) {
      const decoder = chunkDecoder(quirks, request);
      const prefix = prefill?.echoesPrefix && request ? prefixOf(request) : undefined;
      return prefix ? stripPrefixEcho(decoder, prefix) : decoder;
    },
  };
  return {
    chat: () => chat,
    support: supportOf,
    ...(prefill ? { supportsPrefill: () => true } : {}),
    modelsPath: '/models',
    decodeModels: (body) => decodeOpenAiModels(body, quirks),
    rejectedField: rejectedOpenAiField,
    toError: (response) => errorFromResponse(response),
  };
}

/** The text to be continued; `undefined` when the last message is not the assistant's. */
function prefixOf({ messages }: CompletionRequest): string | undefined {
  const last = messages.at(-1);
  return last?.role === 'assistant' && toolCallsOf(last).length === 0 ? textOf(last) : undefined;
}
