/** A validated request in the terms of the balancer, the cache and the engines. Pure but for symbolic links of the file system. */
import { type CompletionRequest, imagesOf, type Message, providerOf, textOf } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import type { AskParams, RouteParams } from '../../shared/protocol.ts';
import { roleOf } from '../../shared/roles.ts';
import type { Settings } from '../../shared/settings.ts';
import type { CacheKey } from '../cache/response-cache.ts';
import { realPathOf } from '../platform/files.ts';
import { composeMessages } from '../profiles/compose.ts';
import { type Classification, classify } from '../routing/classifier/classify.ts';
import type { UserCorrections } from '../routing/classifier/user-corrections.ts';
import { maxOutputTokensOf } from '../routing/price.ts';
import { isLocalOnly } from '../routing/privacy.ts';
import type { RoutingCriteria } from '../routing/snapshot.ts';
import { estimatePromptTokens, estimateTokens, maxPromptTokens } from '../routing/tokens.ts';

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
 */
export function toRoutingRequest(
  params: RouteParams,
  settings: Settings,
  corrections: UserCorrections,
): RoutingRequest {
  const { role, model } = params;
  const messages = composeMessages(params);
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
      promptTokens: estimatePromptTokens(messages),
      maxPromptTokens: maxPromptTokens(messages),
      ...(role === undefined ? {} : { role }),
      ...(model === undefined ? {} : { model }),
      ...(params.strongerThan === undefined ? {} : { strongerThan: params.strongerThan }),
      ...(classification.minTier === undefined ? {} : { minTier: classification.minTier }),
    },
  };
}

/** The text of the last user message. */
export function promptText({ prompt, messages }: RouteParams): string {
  const last = messages?.findLast(({ role }) => role === 'user');
  return prompt ?? (last ? textOf(last) : '');
}

const needsTools = ({ tools = [], messages = [] }: RouteParams): boolean =>
  tools.length > 0 || messages.some((message) => message.role === 'tool');

/** Whether only models on the user's machines may read the file. A link to a local-only file is that file. */
export function isLocalOnlyRequest({ file }: RouteParams, settings: Settings): boolean {
  const patterns = settings['privacy.localOnly'];
  if (!file || patterns.length === 0) return false;
  return isLocalOnly(file.uri, patterns) || isLocalOnly(realPathOf(file.uri), patterns);
}

/** The composed messages hold the file and the role's words; the rest decides what is done with the answer. */
export const cacheKeyOf = (
  { role, model, strongerThan, file, tools, toolChoice }: AskParams,
  messages: readonly Message[],
): CacheKey => ({
  messages,
  role,
  model,
  strongerThan,
  file: file && JSON.stringify([file.uri, file.selection]),
  tools: tools && [tools, toolChoice],
});

/** The request with the answer so far in its prompt. */
export function withAppendedText(criteria: RoutingCriteria, text: string): RoutingCriteria {
  if (text === '') return criteria;
  // The exact counts are those of the prompt alone.
  const { exactPromptTokens: _, ...estimated } = criteria;
  return {
    ...estimated,
    promptTokens: criteria.promptTokens + estimateTokens(text),
    maxPromptTokens: criteria.maxPromptTokens + Buffer.byteLength(text),
  };
}

/** The request to the engine of a model. */
export function toCompletionRequest(
  model: Model,
  messages: readonly Message[],
  { tools, toolChoice, urgency }: AskParams,
  lastResort: boolean,
): CompletionRequest {
  return {
    messages,
    lastResort,
    ...(tools === undefined ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(urgency === undefined ? {} : { urgency }),
    ...(model.source === 'api' ? { maxOutputTokens: maxOutputTokensOf(model) } : {}),
  };
}
