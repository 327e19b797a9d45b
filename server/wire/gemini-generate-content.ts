/** Gemini's generateContent, API v1beta, streamed as server-sent events. https://ai.google.dev/api/generate-content */
import type { CompletionRequest, EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { errorFromEvent } from './error-response.ts';
import { finishState, toTokenCount } from './finish-state.ts';
import { geminiEmbeddings } from './gemini-embeddings.ts';
import { geminiErrorFromResponse } from './gemini-error-response.ts';
import { decodeGeminiModels, geminiModelsPath, geminiSupportsPrefill } from './gemini-models.ts';
import {
  dropGeminiField,
  encodeGenerateContent,
  geminiMethodPath,
  geminiUnsupportedFields,
} from './gemini-request.ts';
import { readTokenCount } from './token-count.ts';
import type { CountFormat, StreamDecoder, StreamFormat, WireFormat } from './wire-format.ts';

const chat: StreamFormat<CompletionRequest> = {
  framing: 'sse',
  encode: encodeGenerateContent,
  decoder: contentDecoder,
};

/** https://ai.google.dev/api/tokens#method:-models.counttokens */
const count: CountFormat = {
  encode: (model, request) => ({
    path: geminiMethodPath(model, 'countTokens'),
    // Contents alone would be counted without the instructions and the tools.
    body: {
      generateContentRequest: {
        model: `models/${model}`,
        ...(encodeGenerateContent(model, request).body as object),
      },
    },
  }),
  decode: (body) => readTokenCount(body, 'totalTokens'),
};

export const geminiGenerateContent: WireFormat = {
  chat: () => chat,
  unsupportedFields: geminiUnsupportedFields,
  count,
  embeddings: geminiEmbeddings,
  supportsPrefill: geminiSupportsPrefill,
  modelsPath: geminiModelsPath,
  decodeModels: decodeGeminiModels,
  dropUnsupportedField: dropGeminiField,
  toError: geminiErrorFromResponse,
};

/** One event; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly candidates: readonly ({
    readonly content?: { readonly parts?: readonly (Part | null)[] } | null;
    readonly finishReason?: unknown;
  } | null)[];
  readonly promptFeedback: { readonly blockReason?: unknown } | null;
  readonly usageMetadata: Metadata | null;
  readonly error: unknown;
};

type Part = {
  readonly text?: unknown;
  readonly thought?: unknown;
  readonly thoughtSignature?: unknown;
  readonly functionCall?: { readonly id?: unknown; readonly name?: unknown; readonly args?: unknown } | null;
};

type Metadata = {
  readonly promptTokenCount?: unknown;
  readonly toolUsePromptTokenCount?: unknown;
  readonly cachedContentTokenCount?: unknown;
  readonly candidatesTokenCount?: unknown;
  readonly thoughtsTokenCount?: unknown;
};

function contentDecoder(): StreamDecoder {
  const end = finishState();
  let hasText = false;
  let calls = 0;

  const partOf = (part: Part | null): readonly EnginePart[] => {
    if (typeof part?.text === 'string' && part.text) {
      if (part.thought === true) return [{ type: 'reasoning-delta', text: part.text }];
      hasText = true;
      return [{ type: 'text-delta', text: part.text }];
    }
    const call = part?.functionCall;
    if (typeof call?.name !== 'string') return [];
    const id = typeof call.id === 'string' && call.id ? call.id : `call_${calls}`;
    calls += 1;
    const signature = part?.thoughtSignature;
    return [
      {
        type: 'tool-call',
        id,
        name: call.name,
        input: JSON.stringify(call.args ?? {}),
        ...(typeof signature === 'string' && signature ? { signature } : {}),
      },
    ];
  };

  return {
    get hasFinishReason() {
      return end.reason !== undefined;
    },
    read({ data }) {
      if (end.finished) return [];
      const event = end.read<Event>(data);
      if (!event) return [];
      if (event.error) throw errorFromEvent(event);
      const blocked = event.promptFeedback?.blockReason;
      if (typeof blocked === 'string') throw filtered(`The prompt was blocked (${blocked}).`);

      if (event.usageMetadata) end.usage = toUsage(event.usageMetadata);
      const candidate = event.candidates?.[0];
      if (!candidate) return [];
      end.seen = true;
      const content = candidate.content?.parts;
      const parts: EnginePart[] = Array.isArray(content) ? content.flatMap(partOf) : [];
      if (typeof candidate.finishReason === 'string') {
        const reason = reasonOf(candidate.finishReason);
        if (failures.has(candidate.finishReason) || (reason === 'other' && !hasText && calls === 0))
          throw new RumboError(`The model did not finish its answer (${candidate.finishReason}).`, {
            kind: 'interrupted',
          });
        if (reason === 'content-filter' && !hasText)
          throw filtered(`The answer was blocked (${candidate.finishReason}).`);
        // A function call ends with STOP as well.
        end.reason = reason === 'stop' && calls > 0 ? 'tool-calls' : reason;
      }
      // The end of the body is the only end marker; after the reason nothing but padding follows.
      return [...parts, ...end.settle()];
    },
    end: () => end.end(),
  };
}

const filtered = (message: string): RumboError => new RumboError(message, { kind: 'content-filtered' });

const policies = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/** The service could not read the model's output and sent none of it. */
const failures = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
]);

function reasonOf(word: string): FinishReason {
  if (word === 'STOP') return 'stop';
  if (word === 'MAX_TOKENS') return 'length';
  return policies.has(word) ? 'content-filter' : 'other';
}

/** The prompt's tokens include cached ones; thoughts are counted apart from the candidates and billed like them. */
function toUsage(usage: Metadata): Usage {
  const reasoning = toTokenCount(usage.thoughtsTokenCount);
  return {
    input: toTokenCount(usage.promptTokenCount) + toTokenCount(usage.toolUsePromptTokenCount),
    cachedRead: toTokenCount(usage.cachedContentTokenCount),
    cacheWrite: 0,
    output: toTokenCount(usage.candidatesTokenCount) + reasoning,
    reasoning,
  };
}
