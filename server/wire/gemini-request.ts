/** Requests of Gemini's generateContent. https://ai.google.dev/api/generate-content */

import type { CompletionRequest, Message } from '../../shared/chat.ts';
import type { ToolCall, UserPart } from '../../shared/content.ts';
import type { WireFeatures } from '../../shared/features.ts';
import { contentParts, functionTools, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { parseErrorText } from './error-body.ts';
import { parseJsonObject } from './json-object.ts';
import { mergeRoles, systemText, toolArguments } from './merge-roles.ts';
import { geminiFeatures, modelSupport } from './wire-features.ts';
import type { ErrorResponse, RejectedField, WireRequest } from './wire-format.ts';

type Part =
  | { readonly text: string }
  | { readonly inlineData: { readonly mimeType: string; readonly data: string } }
  | CallPart
  | {
      readonly functionResponse: { readonly id: string; readonly name: string; readonly response: object };
    };
type CallPart = {
  readonly functionCall: { readonly id: string; readonly name: string; readonly args: object };
  readonly thoughtSignature?: string;
};
type Content = { readonly role: 'user' | 'model'; readonly parts: readonly Part[] };

/** The path of a model's method. */
export const geminiMethodPath = (model: string, method: string): string =>
  `/models/${encodeURIComponent(model)}:${method}`;

export function encodeGenerateContent(model: string, request: CompletionRequest): WireRequest {
  const system = systemText(request.messages);
  const generationConfig = configOf(model, request);
  return {
    // Without `alt=sse` the stream is one JSON array that grows.
    path: `${geminiMethodPath(model, 'streamGenerateContent')}?alt=sse`,
    body: {
      contents: contentsOf(model, request.messages),
      ...(system === undefined ? {} : { systemInstruction: { parts: [{ text: system }] } }),
      ...(Object.keys(generationConfig).length > 0 ? { generationConfig } : {}),
      ...toolsOf(request),
    },
  };
}

/** Sampling parameters are deprecated since Gemini 3.6, so only the older models are sent them. */
const supportsSampling = (model: string): boolean => /^gemini-(?:[12]\b|3-|3\.[0-5]\b)|^gemma/.test(model);

/** These models think, and return their thoughts only on request. https://ai.google.dev/gemini-api/docs/thinking */
const thinks = (model: string): boolean => /^gemini-(?:2\.5|[3-9]|\d\d)|^gemini-[a-z-]+-latest$/.test(model);

/** The least a model can be set to; Pro models only think less. Dropped for a model that rejects both fields. */
const minThinking = (model: string): object =>
  /^gemini-2/.test(model)
    ? { thinkingBudget: model.includes('pro') ? 128 : 0 }
    : { thinkingLevel: model.includes('pro') ? 'low' : 'minimal' };

const thinkingOf = (model: string, reasoning: CompletionRequest['reasoning']): object =>
  reasoning?.effort === 'none' ? minThinking(model) : { includeThoughts: true };

export const geminiSupport = modelSupport('gemini-generate-content', geminiFeatures, (model) =>
  supportsSampling(model) ? noDifference : withoutSampling,
);
const noDifference: Partial<WireFeatures> = {};
const withoutSampling: Partial<WireFeatures> = { temperature: 'none', topP: 'none' };

const configOf = (
  model: string,
  { maxOutputTokens, temperature, topP, stop, seed, reasoning }: CompletionRequest,
): object => ({
  ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  ...(supportsSampling(model)
    ? { ...(temperature === undefined ? {} : { temperature }), ...(topP === undefined ? {} : { topP }) }
    : {}),
  ...(stop?.length ? { stopSequences: stop } : {}),
  ...(seed === undefined ? {} : { seed }),
  ...(thinks(model) ? { thinkingConfig: thinkingOf(model, reasoning) } : {}),
});

const modes = { auto: undefined, none: 'NONE', required: 'ANY' } as const;

function toolsOf({ tools = [], toolChoice = 'auto' }: CompletionRequest): object {
  if (tools.length === 0) return {};
  const config =
    typeof toolChoice === 'string'
      ? modes[toolChoice] && { mode: modes[toolChoice] }
      : { mode: 'ANY', allowedFunctionNames: [toolChoice.toolName] };
  return {
    tools: [
      {
        functionDeclarations: functionTools(tools).map(({ name, description, inputSchema }) => ({
          name,
          ...(description === undefined ? {} : { description }),
          parametersJsonSchema: inputSchema,
        })),
      },
    ],
    ...(config ? { toolConfig: { functionCallingConfig: config } } : {}),
  };
}

const contentsOf = (model: string, messages: readonly Message[]): readonly Content[] =>
  mergeRoles<Part>(messages, (message) => {
    if (message.role === 'user') return userParts(message.content);
    if (message.role === 'assistant')
      return [...textPart(textOf(message)), ...callsOf(model, toolCallsOf(message))];
    const { toolCallId: id, toolName: name } = message;
    const content = textOf(message);
    return [{ functionResponse: { id, name, response: parseJsonObject(content) ?? { output: content } } }];
  }).map(({ role, parts }) => ({ role: role === 'assistant' ? 'model' : 'user', parts }));

/** Empty parts are rejected. */
const textPart = (text: string): readonly Part[] => (text ? [{ text }] : []);

const userParts = (content: string | readonly UserPart[]): readonly Part[] =>
  contentParts(content).flatMap((part): readonly Part[] => {
    if (part.type === 'image' && 'data' in part)
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
    return textPart(textOf({ content: [part] }));
  });

/**
 * Since Gemini 3 the first call of an answer needs its signature; calls by another model have none, and this value
 * replaces it. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const unsigned = 'skip_thought_signature_validator';
const needsSignature = (model: string): boolean => !/^gemini-[12]\b|^gemma/.test(model);

const callsOf = (model: string, calls: readonly ToolCall[]): readonly CallPart[] =>
  calls.map((call, index) => {
    const own = call.signature !== undefined && isBase64(call.signature) ? call.signature : undefined;
    const thoughtSignature = own ?? (index === 0 && needsSignature(model) ? unsigned : undefined);
    return {
      functionCall: { id: call.id, name: call.name, args: toolArguments(call) },
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    };
  });

/** The signatures of other services are not base64. */
const isBase64 = (text: string): boolean => /^[\w+/-]+=*$/.test(text);

/** The error names either in its message alone; the answer matters more than both. */
export function rejectedGeminiField(
  request: WireRequest,
  response: ErrorResponse,
): RejectedField | undefined {
  if (response.status !== 400) return undefined;
  const { text } = parseErrorText(response.body);
  if (/\bthought[_ ]?signature/i.test(text))
    return withoutSignatures(request) ? { name: thoughtSignatures } : undefined;
  const { generationConfig } = request.body as { generationConfig?: { thinkingConfig?: object } };
  // Some models of a thinking family do not think.
  const isAboutThoughts = /\bthinking|\binclude_?thoughts/i.test(text) && generationConfig?.thinkingConfig;
  return isAboutThoughts ? { name: 'generationConfig.thinkingConfig' } : undefined;
}

const thoughtSignatures = 'contents.thoughtSignature';

/** The request without the signatures of its calls. */
export const withoutGeminiField = (request: WireRequest, name: string): WireRequest | undefined =>
  name === thoughtSignatures ? withoutSignatures(request) : undefined;

/** A signature is valid only for the model, and sometimes the key, that made it. */
function withoutSignatures({ path, body }: WireRequest): WireRequest | undefined {
  const { contents } = body as { contents: readonly Content[] };
  const unsignedContents = contents.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => ('functionCall' in part ? { ...part, thoughtSignature: unsigned } : part)),
  }));
  const same = JSON.stringify(unsignedContents) === JSON.stringify(contents);
  return same ? undefined : { path, body: { ...(body as object), contents: unsignedContents } };
}
