/** A validated request in the terms of the balancer, the cache and the engines. Pure but for symbolic links of the file system. */
import type { AskParams, FileContext } from '../../shared/ask.ts';
import { type CompletionRequest, type Message, providerOf } from '../../shared/chat.ts';
import { imagesOf, textOf } from '../../shared/message-parts.ts';
import type { Model } from '../../shared/models.ts';
import { roleOf } from '../../shared/roles.ts';
import type { Settings } from '../../shared/settings.ts';
import { cacheKey } from '../cache/response-cache.ts';
import { realPathOf } from '../platform/files.ts';
import { composeMessages } from '../profiles/compose.ts';
import { type Classification, classify } from '../routing/classifier/classify.ts';
import type { UserCorrections } from '../routing/classifier/user-corrections.ts';
import { isFreeModel, maxOutputTokensOf } from '../routing/price.ts';
import { isLocalOnly } from '../routing/privacy.ts';
import type { RoutingCriteria } from '../routing/snapshot.ts';
import { estimateTokens, promptTokens } from '../routing/tokens.ts';
import { requestFeatures } from './request-features.ts';

export type RoutingRequest = {
  readonly messages: readonly Message[];
  readonly classification: Classification;
  readonly criteria: RoutingCriteria;
  /** The provider of the model that the request pins. */
  readonly pinnedProvider: string | undefined;
};

/**
 * The request in the balancer's terms.
 * @param corrections the user's own corrections of task types
 * @param restore adds what the client has left out of earlier answers. Absent: nothing
 */
export function toRoutingRequest(
  params: AskParams,
  settings: Settings,
  corrections: UserCorrections,
  restore: (messages: readonly Message[]) => readonly Message[] = (messages) => messages,
): RoutingRequest {
  const { role, model } = params;
  const messages = restore(composeMessages(params));
  const tokens = promptTokens(messages, params.tools, schemaOf(params));
  const requiredFeatures = requestFeatures(params).exclude;
  const uploadedTo = uploadProviders(params);
  const classification = classify(promptText(params), params.task ?? roleOf(role)?.task, corrections);
  return {
    messages,
    classification,
    pinnedProvider: model && providerOf(model),
    criteria: {
      task: classification.task,
      difficulty: classification.difficulty,
      localOnly: isLocalOnlyRequest(params, settings),
      needsTools: needsTools(params),
      needsVision: messages.some((message) => imagesOf(message).length > 0),
      promptTokens: tokens.estimated,
      maxPromptTokens: tokens.max,
      ...(role === undefined ? {} : { role }),
      ...(model === undefined ? {} : { model }),
      ...(requiredFeatures.length > 0 ? { requiredFeatures } : {}),
      ...(uploadedTo.length > 0 ? { uploadedTo } : {}),
      ...(params.maxOutputTokens === undefined ? {} : { maxOutputTokens: params.maxOutputTokens }),
      ...(params.answerCount === undefined ? {} : { answers: params.answerCount }),
      ...(params.prediction === undefined ? {} : { predictionTokens: Buffer.byteLength(params.prediction) }),
      ...(params.serviceTier === 'priority' ? { isPriority: true as const } : {}),
      ...(params.strongerThan === undefined ? {} : { strongerThan: params.strongerThan }),
      ...(classification.minTier === undefined ? {} : { minTier: classification.minTier }),
    },
  };
}

const schemaOf = ({ responseFormat }: AskParams) =>
  responseFormat?.type === 'json' ? responseFormat.schema : undefined;

/** The text of the last user message. */
export function promptText({ prompt, messages }: AskParams): string {
  const last = messages?.findLast(({ role }) => role === 'user');
  return prompt ?? (last ? textOf(last) : '');
}

const needsTools = ({ tools = [], messages = [] }: AskParams): boolean =>
  tools.length > 0 || messages.some((message) => message.role === 'tool');

/** Whether only models on the user's machines may read a file of the request. A link to a local-only file is that file. */
export function isLocalOnlyRequest(params: AskParams, settings: Settings): boolean {
  const patterns = settings['privacy.localOnly'];
  if (patterns.length === 0) return false;
  return sourceUris(params).some(
    (uri) => isLocalOnly(uri, patterns) || isLocalOnly(realPathOf(uri), patterns),
  );
}

/** The files that the request holds: the one that it is about, and those of its pictures, documents and sounds. */
export function sourceUris({ file, messages = [] }: AskParams): readonly string[] {
  const uris = file ? [file.uri] : [];
  for (const { content } of messages) {
    if (typeof content === 'string') continue;
    for (const part of content) if ('uri' in part && part.uri !== undefined) uris.push(part.uri);
  }
  return uris;
}

/** Where the uploaded files of the request are. Those of earlier answers are left out of a request to another provider. */
function uploadProviders({ messages = [] }: AskParams): readonly string[] {
  const providers = new Set<string>();
  for (const { role, content } of messages) {
    if (role === 'assistant' || typeof content === 'string') continue;
    for (const part of content) if ('fileId' in part) providers.add(part.provider);
  }
  return [...providers];
}

/**
 * What becomes of each field of a request. `key`: another value is another answer, so it is part of the cache key; not where
 * the composed messages hold it. `engine`: the engine gets it as it is.
 */
const requestFields: {
  readonly [Field in keyof Required<AskParams>]: {
    readonly key: boolean;
    readonly engine: Field extends keyof CompletionRequest ? boolean : false;
  };
} = {
  prompt: { key: false, engine: false },
  messages: { key: false, engine: false },
  role: { key: true, engine: false },
  task: { key: true, engine: false },
  model: { key: true, engine: false },
  strongerThan: { key: true, engine: false },
  file: { key: true, engine: false },
  tools: { key: true, engine: true },
  toolChoice: { key: true, engine: true },
  parallelToolCalls: { key: true, engine: true },
  maxOutputTokens: { key: true, engine: true },
  temperature: { key: true, engine: true },
  topP: { key: true, engine: true },
  stop: { key: true, engine: true },
  seed: { key: true, engine: true },
  topK: { key: true, engine: true },
  frequencyPenalty: { key: true, engine: true },
  presencePenalty: { key: true, engine: true },
  reasoning: { key: true, engine: true },
  responseFormat: { key: true, engine: true },
  prediction: { key: false, engine: true },
  serviceTier: { key: false, engine: true },
  logprobs: { key: true, engine: true },
  answerCount: { key: true, engine: true },
  output: { key: true, engine: true },
  metadata: { key: false, engine: true },
  useCache: { key: false, engine: false },
  whenPinnedUnavailable: { key: false, engine: false },
  onInterruption: { key: false, engine: false },
  urgency: { key: false, engine: true },
};
const fieldsWith = (use: 'key' | 'engine') =>
  (Object.keys(requestFields) as (keyof AskParams)[]).filter((field) => requestFields[field][use]);
const cacheKeyFields = fieldsWith('key');
const engineFields = fieldsWith('engine');

/** Requests with the same key have the same answer. The composed messages hold the text of the file and the role's instructions. */
export function cacheKeyOf(params: AskParams, messages: readonly Message[]): string {
  const fields: unknown[] = [];
  for (const field of cacheKeyFields) {
    const value = params[field];
    if (value !== undefined) fields.push(field, field === 'file' ? fileKey(value as FileContext) : value);
  }
  return cacheKey(messages, fields);
}

/** Another selection is another request, although the messages may be alike. */
const fileKey = ({ uri, selection }: FileContext) => [uri, selection];

/** Tokens of the instruction to continue an answer, and at most. */
const continuationTokens = 80;
const maxContinuationTokens = 600;

/** The request with the answer so far in its prompt. */
export function withAppendedText(criteria: RoutingCriteria, text: string): RoutingCriteria {
  if (text === '') return criteria;
  // The exact counts are those of the prompt alone.
  const { exactPromptTokens: _, ...estimated } = criteria;
  return {
    ...estimated,
    promptTokens: criteria.promptTokens + estimateTokens(text) + continuationTokens,
    maxPromptTokens: criteria.maxPromptTokens + Buffer.byteLength(text) + maxContinuationTokens,
  };
}

/**
 * The request to the engine of a model. The wire format leaves out what its service does not support.
 * @param promptTokens as the model is expected to count them
 */
export function toCompletionRequest(
  model: Model,
  messages: readonly Message[],
  params: AskParams,
  lastResort: boolean,
  promptTokens = 0,
): CompletionRequest {
  const request: Writable<CompletionRequest> = { messages, lastResort };
  for (const field of engineFields) {
    const value = params[field];
    if (value !== undefined) Object.assign(request, { [field]: value });
  }
  // A local model is left to its own limit, unless its tokens are paid for.
  if (!isFreeModel(model)) request.maxOutputTokens = maxOutputTokensOf(model, params, promptTokens);
  return request;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
