/** A coder's answer that is not the whole code is requested once more, from the same model, with what was wrong. */
import type { AskParams } from '../../shared/ask.ts';
import { RumboError } from '../../shared/errors.ts';
import type { AskPart, AskResult, CodeIssue } from '../../shared/protocol.ts';
import { roleOf } from '../../shared/roles.ts';
import { codeReadingOf } from '../edits/code-preview.ts';
import { isTextAlone } from './answer-content.ts';
import type { AttemptsDeps, PreparedRequest } from './answer-progress.ts';
import { runAttempts } from './attempts.ts';
import { cacheKeyOf } from './request.ts';
import { joinedReceipt, receiptWithFailedRequest, untilFinish } from './second-request-receipt.ts';

/**
 * Yields the parts of the answer and returns the whole; the receipt counts both requests. When the second fails, the first
 * answer is the result.
 * @param prepare reads the second request
 */
export const answerWithCode = (
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
  prepare: (params: AskParams) => PreparedRequest,
): AsyncGenerator<AskPart, AskResult> =>
  // No generator of its own around the usual answer: each costs several promises for each part.
  roleOf(prepared.params.role)?.answer === 'code'
    ? codeAnswer(deps, prepared, signal, prepare)
    : runAttempts(deps, prepared, signal);

async function* codeAnswer(
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
  prepare: (params: AskParams) => PreparedRequest,
): AsyncGenerator<AskPart, AskResult> {
  const { result: first, finish } = yield* untilFinish(runAttempts(deps, prepared, signal));
  const again = secondRequestOf(prepared.params, first);
  if (!again) {
    if (finish) yield finish;
    return first;
  }
  const { issue, params } = again;
  yield { type: 'second-request', model: first.receipt.model, reason: issue.message };
  try {
    const second = yield* runAttempts(deps, prepare(params), signal);
    keepInCache(deps, prepared, second);
    return { ...second, receipt: joinedReceipt(first.receipt, second.receipt, issue.message) };
  } catch (error) {
    if (signal.aborted || !(error instanceof RumboError)) throw error;
    if (finish) yield finish;
    return { ...first, receipt: receiptWithFailedRequest(first.receipt, error) };
  }
}

/** The second request. `undefined`: the answer has its code, or asking again would not help. */
function secondRequestOf(
  params: AskParams,
  { text, codeIssue, receipt }: AskResult,
): { issue: CodeIssue; params: AskParams } | undefined {
  // A second answer would be cut, too.
  if (!codeIssue || receipt.finishReason === 'length' || receipt.finishReason === 'content-filter')
    return undefined;
  const reading = codeReadingOf(params, text);
  if (!reading || 'code' in reading || reading.request === undefined) return undefined;
  const { prompt, messages, strongerThan: _, ...others } = params;
  return {
    issue: codeIssue,
    params: {
      ...others,
      messages: [
        ...(messages ?? [{ role: 'user' as const, content: prompt ?? '' }]),
        { role: 'assistant', content: text },
        { role: 'user', content: reading.request },
      ],
      task: receipt.task,
      model: receipt.model,
      whenPinnedUnavailable: 'fail',
      useCache: false,
    },
  };
}

/** The same question gets the second answer from then on. */
function keepInCache(
  { settings, cache }: AttemptsDeps,
  { params, request, settingsAtRead }: PreparedRequest,
  answer: AskResult,
): void {
  const { text, code, receipt } = answer;
  const { model, usage, finishReason: reason } = receipt;
  if (!code || !isTextAlone(answer) || reason !== 'stop' || receipt.takeovers.length > 0) return;
  if (settings() !== settingsAtRead || !settingsAtRead['cache.enabled']) return;
  cache.set(cacheKeyOf(params, request.messages), { text, model, reason, usage });
}
