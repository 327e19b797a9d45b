/** Gemini's generateContent, API v1beta, streamed as server-sent events. https://ai.google.dev/api/generate-content */
import type { CompletionRequest, EnginePart, FinishReason } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { errorFromResponse } from './error-response.ts';
import { finishState } from './finish-state.ts';
import { finishWord } from './finish-words.ts';
import { geminiEmbeddings } from './gemini-embeddings.ts';
import { geminiExtras, hasGeminiExtras } from './gemini-extras.ts';
import { decodeGeminiModels, geminiModelsPath, geminiSupportsPrefill } from './gemini-models.ts';
import {
  encodeGenerateContent,
  geminiMethodPath,
  geminiSupport,
  rejectedGeminiField,
  withoutGeminiField,
} from './gemini-request.ts';
import { sealSignature } from './signatures.ts';
import { readTokenCount } from './token-count.ts';
import type { ToolCallFragment } from './tool-call-assembler.ts';
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
  support: geminiSupport,
  count,
  embeddings: geminiEmbeddings,
  supportsPrefill: geminiSupportsPrefill,
  modelsPath: geminiModelsPath,
  decodeModels: decodeGeminiModels,
  rejectedField: rejectedGeminiField,
  withoutField: withoutGeminiField,
  // Waits are in the body, as google.rpc details. https://ai.google.dev/gemini-api/docs/rate-limits
  toError: (response) => errorFromResponse(response),
};

/** One event; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly candidates: readonly (Candidate | null)[];
  readonly promptFeedback: { readonly blockReason?: unknown } | null;
};

type Candidate = {
  readonly index?: unknown;
  readonly content?: { readonly parts?: readonly (Part | null)[] } | null;
  readonly finishReason?: unknown;
};

type Part = {
  readonly text?: unknown;
  readonly thought?: unknown;
  readonly thoughtSignature?: unknown;
  readonly functionCall?: FunctionCall | null;
  /** The name in Vertex's older clients and proxies. */
  readonly function_call?: FunctionCall | null;
};

type FunctionCall = { readonly id?: unknown; readonly name?: unknown; readonly args?: unknown };

function contentDecoder(request?: CompletionRequest): StreamDecoder {
  let hasText = false;
  let lastWord: string | undefined;
  let answer = '';
  const extras = geminiExtras(request);
  const end = finishState({
    toolNames: request?.tools?.map(({ name }) => name),
    check(hasCalls) {
      if (lastWord !== undefined && !hasText && !hasCalls) throwIfNoAnswer(lastWord);
    },
  });

  const partOf = (part: Part | null): readonly EnginePart[] => {
    if (!part) return [];
    if (typeof part.text !== 'string') {
      hasText ||= !part.functionCall && !part.function_call;
      return extras.readPart(part);
    }
    const { thoughtSignature: signature, text } = part;
    const signed: readonly EnginePart[] =
      typeof signature === 'string' && signature && part.thought !== true
        ? [{ type: 'text-signature', signature: sealSignature('gemini', signature) }]
        : [];
    if (text === '') return signed;
    if (part.thought === true) return [{ type: 'reasoning-delta', text }];
    hasText = true;
    answer += text;
    return [{ type: 'text-delta', text }, ...signed];
  };
  const readAlternatives = (candidates: readonly (Candidate | null)[]): void => {
    for (const [position, candidate] of candidates.entries()) {
      const index = Number(candidate?.index ?? position);
      if (!candidate || index === 0) continue;
      const word = finishWord(candidate.finishReason);
      extras.addAlternative(index, candidate, word === undefined ? undefined : reasonOf(word));
    }
  };
  /** The last parts, with what only the end shows before them. */
  const ended = (parts: readonly EnginePart[]): readonly EnginePart[] =>
    parts.length > 0 ? [...extras.end(answer), ...parts] : parts;
  return {
    mayEnd: () => end.mayEnd(),
    reportedUsage: () => end.usage.partial(),
    read({ event: name, data }) {
      if (end.isFinished()) return [];
      if (isEndMarker(data)) return ended(end.mark());
      const event = end.read<Event>(data, name);
      if (!event) return [];
      const blocked = event.promptFeedback?.blockReason;
      if (typeof blocked === 'string' && blocked !== 'BLOCK_REASON_UNSPECIFIED')
        throw filtered(`The prompt was blocked (${blocked}).`);
      const candidates = Array.isArray(event.candidates) ? event.candidates : [];
      if (extras.hasSeveral) readAlternatives(candidates);
      const candidate = extras.hasSeveral
        ? candidates.find((each, position) => Number(each?.index ?? position) === 0)
        : candidates[0];
      if (!candidate) return [];
      end.seen = true;
      const content = candidate.content?.parts;
      const parts: EnginePart[] = Array.isArray(content) ? content.flatMap(partOf) : [];
      if (hasGeminiExtras(candidate)) parts.push(...extras.readCandidate(candidate));
      const calls = Array.isArray(content)
        ? content.filter((part: Part | null) => part?.functionCall ?? part?.function_call)
        : [];
      if (calls.length > 0) end.addCalls(calls.map(fragmentOf));
      const word = finishWord(candidate.finishReason);
      if (word === undefined) return parts;
      if (failures.has(word)) throw unfinished(word);
      lastWord = word;
      end.setReason(reasonOf(word));
      return parts;
    },
    // The end of the body is the only end marker.
    end: () => ended(end.end()),
  };
}

/** An answer without text and calls is complete only where the model had nothing to say. */
function throwIfNoAnswer(word: string): void {
  const reason = reasonOf(word);
  if (reason === 'other') throw unfinished(word);
  if (reason === 'content-filter') throw filtered(`The answer was blocked (${word}).`);
}

const unfinished = (word: string): RumboError =>
  new RumboError(`The model did not finish its answer (${word}).`, { kind: 'interrupted' });

const fragmentOf = (part: Part | null): ToolCallFragment => {
  const { id, name, args } = part?.functionCall ?? part?.function_call ?? {};
  const signature = part?.thoughtSignature;
  return { id, name, input: args, ...(typeof signature === 'string' && signature ? { signature } : {}) };
};

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
