/** Ollama's own chat: one JSON document per line. https://github.com/ollama/ollama/blob/main/docs/api.md */

import type {
  CompletionRequest,
  EnginePart,
  FillRequest,
  FinishReason,
  TextRequest,
  TokenLogprob,
} from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { errorFromResponse } from './error-response.ts';
import { finishState } from './finish-state.ts';
import { finishReasonIn } from './finish-words.ts';
import { ollamaEmbeddings } from './ollama-embeddings.ts';
import { decodeOllamaModels, mergeLoadedContext } from './ollama-models.ts';
import { encodeOllamaChat, encodeOllamaFill, encodeOllamaText } from './ollama-request.ts';
import type { ToolCallFragment } from './tool-call-assembler.ts';
import { modelSupport, ollamaChatFeatures } from './wire-features.ts';
import type { ErrorResponse, StreamDecoder, StreamFormat, WireFormat } from './wire-format.ts';

const chat: StreamFormat<CompletionRequest> = {
  framing: 'ndjson',
  encode: encodeOllamaChat,
  decoder: (request) => ollamaDecoder(request?.tools?.map(({ name }) => name)),
};

const fill: StreamFormat<FillRequest> = {
  framing: 'ndjson',
  encode: encodeOllamaFill,
  decoder: () => ollamaDecoder(),
};
const text: StreamFormat<TextRequest> = {
  framing: 'ndjson',
  encode: encodeOllamaText,
  decoder: () => ollamaDecoder(),
};

/**
 * Whether a model continues an assistant's message depends on its template: those of Ollama's own library do, most
 * imported ones do not, and the list does not report it. So prefill is not offered.
 */
export const ollamaChat: WireFormat = {
  chat: () => chat,
  support: modelSupport('ollama-chat', ollamaChatFeatures),
  fill,
  text,
  embeddings: ollamaEmbeddings,
  modelsPath: '/api/tags',
  decodeModels: decodeOllamaModels,
  // The models in memory now.
  details: { path: '/api/ps', merge: mergeLoadedContext },
  toError: ollamaErrorFromResponse,
};

/** One line of chat, with a message, or of generate, with fields at the top; the leaves are checked where they are used, since this runs for every token. */
type OllamaLine = {
  readonly message: {
    readonly content?: unknown;
    readonly thinking?: unknown;
    readonly tool_calls?: readonly (ToolCall | null)[] | null;
  } | null;
  readonly response: unknown;
  readonly thinking: unknown;
  readonly logprobs: unknown;
  readonly done: unknown;
  readonly done_reason: unknown;
};

type ToolCall = {
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
};

/** Each call arrives whole, its arguments as an object; other services behind this interface send text. */
const fragmentOf = (call: ToolCall | null): ToolCallFragment => ({
  id: call?.id,
  name: call?.function?.name,
  input: call?.function?.arguments,
});

/** @param toolNames the tools of the request. Absent: unknown */
function ollamaDecoder(toolNames?: readonly string[]): StreamDecoder {
  const end = finishState({ toolNames });

  return {
    mayEnd: () => end.mayEnd(),
    reportedUsage: () => end.usage.partial(),
    read({ event: name, data }) {
      if (end.isFinished()) return [];
      if (isEndMarker(data)) return end.mark();
      const line = end.read<OllamaLine>(data, name);
      if (!line) return [];
      const parts: EnginePart[] = [];
      const message = line.message;
      const thinking = message?.thinking ?? line.thinking;
      const text = message?.content ?? line.response;
      if (message || typeof text === 'string' || line.done === true) end.seen = true;
      if (typeof thinking === 'string' && thinking) parts.push({ type: 'reasoning-delta', text: thinking });
      if (typeof text === 'string' && text) parts.push({ type: 'text-delta', text });
      if (line.logprobs) parts.push(...logprobsPart(line.logprobs));
      if (Array.isArray(message?.tool_calls)) end.addCalls(message.tool_calls.map(fragmentOf));
      if (line.done !== true) return parts;
      end.setReason(finishReasonIn(reasons, line.done_reason ?? 'stop'));
      // The end of the body follows; more text would be read.
      return parts;
    },
    end: () => end.end(),
  };
}

/** https://docs.ollama.com/api/chat */
function logprobsPart(logprobs: unknown): readonly EnginePart[] {
  const tokens = (Array.isArray(logprobs) ? logprobs : []).flatMap((entry): TokenLogprob[] => {
    const { token, logprob, top_logprobs: top } = (entry ?? {}) as Partial<OllamaLogprob>;
    if (typeof token !== 'string' || typeof logprob !== 'number') return [];
    const others = (Array.isArray(top) ? top : []).map((each) => ({
      token: each.token,
      logprob: each.logprob,
    }));
    return [{ token, logprob, ...(others.length > 0 ? { top: others } : {}) }];
  });
  return tokens.length > 0 ? [{ type: 'logprobs', tokens }] : [];
}

type OllamaLogprob = {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[];
};

const reasons: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length' };

/** On loopback Ollama answers a request for an unknown host name with an empty 403. */
function ollamaErrorFromResponse(response: ErrorResponse): RumboError {
  if (response.status !== 403 || response.body.trim()) return errorFromResponse(response);
  return new RumboError('Ollama rejects requests for this host name.', {
    kind: 'unauthorized',
    status: 403,
    action: 'Use http://127.0.0.1:11434, or allow the name in OLLAMA_ORIGINS and OLLAMA_HOST.',
  });
}
