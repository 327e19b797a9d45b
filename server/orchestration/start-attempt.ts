/** Starts an attempt at one candidate: reserves what it may cost, and sends the request. */
import type { UsageLease } from '../platform/state/usage-store.ts';
import type { RankedCandidate } from '../routing/balancer.ts';
import type { AnswerProgress, AttemptsDeps, ChosenCandidate } from './answer-progress.ts';
import type { AnsweringProvider, AttemptRequest } from './attempt.ts';
import { type ContinuationMode, continuationMessages, repetitionPrefill } from './continuation.ts';
import { toCompletionRequest } from './request.ts';
import { type SentRequest, sendRequest } from './sent-request.ts';
import { skipOverBudget, skipWithoutProvider } from './skipped-candidate.ts';

/** A candidate whose cost is reserved. */
export type ReservedCandidate = {
  readonly candidate: RankedCandidate;
  readonly provider: AnsweringProvider;
  readonly lease: UsageLease;
};

/** An attempt whose request was sent. */
export type RunningAttempt = {
  readonly chosen: ChosenCandidate;
  readonly request: AttemptRequest & { readonly sent: SentRequest };
  readonly lease: UsageLease;
  /** No other candidate is ever asked beside it. */
  readonly isAlone: boolean;
};

/** `undefined`: it cannot run now, and `progress.skipped` says why. Settle the lease when the attempt has ended. */
export async function reserveCandidate(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  candidate: RankedCandidate,
): Promise<ReservedCandidate | undefined> {
  const { model } = candidate;
  const provider = deps.providers.get(model.provider);
  if (!provider) {
    skipWithoutProvider(deps, progress, model);
    return;
  }
  const share = { provider: model.provider, role: progress.prepared.params.role ?? '' };
  const lease = await deps.budgets.reserve(share, reservedUsd(candidate));
  if (lease) return { candidate, provider, lease };
  skipOverBudget(deps, progress, candidate);
  return;
}

/** US dollars at worst; the filter has just seen that the budgets leave as much. */
export const reservedUsd = ({ model, costUsd }: RankedCandidate): number =>
  model.source === 'local' ? 0 : (costUsd?.worst ?? 0);

type AttemptOptions = Pick<RunningAttempt, 'isAlone'> & {
  /** How the model is asked to continue. Absent: as suits its engine. */
  readonly mode: ContinuationMode | undefined;
};

/** Sends the request; the model continues what the answer holds by now. */
export function startAttempt(
  progress: AnswerProgress,
  { candidate, provider, lease }: ReservedCandidate,
  { isAlone, mode }: AttemptOptions,
  signal: AbortSignal,
): RunningAttempt {
  const { model } = candidate;
  const beginning = progress.answer.text;
  const chosen = {
    candidate,
    provider,
    beginning,
    mode: mode ?? continuationModeOf(candidate, provider, beginning),
  };
  const request = attemptRequest(progress, chosen);
  const sent = sendRequest(provider.engine, model.name, request.completion, signal, { isAlone });
  return { chosen, request: { ...request, sent }, lease, isAlone };
}

/** Cloud models are large enough to repeat what they are asked to, and the newer ones reject a prefill. */
function continuationModeOf(
  { model }: RankedCandidate,
  { engine }: AnsweringProvider,
  beginning: string,
): ContinuationMode {
  const takesPrefill = model.source === 'local' && engine.supportsPrefill(model.name);
  return takesPrefill && repetitionPrefill(beginning) !== '' ? 'prefill' : 'instruct';
}

function attemptRequest(
  { prepared, queue }: AnswerProgress,
  { candidate, provider, beginning, mode }: ChosenCandidate,
): AttemptRequest {
  const { params, request } = prepared;
  const { model, promptTokens } = candidate;
  const messages =
    beginning === '' || mode === 'anew'
      ? request.messages
      : continuationMessages(request.messages, beginning, mode);
  const completion = toCompletionRequest(model, messages, params, queue.isLast(), promptTokens);
  return { model, provider, completion, promptTokens };
}
