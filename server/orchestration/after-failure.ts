import { errorPolicies } from '../../shared/error-policies.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import { noCandidateError, pinnedModelError } from '../routing/no-candidate-error.ts';
import {
  type AnswerProgress,
  type AttemptsDeps,
  balanceAgain,
  type ChosenCandidate,
  keepPin,
} from './answer-progress.ts';
import { pinPolicy } from './route.ts';

/** Plans the next attempt. Throws when there may be none. */
export function planNextAttempt(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  { candidate, beginning, mode }: ChosenCandidate,
  error: RumboError,
  signal: AbortSignal,
): void {
  const { queue, answer } = progress;
  const { id } = candidate.model;
  const isPrefillRejected = beginning !== '' && mode === 'prefill' && rejectsRequest(error);
  if ((answer.joinFailed || isPrefillRejected) && !signal.aborted) {
    queue.repeatNow(id, mode === 'prefill' ? 'instruct' : 'anew');
    return;
  }
  if (answer.isBegun) progress.interruption ??= error;
  if (signal.aborted) throw finalError(deps, progress, error);
  if (!mayContinue(progress, error, beginning))
    throw finalError(deps, progress, progress.interruption ?? error);
  if (answer.text !== beginning) queue.repeatOnceAtEnd(id);
  keepPin(deps, progress, id);
  progress.lastFailure = { model: id, error };
}

/** Whether the model may accept the same request in another form. */
const rejectsRequest = ({ kind }: RumboError): boolean =>
  kind === 'invalid-request' || kind === 'unsupported-request';

/** Whether the next candidate may be tried: nothing was shown yet, or it may continue what was. */
export function mayContinue(
  { answer, onInterruption }: AnswerProgress,
  { kind }: RumboError,
  beginning: string,
): boolean {
  // The client has received a tool call already: a second model might repeat it.
  if (answer.toolCalls.length > 0 || (answer.isBegun && onInterruption === 'fail')) return false;
  // A model that cannot continue an answer does not make the request invalid.
  return errorPolicies[kind].fallback || (beginning !== '' && kind === 'invalid-request');
}

/** No candidate is left. */
export function noAnswerError(deps: AttemptsDeps, progress: AnswerProgress): RumboError {
  const { interruption, lastFailure } = progress;
  const error = interruption ?? lastFailure?.error ?? nothingTriedError(deps, progress);
  return finalError(deps, progress, error);
}

/** Every candidate was skipped. */
function nothingTriedError(deps: AttemptsDeps, progress: AnswerProgress): RumboError {
  const { skipped, criteria } = progress;
  const pin = skipped.find(({ model }) => model === progress.decision.pin);
  if (pin) return pinnedModelError(pin);
  const { decision, snapshot } = balanceAgain(deps, progress);
  const refused = skipped.filter(({ rule }) => rule === 'budget');
  if (refused.length === 0) return noCandidateError(decision, criteria, snapshot);
  // A reservation of another window shows here later than its refusal, or has ended since.
  const isNew = ({ model, rule }: Exclusion) =>
    rule === 'budget' && !refused.some((each) => each.model === model);
  const excluded = [...refused, ...decision.excluded.filter(isNew)];
  return noCandidateError({ ...decision, excluded }, criteria, snapshot);
}

/** The failure with the attempts before it, and the text that no answer will hold. */
function finalError(deps: AttemptsDeps, progress: AnswerProgress, error: RumboError): RumboError {
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
