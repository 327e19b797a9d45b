/** Chat Completions, as OpenAI frames it and half the world copies it. https://platform.openai.com/docs/api-reference/chat */
import type { CompletionRequest } from '../../shared/chat.ts';
import { errorFromResponse } from './error-response.ts';
import { type ChunkQuirks, chunkDecoder } from './openai-chunks.ts';
import { type CallQuirks, encodeChatMessage, toolFields } from './openai-messages.ts';
import { decodeOpenAiModels } from './openai-models.ts';
import { dropOpenAiField } from './openai-unsupported-fields.ts';
import { stripPrefixEcho } from './strip-prefix-echo.ts';
import type { StreamFormat, WireFormat } from './wire-format.ts';

/** What a copy does otherwise than the original. */
export type OpenAiChatQuirks = CallQuirks &
  ChunkQuirks & {
    /** Where the output limit goes. OpenAI's reasoning models refuse `max_tokens`; most copies know only that. */
    readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
    /** What asks for usage at the end of the stream; `false` where the field is refused or usage comes unasked. */
    readonly streamOptions?: object | false;
    /** Models that take a temperature. Absent: all. */
    readonly supportsTemperature?: (model: string) => boolean;
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
    supportsTemperature = () => true,
    extraFields = () => ({}),
    thinkingOffFields = () => ({}),
    prefill,
  } = quirks;
  const chat: StreamFormat<CompletionRequest> = {
    framing: 'sse',
    encode(model, request) {
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
          ...toolFields(request),
          ...(request.maxOutputTokens === undefined ? {} : { [maxTokensField]: request.maxOutputTokens }),
          ...temperatureOf(request, supportsTemperature(model)),
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

const temperatureOf = ({ temperature }: CompletionRequest, taken: boolean): { temperature?: number } =>
  temperature === undefined || !taken ? {} : { temperature };
