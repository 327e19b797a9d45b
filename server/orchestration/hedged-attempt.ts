/** Asks the next candidate too while a model is silent: the first to answer is read, and the others are cancelled. */
import type { ModelId } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import { mayContinue } from './after-failure.ts';
import { type AnswerProgress, type AttemptsDeps, balanceAgain } from './answer-progress.ts';
import { settledUsd, unansweredResult } from './attempt.ts';
import { recordFailure } from './record-attempt.ts';
import { watchSilence } from './silence.ts';
import { type RunningAttempt, reserveCandidate, startAttempt } from './start-attempt.ts';

/** Candidates that are asked at a time. */
const maxRunning = 3;

/**
 * The attempt that is to be read: the first one whose model answers, or the last one that failed. The others are over,
 * recorded and settled.
 */
export async function firstToAnswer(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  first: RunningAttempt,
  signal: AbortSignal,
): Promise<RunningAttempt> {
  if (first.isAlone) return first;
  let running: readonly RunningAttempt[] = [first];
  for (let silence: Silence | undefined = silenceOf(deps, progress, first); ; ) {
    const outcomes = running.map(outcomeOf);
    const step = await Promise.race(silence ? [...outcomes, silence.promise] : outcomes);
    silence?.stop();
    if (step === 'silent') {
      const next = await startNext(deps, progress, running, signal);
      if (next) running = [...running, next];
      silence = next && silenceOf(deps, progress, next);
      continue;
    }
    const { attempt, error } = step;
    const others = running.filter((each) => each !== attempt);
    if (!error || others.length === 0 || !mayContinue(progress, error, attempt.chosen.beginning)) {
      const isLate = (other: RunningAttempt) => !error && running.indexOf(other) < running.indexOf(attempt);
      for (const other of others) endAttempt(deps, progress, other, lostError(other, attempt, isLate(other)));
      return attempt;
    }
    endAttempt(deps, progress, attempt, error);
    const latest = others.at(-1);
    // The others are silent already when the latest one fails.
    silence = attempt === running.at(-1) || !latest ? isSilent : silenceOf(deps, progress, latest);
    running = others;
  }
}

type Silence = { readonly promise: Promise<'silent'>; readonly stop: () => void };
const isSilent: Silence = { promise: Promise.resolve('silent'), stop() {} };

function silenceOf(deps: AttemptsDeps, progress: AnswerProgress, { chosen }: RunningAttempt): Silence {
  const { promise, resolve } = Promise.withResolvers<'silent'>();
  const { stop } = watchSilence(deps, progress, chosen, () => resolve('silent'));
  return { promise, stop };
}

const outcomeOf = (attempt: RunningAttempt) =>
  attempt.request.sent.first.then(({ error }) => ({ attempt, error }));

/** Starts an attempt at the next candidate that may be asked beside those. `undefined`: there is none. */
async function startNext(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  running: readonly RunningAttempt[],
  signal: AbortSignal,
): Promise<RunningAttempt | undefined> {
  if (running.length >= maxRunning) return;
  const models = running.map(({ chosen }) => chosen.candidate.model);
  const candidates = new Map(
    balanceAgain(deps, progress).decision.candidates.map((each) => [each.model.id, each]),
  );
  const isAllowed = (id: ModelId) => {
    const model = candidates.get(id)?.model;
    return model !== undefined && mayBeAskedBeside(model, models, deps);
  };
  const isElsewhere = (id: ModelId) =>
    isAllowed(id) && models.every(({ provider }) => provider !== candidates.get(id)?.model.provider);
  for (;;) {
    // A provider that is silent for one model is often silent for all.
    const queued = progress.queue.nextWhere(isElsewhere) ?? progress.queue.nextWhere(isAllowed);
    const candidate = queued && candidates.get(queued.id);
    if (!candidate) return;
    const reserved = await reserveCandidate(deps, progress, candidate);
    if (reserved) return startAttempt(progress, reserved, { isAlone: false, mode: queued.mode }, signal);
  }
}

/**
 * Whether a model may be asked while those are silent. What the user's own machines were asked costs nothing and stays
 * there: a cloud model follows them only once they have failed, unless the user allows it.
 */
function mayBeAskedBeside(
  { id, source, provider }: Model,
  silent: readonly Model[],
  { settings, modelCatalog }: Pick<AttemptsDeps, 'settings' | 'modelCatalog'>,
): boolean {
  if (source === 'api')
    return settings()['routing.hedgePaid'] || silent.every((each) => each.source === 'api');
  // Two requests at one local engine wait for each other, and a model that has to be loaded is no faster.
  return silent.every((each) => each.provider !== provider) && !modelCatalog.isLoading(id);
}

/** Cancels the attempt, where it still runs, records it, and settles what it may have cost. */
function endAttempt(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  { chosen, request, reservation }: RunningAttempt,
  error: RumboError,
): void {
  request.sent.cancel(error);
  request.sent.close();
  const result = unansweredResult(request, error);
  recordFailure(deps, progress, chosen, error, result);
  reservation.settle(settledUsd(result, chosen.candidate.model, reservation));
  if (error.kind === 'cancelled') return;
  progress.lastFailure = { model: chosen.candidate.model.id, error };
  if (progress.answer.isBegun) progress.interruption ??= error;
}

/** Why the attempt ends without an answer. Its service may bill the prompt: nothing shows whether it was read. */
function lostError({ request }: RunningAttempt, { chosen }: RunningAttempt, isLate: boolean): RumboError {
  const winner = chosen.candidate.model.id;
  if (!isLate)
    return new RumboError(`It was asked as well, and ${winner} came first.`, {
      kind: 'cancelled',
      accepted: true,
    });
  const seconds = Math.round((performance.now() - request.sent.sentAt) / 1_000);
  return new RumboError(`It had not begun to answer after ${seconds} s, and ${winner} answered first.`, {
    kind: 'timeout',
    accepted: true,
  });
}
