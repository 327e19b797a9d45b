/** An answer that is not valid is requested once more, from the same model, with what was wrong. */
import type { AskParams } from '../../shared/ask.ts';
import { RumboError } from '../../shared/errors.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { type AnswerCorrection, correctionOf, isChecked } from './answer-correction.ts';
import type { AttemptsDeps, PreparedRequest } from './answer-progress.ts';
import { runAttempts } from './attempts.ts';
import { keepInCache } from './keep-in-cache.ts';
import { joinedReceipt, receiptWithFailedRequest } from './second-request-receipt.ts';

/**
 * Yields the parts of the answer and returns the whole; the receipt counts both requests. When the second fails, the first
 * answer is the result.
 * @param prepare reads the second request
 */
export const answerOnceOrTwice = (
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
  prepare: (params: AskParams) => PreparedRequest,
): AsyncGenerator<AskPart, AskResult> =>
  // No generator of its own around the usual answer: each costs several promises for each part.
  isChecked(prepared.params)
    ? checkedAnswer(deps, prepared, signal, prepare)
    : runAttempts(deps, prepared, signal);

async function* checkedAnswer(
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
  prepare: (params: AskParams) => PreparedRequest,
): AsyncGenerator<AskPart, AskResult> {
  const { result: first, finish } = yield* untilFinish(runAttempts(deps, prepared, signal));
  const correction = correctionOf(prepared.params, first);
  if (!correction) {
    if (finish) yield finish;
    return first;
  }
  const { reason } = correction;
  yield { type: 'second-request', model: first.receipt.model, reason };
  try {
    const second = yield* runAttempts(
      deps,
      prepare(secondParams(prepared.params, first, correction)),
      signal,
    );
    // The same question gets the second answer from then on.
    keepInCache(deps, prepared, second, prepared.settingsAtRead);
    return { ...second, receipt: joinedReceipt(first.receipt, second.receipt, reason) };
  } catch (error) {
    if (signal.aborted || !(error instanceof RumboError)) throw error;
    if (finish) yield finish;
    return { ...first, receipt: receiptWithFailedRequest(first.receipt, error) };
  }
}

/** The parts before the finish; what follows depends on the whole answer. */
async function* untilFinish(
  parts: AsyncGenerator<AskPart, AskResult>,
): AsyncGenerator<AskPart, { result: AskResult; finish: AskPart | undefined }> {
  let finish: AskPart | undefined;
  try {
    for (;;) {
      const { done, value } = await parts.next();
      if (done) return { result: value, finish };
      if (value.type === 'finish') finish = value;
      else yield value;
    }
  } finally {
    await parts.return(undefined as never);
  }
}

function secondParams(params: AskParams, { receipt }: AskResult, { messages }: AnswerCorrection): AskParams {
  const { prompt, messages: earlier, strongerThan: _, ...others } = params;
  return {
    ...others,
    messages: [...(earlier ?? [{ role: 'user' as const, content: prompt ?? '' }]), ...messages],
    task: receipt.task,
    model: receipt.model,
    whenPinnedUnavailable: 'fail',
    useCache: false,
  };
}
