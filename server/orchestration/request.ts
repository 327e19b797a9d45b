/** What a request asks for, in the words of the parts that answer it. Pure but for the links of the file system. */
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
  readonly route: RoutingCriteria;
  /** The provider of this request's own pin. */
  readonly pinnedProvider: string | undefined;
};

/**
 * What the request asks for, in the balancer's terms.
 * @param learned what the user's corrections taught
 */
export function toRoutingRequest(
  params: RouteParams,
  settings: Settings,
  learned: UserCorrections,
): RoutingRequest {
  const { role, model } = params;
  const messages = composeMessages(params);
  const classification = classify(promptText(params), params.task ?? roleOf(role)?.task, learned);
  return {
    messages,
    classification,
    pinnedProvider: model && providerOf(model),
    route: {
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

/** What the user typed last. */
export function promptText({ prompt, messages }: RouteParams): string {
  const asked = messages?.findLast(({ role }) => role === 'user');
  return prompt ?? (asked ? textOf(asked) : '');
}

const needsTools = ({ tools = [], messages = [] }: RouteParams): boolean =>
  tools.length > 0 || messages.some((message) => message.role === 'tool');

/** A link to a local-only file is that file. */
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

/** The request with the words of the answer so far in its prompt. */
export function withAppendedText(route: RoutingCriteria, said: string): RoutingCriteria {
  if (said === '') return route;
  // What was counted is of the question alone.
  const { exactPromptTokens: _, ...estimated } = route;
  return {
    ...estimated,
    promptTokens: route.promptTokens + estimateTokens(said),
    maxPromptTokens: route.maxPromptTokens + Buffer.byteLength(said),
  };
}

/** What an engine is sent. */
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
