import { errorPolicies } from '../../shared/error-kinds.ts';
import type { RumboError } from '../../shared/errors.ts';
import { balance } from '../routing/balancer.ts';
import { noCandidateError } from '../routing/no-candidate-error.ts';
import type { AnswerProgress, AttemptsDeps, ChosenCandidate } from './answer-progress.ts';
import { currentCriteria, pinPolicy } from './route.ts';

/** Plans the next attempt. Throws when there may be none. */
export function planNextAttempt(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  { candidate, mode, beginning }: ChosenCandidate,
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
function mayContinue(
  { answer, onInterruption }: AnswerProgress,
  { kind }: RumboError,
  beginning: string,
): boolean {
  // A tool call was handed out already: a second model might make it again.
  if (answer.toolCalls.length > 0 || (answer.text !== '' && onInterruption === 'fail')) return false;
  // A model that cannot continue an answer does not make the request invalid.
  return errorPolicies[kind].fallback || (beginning !== '' && kind === 'invalid-request');
}

/** No candidate is left. */
export function noAnswerError(deps: AttemptsDeps, progress: AnswerProgress): RumboError {
  const { interruption, lastFailure, prepared, criteria } = progress;
  const error = interruption ?? lastFailure?.error;
  if (error) return finalError(deps, progress, error);
  const snapshot = deps.snapshots.take(prepared.request);
  const decision = balance(currentCriteria(prepared, deps.settings()), snapshot);
  return finalError(deps, progress, noCandidateError(decision, criteria, snapshot));
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
