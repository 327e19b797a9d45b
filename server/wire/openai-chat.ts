/** Chat Completions, as OpenAI frames it and half the world copies it. https://platform.openai.com/docs/api-reference/chat */
import type { CompletionRequest, OptionalRequestField, RequestMetadata } from '../../shared/chat.ts';
import { errorFromResponse } from './error-response.ts';
import { type ChunkQuirks, chunkDecoder } from './openai-chunks.ts';
import { type CallQuirks, encodeChatMessage, toolFields } from './openai-messages.ts';
import { decodeOpenAiModels } from './openai-models.ts';
import { dropOpenAiField } from './openai-unsupported-fields.ts';
import { stripPrefixEcho } from './strip-prefix-echo.ts';
import { withoutFields } from './unsupported-fields.ts';
import type { StreamFormat, WireFormat } from './wire-format.ts';

/** What a copy does otherwise than the original. */
export type OpenAiChatQuirks = CallQuirks &
  ChunkQuirks & {
    /** Where the output limit goes. OpenAI's reasoning models refuse `max_tokens`; most copies know only that. */
    readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
    /** What asks for usage at the end of the stream; `false` where the field is refused or usage comes unasked. */
    readonly streamOptions?: object | false;
    /** Optional fields that this model refuses or ignores. Absent: none. */
    readonly unsupportedFields?: (model: string) => readonly OptionalRequestField[];
    /** Where a seed goes. Absent: `seed`. */
    readonly seedField?: 'seed' | 'random_seed';
    /** Session and user as this service takes them. Absent: it has no field for them. */
    readonly metadataFields?: (metadata: RequestMetadata) => object;
    /** Fields that this model needs beside the usual ones. Absent: none. */
    readonly extraFields?: (model: string) => object;
    /** Fields that keep this model from thinking first, as far as it lets itself be kept. Absent: none are known. */
    readonly thinkingOffFields?: (model: string) => object;
    /** How a model is made to go on from an assistant's message at the end. Absent: it does not. */
    readonly prefill?: PrefillQuirks;
    /** Models of the list that can chat. Absent: all whose name does not say otherwise. */
    readonly canChat?: (model: string) => boolean;
    /** The name by which to show and ask a listed model. Absent: its id. */
    readonly modelName?: (id: string) => string;
  };

/** What is different when an answer is to be continued. */
type PrefillQuirks = {
  /** Absent: asked like any chat. */
  readonly path?: string;
  /** Put into the last message. */
  readonly message?: object;
  /** Put beside the messages. */
  readonly body?: object;
  /** The answer begins with the beginning once more. */
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
  const unsupportedFields = (model: string): readonly OptionalRequestField[] => {
    const unsupported = quirks.unsupportedFields?.(model) ?? [];
    return metadataFields ? unsupported : [...unsupported, 'metadata'];
  };
  const chat: StreamFormat<CompletionRequest> = {
    framing: 'sse',
    encode(model, whole) {
      const request = withoutFields(whole, quirks.unsupportedFields?.(model));
      const messages = request.messages.map((message) => encodeChatMessage(message, quirks));
      const going = prefixOf(request) === undefined ? undefined : prefill;
      const last = going?.message && messages.pop();
      return {
        path: going?.path ?? '/chat/completions',
        body: {
          model,
          messages: last ? [...messages, { ...last, ...going.message }] : messages,
          stream: true,
          ...(streamOptions ? { stream_options: streamOptions } : {}),
          ...toolFields(request, quirks),
          ...(request.maxOutputTokens === undefined ? {} : { [maxTokensField]: request.maxOutputTokens }),
          ...samplingFields(request, quirks),
          ...(request.metadata && metadataFields ? metadataFields(request.metadata) : {}),
          ...extraFields(model),
          ...(request.thinking === 'off' ? thinkingOffFields(model) : {}),
          ...going?.body,
        },
      };
    },
    decoder(request) {
      const decoder = chunkDecoder(quirks);
      const beginning = prefill?.echoesPrefix && request ? prefixOf(request) : undefined;
      return beginning ? stripPrefixEcho(decoder, beginning) : decoder;
    },
  };
  return {
    chat: () => chat,
    unsupportedFields,
    ...(prefill ? { supportsPrefill: () => true } : {}),
    modelsPath: '/models',
    decodeModels: (body) => decodeOpenAiModels(body, quirks),
    dropUnsupportedField: dropOpenAiField,
    toError: (refusal) => errorFromResponse(refusal),
  };
}

/** What is to be continued; `undefined` when the last word is not the assistant's. */
function prefixOf({ messages }: CompletionRequest): string | undefined {
  const last = messages.at(-1);
  return last?.role === 'assistant' && !last.toolCalls?.length ? last.content : undefined;
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
