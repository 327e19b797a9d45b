/** Starts an attempt at one candidate: reserves what it may cost, and sends the request. */
import type { AskParams } from '../../shared/ask.ts';
import type { RankedCandidate } from '../routing/balancer.ts';
import { maxOutputTokensOf } from '../routing/price.ts';
import { estimateTokens } from '../routing/tokens.ts';
import type { AnswerProgress, AttemptsDeps, ChosenCandidate } from './answer-progress.ts';
import type { AnsweringProvider, AttemptRequest } from './attempt.ts';
import { type AttemptReservation, reserveAttempt } from './attempt-reservation.ts';
import { type ContinuationMode, continuationMessages, repetitionPrefill } from './continuation.ts';
import { toCompletionRequest, withAppendedText } from './request.ts';
import { type SentRequest, sendRequest } from './sent-request.ts';
import { skipOverBudget, skipWithoutProvider } from './skipped-candidate.ts';

/** A candidate whose cost is reserved. */
export type ReservedCandidate = {
  readonly candidate: RankedCandidate;
  readonly provider: AnsweringProvider;
  readonly reservation: AttemptReservation;
};

/** An attempt whose request was sent. */
export type RunningAttempt = {
  readonly chosen: ChosenCandidate;
  readonly request: AttemptRequest & { readonly sent: SentRequest };
  readonly reservation: AttemptReservation;
  /** No other candidate is ever asked beside it. */
  readonly isAlone: boolean;
};

/** `undefined`: it cannot run now, and `progress.skipped` says why. Settle the reservation when the attempt has ended. */
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
  const { prepared, answer, criteria } = progress;
  const role = prepared.params.role ?? null;
  const reservation = await reserveAttempt(prepared.spending, {
    owner: { provider: model.provider, role: role ?? '' },
    candidate,
    maxPromptTokens: withAppendedText(criteria, answer.text).maxPromptTokens,
    maxOutputTokens: maxOutputTokensOf(model, prepared.params, candidate.promptTokens),
    answers: prepared.params.answerCount ?? 1,
    details: { kind: 'ask', model: model.id, role, task: criteria.task, input: candidate.promptTokens },
  });
  if (reservation) return { candidate, provider, reservation };
  skipOverBudget(deps, progress, candidate);
  return;
}

type AttemptOptions = Pick<RunningAttempt, 'isAlone'> & {
  /** How the model is asked to continue. Absent: as suits its engine. */
  readonly mode: ContinuationMode | undefined;
};

/** Sends the request; the model continues what the answer holds by now. */
export function startAttempt(
  progress: AnswerProgress,
  { candidate, provider, reservation }: ReservedCandidate,
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
    lease: reservation.lease.id,
  };
  const request = { ...attemptRequest(progress, chosen), reservation };
  const { beforeSend } = reservation;
  const sent = sendRequest(provider.engine, model.name, request.completion, signal, { isAlone, beforeSend });
  return { chosen, request: { ...request, sent }, reservation, isAlone };
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
  const left = messages === request.messages ? params : withRestOfLimit(params, beginning);
  const completion = toCompletionRequest(model, messages, left, queue.isLast(), promptTokens);
  return { model, provider, completion, promptTokens };
}

/** Tokens that a continuation may have in any case: it begins with words that are there. */
const minRestTokens = 64;

/** The output limit of the request is that of the whole answer, whichever model writes it. */
function withRestOfLimit(params: AskParams, beginning: string): AskParams {
  const { maxOutputTokens } = params;
  if (maxOutputTokens === undefined) return params;
  const rest = Math.max(minRestTokens, maxOutputTokens - estimateTokens(beginning));
  return { ...params, maxOutputTokens: Math.min(maxOutputTokens, rest) };
}
