/** One answer on its way: its candidates, what its models have written, and what has failed. */
import type { ModelId } from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { AskPart, Exclusion } from '../../shared/protocol.ts';
import type { Attempt } from '../../shared/receipts.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Accounting } from '../accounting/record.ts';
import type { ResponseCache } from '../cache/response-cache.ts';
import type { WarmPrefixes } from '../cache/warm-prefixes.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { SpendingBudgets } from '../metrics/request-spending.ts';
import { balance, type Decision, type RankedCandidate } from '../routing/balancer.ts';
import { noCandidateError, pinnedModelError } from '../routing/no-candidate-error.ts';
import type { AnsweringProvider } from './attempt.ts';
import { type AttemptQueue, attemptQueue, type QueuedAttempt } from './attempt-queue.ts';
import type { ContinuationMode } from './continuation.ts';
import { PartialAnswer } from './partial-answer.ts';
import type { RequestMeta } from './receipt.ts';
import { withAppendedText } from './request.ts';
import {
  currentCriteria,
  pinPolicy,
  type RoutableRequest,
  type RouteDecision,
  type RouteDeps,
} from './route.ts';

export type AttemptsDeps = RouteDeps & {
  readonly budgets: SpendingBudgets;
  readonly accounting: Pick<Accounting, 'record' | 'whenWritten'>;
  readonly cache: Pick<ResponseCache, 'set'>;
  readonly warmPrefixes: Pick<WarmPrefixes, 'add'>;
  readonly modelStats: Pick<ModelStats, 'firstPartP95Ms'>;
  readonly modelCatalog: Pick<ModelCatalog, 'isLoading'>;
};

/** A request that is validated, read and not answered from the cache. */
export type PreparedRequest = RoutableRequest & { readonly meta: RequestMeta };

/** The model that failed last, and how. */
export type FailedAttempt = { readonly model: ModelId; readonly error: RumboError };

/** One answer on its way. It may wait for long: what only an error needs is computed again. */
export type AnswerProgress = Pick<RouteDecision, 'criteria' | 'waitedMs'> & {
  readonly decision: Omit<Decision, 'excluded'>;
  readonly prepared: PreparedRequest;
  readonly queue: AttemptQueue;
  readonly onInterruption: Settings['routing.onInterruption'];
  readonly answer: PartialAnswer;
  readonly attempts: Attempt[];
  /** Candidates that could not run when they were next, in order. */
  readonly skipped: Exclusion[];
  lastFailure?: FailedAttempt;
  /** Why the answer first broke off: a model that could not continue it is not the reason. */
  interruption?: RumboError;
};

/** A candidate that is about to be tried. */
export type ChosenCandidate = {
  readonly candidate: RankedCandidate;
  readonly provider: AnsweringProvider;
  /** The answer so far, which the model continues. Empty: there is none. */
  readonly beginning: string;
  /** How it is asked to. */
  readonly mode: ContinuationMode;
  /** The id of its reservation. */
  readonly lease?: string;
};

/** Throws when no model may answer, or a pinned model cannot and may not be replaced. */
export function beginAnswer(
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  decided: RouteDecision,
): AnswerProgress {
  const { decision, criteria, snapshot, waitedMs } = decided;
  const { excluded: _, ...chosen } = decision;
  const { params, settingsAtRead } = prepared;
  const { unavailablePin, candidates } = decision;
  const mayReplacePin = pinPolicy(params, deps.settings()) === 'next';
  if (unavailablePin && (!mayReplacePin || candidates.length === 0)) throw pinnedModelError(unavailablePin);
  if (candidates.length === 0) throw noCandidateError(decision, criteria, snapshot);
  return {
    criteria,
    ...(waitedMs === undefined ? {} : { waitedMs }),
    decision: chosen,
    prepared,
    queue: attemptQueue(candidates.map(({ model }) => model.id)),
    onInterruption: params.onInterruption ?? settingsAtRead['routing.onInterruption'],
    answer: new PartialAnswer(params, () => performance.now()),
    attempts: [],
    skipped: [],
  };
}

/**
 * The queued candidate as the balancer ranks it now: the decision holds until a candidate has failed or was skipped.
 * `undefined`: a failure, another request or new settings took it out.
 */
export function currentCandidate(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  { id }: QueuedAttempt,
): RankedCandidate | undefined {
  const { lastFailure, skipped, decision } = progress;
  const { candidates } = lastFailure || skipped.length > 0 ? balanceAgain(deps, progress).decision : decision;
  return candidates.find(({ model }) => model.id === id);
}

/** The decision as everything is now, with the answer so far in the prompt. */
export function balanceAgain(
  { snapshots, settings, providers }: Pick<AttemptsDeps, 'snapshots' | 'settings' | 'providers'>,
  { prepared, answer }: Pick<AnswerProgress, 'prepared' | 'answer'>,
): RouteDecision {
  const criteria = withAppendedText(currentCriteria(prepared, settings(), providers.listedId), answer.text);
  const snapshot = snapshots.take(prepared.request, prepared.spending.committedUsd());
  return { criteria, snapshot, decision: balance(criteria, snapshot) };
}

/** A pinned model that fails or cannot run is not replaced, unless the user allows it. */
export function keepPin({ settings }: AttemptsDeps, progress: AnswerProgress, id: ModelId): void {
  const { decision, prepared, queue } = progress;
  if (id === decision.pin && pinPolicy(prepared.params, settings()) !== 'next') queue.keepOnly(id);
}

/**
 * The next model takes over: what the client is sent, and what it means for the answer so far. `undefined`: none has
 * failed, or the same model is asked to continue in another way.
 * @param mode absent: the model has not been asked to continue this text
 */
export function takeOver(
  { answer, onInterruption, lastFailure }: AnswerProgress,
  to: ModelId,
  mode?: ContinuationMode,
): AskPart | undefined {
  if (!lastFailure) return;
  const { model: from, error } = lastFailure;
  const reason = error.message;
  if (!answer.isBegun) {
    answer.restart();
    return { type: 'fallback', from, reason };
  }
  if (mode !== 'anew' && onInterruption !== 'restart' && !answer.isBoundToModel) {
    answer.continueWith({ from, to, reason });
    return mode ? undefined : { type: 'takeover', from, to, mode: 'continue', reason };
  }
  answer.restart();
  const why = mode ? `${reason} What ${to} wrote then could not be joined to it.` : reason;
  return { type: 'takeover', from, to, mode: 'restart', reason: why };
}
