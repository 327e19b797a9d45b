/** A conversation that fits into no context any more is compacted and asked again: the same for roles, chat and agents. */
import type { Message, ModelId } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import type { Compaction } from '../../shared/receipts.ts';
import { balance } from '../routing/balancer.ts';
import { promptTokensOf } from '../routing/price.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { AttemptsDeps, PreparedRequest } from './answer-progress.ts';
import { compactConversation, tokensOf } from './compaction/compact.ts';
import type { KnownCompactions } from './compaction/known-compactions.ts';
import { currentCriteria, pinPolicy } from './route.ts';
import { type SummarizerDeps, summarizer } from './summarizer.ts';

export type CompactionDeps = SummarizerDeps & { readonly compactions: KnownCompactions };

/**
 * Yields the parts of the answer and returns the whole. Where every model that may answer has too little context, the
 * conversation is compacted once.
 * @param answer asks for the answer to a request
 */
export const answerWithCompaction = (
  deps: CompactionDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
  answer: Answer,
): AsyncGenerator<AskPart, AskResult> =>
  // No generator of its own around the usual answer: each costs several promises for each part.
  mayCompact(deps, prepared) ? compactedAnswer(deps, prepared, signal, answer) : answer(prepared);

type Answer = (prepared: PreparedRequest) => AsyncGenerator<AskPart, AskResult>;

async function* compactedAnswer(
  deps: CompactionDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
  answer: Answer,
): AsyncGenerator<AskPart, AskResult> {
  try {
    return yield* answer(prepared);
  } catch (cause) {
    if (!isTooLong(cause) || signal.aborted) throw cause;
    const compacted = yield* compactHistory(deps, prepared, wasRefused(cause), signal);
    if (!compacted) throw cause;
    return yield* answer(compacted);
  }
}

/** Where other models are excluded for other reasons, no model can answer at all. */
const isTooLong = (cause: unknown): cause is RumboError =>
  cause instanceof RumboError &&
  (cause.kind === 'context-too-long' || cause.kind === 'no-candidate') &&
  cause.data.partial === undefined;

/** A service has refused the prompt, whatever its model's context is stated to be. */
const wasRefused = ({ data }: RumboError): boolean =>
  data.attempts?.some(({ outcome }) => outcome === 'context-too-long') ?? false;

/** A prompt alone has nothing that could be left out. */
const mayCompact = ({ settings }: AttemptsDeps, { params }: PreparedRequest): boolean =>
  (params.messages?.length ?? 0) > 2 && settings()['history.compaction'] === 'auto';

/** The request with a conversation that fits. `undefined`: it cannot be made to. */
async function* compactHistory(
  deps: CompactionDeps,
  prepared: PreparedRequest,
  isRefused: boolean,
  signal: AbortSignal,
): AsyncGenerator<AskPart, PreparedRequest | undefined> {
  const conversation = prepared.params.messages ?? [];
  const before = tokensOf(conversation);
  const stated = messageLimit(deps, prepared, conversation);
  // A service refused what the stated context holds, or states none.
  const limit = isRefused && (stated ?? before) >= before ? Math.floor(before * refusedShare) : stated;
  if (limit === undefined || limit < minMessageTokens) return undefined;
  const earlier = deps.compactions.find(conversation);
  const begun = earlier ? [...earlier.replaced, ...conversation.slice(earlier.cut)] : conversation;
  const again = (messages: readonly Message[], more: Omit<Compaction, 'savedTokens'>): PreparedRequest =>
    withMessages(deps, prepared, messages, { ...more, savedTokens: before - tokensOf(messages) });
  if (earlier && tokensOf(begun) <= limit)
    return again(begun, { messages: earlier.cut, toolResults: 0, shortened: 0, models: [] });

  yield { type: 'compaction', tokens: before };
  const summaries = summarizer(deps, prepared, signal);
  const compacted = await compactConversation(begun, Math.floor(limit * goalShare), summaries.summarise);
  if (!compacted || signal.aborted) return undefined;
  const { messages, toolResults, turns, shortened, cut, replaced } = compacted;
  const originalCut = earlier ? cut - earlier.replaced.length + earlier.cut : cut;
  if (!earlier || cut >= earlier.replaced.length)
    deps.compactions.add(conversation, { cut: originalCut, replaced });
  const facts = { messages: turns + (earlier?.cut ?? 0), toolResults, shortened, models: summaries.models() };
  return again(messages, facts);
}

/** Of what fits: the turns that follow shall fit, too. */
const goalShare = 0.75;
/** Of a prompt that a service refused without a limit that explains it. */
const refusedShare = 0.6;
/** Of a context: set aside for the answer, in tokens at least and at most. */
const answerShare = 0.2;
const minAnswerTokens = 512;
const maxAnswerTokens = 8_192;
/** By how much a service may count more than expected. */
const tolerance = 1.1;
/** Tokens below which no conversation makes sense. */
const minMessageTokens = 300;

/** Tokens that the messages may have, by our own estimate; 0 or less: none. `undefined`: no context is the reason, or it is unknown. */
function messageLimit(
  { settings, providers, snapshots }: CompactionDeps,
  prepared: PreparedRequest,
  conversation: readonly Message[],
): number | undefined {
  const criteria = currentCriteria(prepared, settings(), providers.listedId);
  const snapshot = snapshots.take(prepared.request, prepared.spending.committedUsd());
  const model = largestContext(criteria, snapshot, pinPolicy(prepared.params, settings()) !== 'next');
  if (!model?.contextTokens) return undefined;
  const answerTokens = Math.min(
    maxAnswerTokens,
    Math.max(minAnswerTokens, model.contextTokens * answerShare),
  );
  const ratio = Math.max(1, promptTokensOf(criteria, model, snapshot) / criteria.promptTokens) * tolerance;
  const others = criteria.promptTokens - tokensOf(conversation);
  return Math.floor((model.contextTokens - answerTokens) / ratio) - others;
}

/** The model with the largest context of those that only the length of the prompt excludes. */
function largestContext(
  criteria: RoutingCriteria,
  snapshot: RoutingSnapshot,
  keepsPin: boolean,
): Model | undefined {
  const { candidates, excluded, unavailablePin } = balance(criteria, snapshot);
  const isTooSmall = (id: ModelId): boolean =>
    excluded.some(({ model, rule }) => model === id && rule === 'context');
  const chosen =
    unavailablePin && keepsPin
      ? snapshot.models.filter(({ id }) => id === unavailablePin.model && unavailablePin.rule === 'context')
      : snapshot.models.filter(({ id }) => isTooSmall(id));
  // None: a service refused the prompt although its stated context holds it.
  const all = chosen.length > 0 ? chosen : candidates.map(({ model }) => model);
  return all.toSorted((one, other) => (other.contextTokens ?? 0) - (one.contextTokens ?? 0))[0];
}

function withMessages(
  { prepare }: CompactionDeps,
  { params, meta, spending, request }: PreparedRequest,
  messages: readonly Message[],
  compaction: Compaction,
): PreparedRequest {
  const fresh = prepare({ ...params, messages });
  const { at, startedAt, classification } = meta;
  // A summary may be the last that a user seems to say: the task is that of the request.
  const { task, difficulty, minTier } = request.criteria;
  const criteria = {
    ...fresh.request.criteria,
    task,
    difficulty,
    ...(minTier === undefined ? {} : { minTier }),
  };
  return {
    ...fresh,
    spending,
    request: { ...fresh.request, classification, criteria },
    meta: { ...fresh.meta, at, startedAt, classification, compaction },
  };
}
