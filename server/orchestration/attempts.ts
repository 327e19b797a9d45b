/** One answer over one attempt after the other: fallback before the first text, takeover after it. */
import { type ModelId, noUsage } from '../../shared/chat.ts';
import { errorPolicies } from '../../shared/error-kinds.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import type { Attempt } from '../../shared/receipts.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Accounting } from '../accounting/record.ts';
import type { ResponseCache } from '../cache/response-cache.ts';
import type { WarmPrefixes } from '../cache/warm-prefixes.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { AnswerMeasurement } from '../metrics/meter.ts';
import { balance, type RankedCandidate } from '../routing/balancer.ts';
import { noCandidateError, pinnedModelError } from '../routing/no-candidate-error.ts';
import { costOf } from '../routing/price.ts';
import { type AnsweringProvider, type AttemptResult, attempt } from './attempt.ts';
import { type AttemptQueue, attemptQueue, type QueuedAttempt } from './attempt-queue.ts';
import { type ContinuationMode, continuationMessages } from './continuation.ts';
import { PartialAnswer } from './partial-answer.ts';
import { answerReceipt, failedAttemptReceipt, type RequestMeta } from './receipt.ts';
import { cacheKeyOf, toCompletionRequest, withAppendedText } from './request.ts';
import {
  currentCriteria,
  decideRoute,
  pinPolicy,
  type RoutableRequest,
  type RouteDecision,
  type RouteDeps,
} from './route.ts';

export type AttemptsDeps = RouteDeps & {
  readonly budgets: Pick<Budgets, 'reserve' | 'settle'>;
  readonly accounting: Pick<Accounting, 'record'>;
  readonly cache: Pick<ResponseCache, 'set'>;
  readonly warmPrefixes: Pick<WarmPrefixes, 'add'>;
};

/** A request that is validated, read and not answered from the cache. */
export type PreparedRequest = RoutableRequest & { readonly meta: RequestMeta };

/** The model that failed last, and how. */
type Failure = { readonly model: ModelId; readonly error: RumboError };

/** One answer on its way. */
type Progress = RouteDecision & {
  readonly prepared: PreparedRequest;
  readonly queue: AttemptQueue;
  readonly onInterruption: Settings['routing.onInterruption'];
  readonly answer: PartialAnswer;
  readonly attempts: Attempt[];
  lastFailure?: Failure;
  /** Why the answer first broke off: a model that could not continue it is not the reason. */
  interruption?: RumboError;
};

/** A candidate that is about to be tried. */
type Chosen = {
  readonly candidate: RankedCandidate;
  readonly provider: AnsweringProvider;
  readonly mode: ContinuationMode;
  /** The answer so far, which it is asked to continue. Empty: there is none. */
  readonly beginning: string;
};

/** Yields the parts of the answer and returns the whole. Rejects with `RumboError` that lists the attempts. */
export async function* runAttempts(
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
): AsyncGenerator<AskPart, AskResult> {
  const progress = begin(deps, prepared, await decideRoute(deps, prepared, signal));
  const { queue, answer } = progress;
  for (let queued = queue.next(); queued; queued = queue.next()) {
    const candidate = currentCandidate(deps, progress, queued);
    const provider = candidate && deps.providers.get(candidate.model.provider);
    if (!provider) continue;
    const { model } = candidate;
    const share = { provider: model.provider, role: prepared.params.role ?? '' };
    const lease = await deps.budgets.reserve(share, reservedUsd(candidate));
    // Another request was quicker: the filter sees now what it reserved.
    if (!lease) continue;
    let costUsd = 0;
    try {
      const change = takeOver(progress, model.id);
      if (change && queued.mode === undefined) yield change;
      const mode = queued.mode ?? (provider.engine.supportsPrefill(model.name) ? 'prefill' : 'instruct');
      const chosen = { candidate, provider, mode, beginning: answer.text };
      const settingsSent = deps.settings();
      const request = attemptRequest(progress, chosen);
      const result = yield* attempt(request, answer, signal);
      costUsd = billedUsd(result, model);
      if (!result.error) {
        const receipt = recordAnswer(deps, progress, chosen, result);
        keepInCache(deps, progress, result.measured, settingsSent, model.id);
        yield { type: 'finish', reason: result.measured.reason, usage: result.measured.usage };
        return { ...answer.result(), receipt };
      }
      recordFailure(deps, progress, chosen, result.error, result);
      planNext(deps, progress, chosen, result.error, signal);
    } finally {
      void deps.budgets.settle(lease, costUsd);
    }
  }
  throw noAnswerError(deps, progress);
}

/** Throws when no model may answer, or a pinned model cannot and may not be replaced. */
function begin(deps: AttemptsDeps, prepared: PreparedRequest, decided: RouteDecision): Progress {
  const { decision, criteria, snapshot } = decided;
  const { params, settingsBefore } = prepared;
  const { unavailablePin, candidates } = decision;
  const mayReplacePin = pinPolicy(params, deps.settings()) === 'next';
  if (unavailablePin && (!mayReplacePin || candidates.length === 0)) throw pinnedModelError(unavailablePin);
  if (candidates.length === 0) throw noCandidateError(decision, criteria, snapshot);
  return {
    ...decided,
    prepared,
    queue: attemptQueue(candidates.map(({ model }) => model.id)),
    onInterruption: params.onInterruption ?? settingsBefore['routing.onInterruption'],
    answer: new PartialAnswer(params, () => performance.now()),
    attempts: [],
  };
}

/** The queued candidate as the balancer ranks it now. `undefined`: a failure, another request or new settings took it out. */
function currentCandidate(
  { snapshots, settings }: AttemptsDeps,
  { lastFailure, decision, prepared, answer }: Progress,
  { id }: QueuedAttempt,
): RankedCandidate | undefined {
  const { candidates } = lastFailure
    ? balance(
        withAppendedText(currentCriteria(prepared, settings()), answer.text),
        snapshots.take(prepared.request),
      )
    : decision;
  return candidates.find(({ model }) => model.id === id);
}

/** What the attempt did cost, in US dollars; 0 where the price is unknown. */
const billedUsd = ({ billed, measured }: AttemptResult, { price }: Model): number =>
  billed ? (costOf(measured.usage, price) ?? 0) : 0;

/** US dollars at worst; the filter has just seen that the budgets leave as much. */
const reservedUsd = ({ model, costUsd }: RankedCandidate): number =>
  model.source === 'local' ? 0 : (costUsd?.worst ?? 0);

/** The next model takes over: what the client is sent, and what it means for the answer so far. `undefined`: none has failed. */
function takeOver({ answer, onInterruption, lastFailure }: Progress, to: ModelId): AskPart | undefined {
  if (!lastFailure) return;
  const { model: from, error } = lastFailure;
  const reason = error.message;
  if (answer.text === '') return { type: 'fallback', from, reason };
  const mode = onInterruption === 'restart' ? 'restart' : 'continue';
  if (mode === 'restart') answer.restart();
  else answer.continueWith({ from, to, reason });
  return { type: 'takeover', from, to, mode, reason };
}

function attemptRequest(
  { prepared, criteria, queue }: Progress,
  { candidate: { model }, provider, mode, beginning }: Chosen,
) {
  const { params, request } = prepared;
  const messages =
    beginning === '' ? request.messages : continuationMessages(request.messages, beginning, mode);
  const completion = toCompletionRequest(model, messages, params, queue.isLast());
  return { model, provider, completion, promptTokens: criteria.promptTokens };
}

function recordAnswer(deps: AttemptsDeps, progress: Progress, chosen: Chosen, result: AttemptResult) {
  const { prepared, attempts, answer, criteria, decision } = progress;
  const { candidate, provider } = chosen;
  const { measured, ms } = result;
  attempts.push({ model: candidate.model.id, outcome: 'ok', ms });
  const receipt = answerReceipt(prepared.meta, {
    candidate,
    decision,
    attempts,
    measured: { ...measured, firstTokenAt: answer.firstTextAt },
    takeovers: answer.takeovers,
    plainInputTokens: criteria.promptTokens,
    note: provider.config.note,
  });
  deps.accounting.record({
    ...attemptFacts(progress, chosen, result),
    outcome: 'ok',
    usage: measured.usage,
    costUsd: receipt.costUsd,
    receipt,
  });
  // After the answer is sent: hashing a long conversation takes a moment.
  const warm = { model: candidate.model.id, tokens: criteria.promptTokens };
  setImmediate(() => deps.warmPrefixes.add(prepared.request.messages, warm));
  return receipt;
}

function recordFailure(
  deps: AttemptsDeps,
  progress: Progress,
  chosen: Chosen,
  error: RumboError,
  result: AttemptResult,
): void {
  const { prepared, attempts, answer, criteria, decision } = progress;
  const { candidate } = chosen;
  const { model } = candidate;
  const { measured, ms, billed } = result;
  const costUsd = billed ? costOf(measured.usage, model.price) : 0;
  const facts = { ...attemptFacts(progress, chosen, result), outcome: error.kind, costUsd };
  attempts.push({
    model: model.id,
    outcome: error.kind,
    ms,
    message: error.message,
    ...(billed ? { costUsd } : {}),
  });
  if (!billed) {
    deps.accounting.record({ ...facts, usage: noUsage });
    return;
  }
  const receipt = failedAttemptReceipt(prepared.meta, {
    candidate,
    decision,
    attempts,
    measured,
    takeovers: answer.takeovers,
    plainInputTokens: criteria.promptTokens,
  });
  deps.accounting.record({ ...facts, usage: measured.usage, receipt });
}

const attemptFacts = (
  { prepared, criteria }: Progress,
  { candidate }: Chosen,
  { ms, firstTextMs, measured }: AttemptResult,
) => ({
  path: 'ask' as const,
  model: candidate.model,
  role: prepared.params.role ?? null,
  task: criteria.task,
  ms,
  firstTextMs,
  usageEstimated: measured.usageEstimated,
  estimatedPromptTokens: criteria.promptTokens,
});

/** Only a whole answer by one model is worth giving again; new settings may want another model and have cleared the cache already. */
function keepInCache(
  { settings, cache }: AttemptsDeps,
  { prepared, answer }: Progress,
  { reason, usage }: AnswerMeasurement,
  settingsSent: Settings,
  model: ModelId,
): void {
  const { text, takeovers, toolCalls } = answer;
  if (settings() !== settingsSent || !settingsSent['cache.enabled']) return;
  if (reason !== 'stop' || text === '' || takeovers.length > 0 || toolCalls.length > 0) return;
  cache.set(cacheKeyOf(prepared.params, prepared.request.messages), { text, model, reason, usage });
}

/** What follows a failed attempt. Throws when nothing may. */
function planNext(
  deps: AttemptsDeps,
  progress: Progress,
  { candidate, mode, beginning }: Chosen,
  error: RumboError,
  signal: AbortSignal,
): void {
  const { queue, answer, decision, prepared } = progress;
  const { id } = candidate.model;
  if (beginning !== '' && error.kind === 'invalid-request' && mode === 'prefill') {
    queue.retryWithInstruction(id);
    return;
  }
  if (answer.text !== '') progress.interruption ??= error;
  if (signal.aborted) throw finalError(deps, progress, error);
  if (!mayContinue(progress, error, beginning))
    throw finalError(deps, progress, progress.interruption ?? error);
  if (answer.text !== beginning) queue.repeatOnceAtEnd(id);
  // A pinned model that fails on the way is no more replaced silently than one that cannot start.
  if (id === decision.pin && pinPolicy(prepared.params, deps.settings()) !== 'next') queue.keepOnly(id);
  progress.lastFailure = { model: id, error };
}

/** Whether the next candidate may be tried: nothing was shown yet, or it may continue what was. */
function mayContinue({ answer, onInterruption }: Progress, { kind }: RumboError, beginning: string): boolean {
  // A tool call was handed out already: a second model might make it again.
  if (answer.toolCalls.length > 0 || (answer.text !== '' && onInterruption === 'fail')) return false;
  // A model that cannot continue an answer does not make the request invalid.
  return errorPolicies[kind].fallback || (beginning !== '' && kind === 'invalid-request');
}

/** No candidate is left. */
function noAnswerError(deps: AttemptsDeps, progress: Progress): RumboError {
  const { interruption, lastFailure, prepared, criteria } = progress;
  const error = interruption ?? lastFailure?.error;
  if (error) return finalError(deps, progress, error);
  const snapshot = deps.snapshots.take(prepared.request);
  const decision = balance(currentCriteria(prepared, deps.settings()), snapshot);
  return finalError(deps, progress, noCandidateError(decision, criteria, snapshot));
}

/** The failure with the attempts before it, and the text that no answer will hold. */
function finalError(deps: AttemptsDeps, progress: Progress, error: RumboError): RumboError {
  const { attempts, answer, lastFailure, decision, prepared } = progress;
  const isPinLost =
    lastFailure !== undefined &&
    lastFailure.model === decision.pin &&
    pinPolicy(prepared.params, deps.settings()) !== 'next';
  return error.with({
    attempts,
    ...(answer.longestText === '' ? {} : { partial: answer.longestText }),
    ...(isPinLost ? { pinned: lastFailure.model } : {}),
  });
}
