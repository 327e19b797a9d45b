/** Requests of Gemini's generateContent. https://ai.google.dev/api/generate-content */

import type { CompletionRequest, ReasoningEffort, ReasoningOptions } from '../../shared/chat.ts';
import type { WireFeatures } from '../../shared/features.ts';
import { functionTools } from '../../shared/message-parts.ts';
import { parseErrorText } from './error-body.ts';
import { contentsOf, type GeminiContent, unsigned } from './gemini-parts.ts';
import { systemText } from './merge-roles.ts';
import { budgetOf, effortOf, nearestEffort } from './reasoning-efforts.ts';
import { geminiFeatures, modelSupport } from './wire-features.ts';
import type { ErrorResponse, RejectedField, WireRequest } from './wire-format.ts';

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
      ...(request.serviceTier === undefined ? {} : { serviceTier: request.serviceTier }),
    },
  };
}

/** Sampling parameters are deprecated since Gemini 3.6, so only the older models are sent them. */
const supportsSampling = (model: string): boolean => /^gemini-(?:[12]\b|3-|3\.[0-5]\b)|^gemma/.test(model);

/** These models think, and return their thoughts only on request. https://ai.google.dev/gemini-api/docs/thinking */
const thinks = (model: string): boolean => /^gemini-(?:2\.5|[3-9]|\d\d)|^gemini-[a-z-]+-latest$/.test(model);

/** The levels of a model since Gemini 3; Pro models only think less. */
const levelsOf = (model: string): readonly ReasoningEffort[] =>
  model.includes('pro') ? ['low', 'medium', 'high'] : ['minimal', 'low', 'medium', 'high'];

/** Tokens of thinking: Gemini 2.5 has a budget instead of levels, and its Pro model always thinks. */
const minBudget = (model: string): number => (model.includes('pro') ? 128 : 0);
const maxBudget = 24_576;

/** Dropped for a model that rejects both fields. */
function thinkingOf(model: string, reasoning: ReasoningOptions = {}): object {
  const thoughts = reasoning.effort === 'none' ? {} : { includeThoughts: true };
  if (/^gemini-2/.test(model)) {
    const budget = budgetOf(reasoning);
    if (budget === undefined) return thoughts;
    return { ...thoughts, thinkingBudget: Math.min(maxBudget, Math.max(minBudget(model), budget)) };
  }
  const effort = effortOf(reasoning);
  const level = effort === undefined ? undefined : nearestEffort(levelsOf(model), effort);
  return { ...thoughts, ...(level === undefined ? {} : { thinkingLevel: level }) };
}

export const geminiSupport = modelSupport('gemini-generate-content', geminiFeatures, (model) => {
  const own = supportsSampling(model) ? (thinks(model) ? alike : withoutThinking) : withoutSampling;
  return readsResultMedia(model) ? own : (older.get(own) ?? own);
});

/** Since Gemini 3 a function's response may hold pictures. https://ai.google.dev/gemini-api/docs/function-calling#multimodal */
const readsResultMedia = (model: string): boolean => !/^gemini-[12]\b|^gemma/.test(model);

const alike: Partial<WireFeatures> = {};
const withoutThinking: Partial<WireFeatures> = { reasoningEffort: 'none', reasoningBudget: 'none' };
const withoutSampling: Partial<WireFeatures> = {
  temperature: 'none',
  topP: 'none',
  topK: 'none',
  frequencyPenalty: 'none',
  presencePenalty: 'none',
};
const older = new Map<Partial<WireFeatures>, Partial<WireFeatures>>(
  [alike, withoutThinking, withoutSampling].map((own) => [own, { ...own, toolResultImages: 'mapped' }]),
);

function configOf(model: string, request: CompletionRequest): object {
  const { temperature, topP, topK, frequencyPenalty, presencePenalty } = request;
  const {
    maxOutputTokens,
    stop,
    seed,
    reasoning,
    responseFormat,
    answerCount = 1,
    logprobs,
    output,
  } = request;
  const sampling = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
  };
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(supportsSampling(model) ? sampling : {}),
    ...(stop?.length ? { stopSequences: stop } : {}),
    ...(seed === undefined ? {} : { seed }),
    ...(answerCount > 1 ? { candidateCount: answerCount } : {}),
    ...(logprobs === undefined ? {} : { responseLogprobs: true, ...(logprobs > 0 ? { logprobs } : {}) }),
    ...(responseFormat?.type === 'json'
      ? {
          responseMimeType: 'application/json',
          ...(responseFormat.schema ? { responseJsonSchema: responseFormat.schema } : {}),
        }
      : {}),
    ...(thinks(model) ? { thinkingConfig: thinkingOf(model, reasoning) } : {}),
    ...outputOf(output),
  };
}

/** https://ai.google.dev/gemini-api/docs/image-generation and https://ai.google.dev/gemini-api/docs/speech-generation */
function outputOf(output: CompletionRequest['output']): object {
  if (output?.audio)
    return {
      responseModalities: ['AUDIO'],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: output.audio.voice } } },
    };
  return output?.images ? { responseModalities: ['TEXT', 'IMAGE'] } : {};
}

const modes = { auto: undefined, none: 'NONE', required: 'ANY' } as const;

function toolsOf({ tools = [], toolChoice = 'auto' }: CompletionRequest): object {
  if (tools.length === 0) return {};
  const config =
    typeof toolChoice === 'string'
      ? modes[toolChoice] && { mode: modes[toolChoice] }
      : { mode: 'ANY', allowedFunctionNames: [toolChoice.toolName] };
  const declarations = functionTools(tools).map(({ name, description, inputSchema }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    parametersJsonSchema: inputSchema,
  }));
  const hosted = tools.flatMap((tool) => (tool.type === 'hosted' ? [tool.definition] : []));
  return {
    tools: [...(declarations.length > 0 ? [{ functionDeclarations: declarations }] : []), ...hosted],
    ...(config && declarations.length > 0 ? { toolConfig: { functionCallingConfig: config } } : {}),
  };
}

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
  const { contents } = body as { contents: readonly GeminiContent[] };
  const unsignedContents = contents.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => ('functionCall' in part ? { ...part, thoughtSignature: unsigned } : part)),
  }));
  const same = JSON.stringify(unsignedContents) === JSON.stringify(contents);
  return same ? undefined : { path, body: { ...(body as object), contents: unsignedContents } };
}
