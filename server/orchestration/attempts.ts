/** One answer over one attempt after the other: fallback before the first text, takeover after it. */
import type { ModelId } from '../../shared/chat.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import type { Settings } from '../../shared/settings.ts';
import type { AnswerMeasurement } from '../metrics/meter.ts';
import { noAnswerError, planNextAttempt } from './after-failure.ts';
import { isTextAlone } from './answer-content.ts';
import {
  type AnswerProgress,
  type AttemptsDeps,
  beginAnswer,
  currentCandidate,
  type PreparedRequest,
  takeOver,
} from './answer-progress.ts';
import { attempt, settledUsd } from './attempt.ts';
import { firstToAnswer } from './hedged-attempt.ts';
import { recordAnswer, recordFailure } from './record-attempt.ts';
import { cacheKeyOf } from './request.ts';
import { whenRestarted } from './restarting-engine.ts';
import { decideRoute } from './route.ts';
import { isAskedAlone } from './silence.ts';
import { reserveCandidate, startAttempt } from './start-attempt.ts';

/** Yields the parts of the answer and returns the whole. Rejects with `RumboError` that lists the attempts. */
export async function* runAttempts(
  deps: AttemptsDeps,
  prepared: PreparedRequest,
  signal: AbortSignal,
): AsyncGenerator<AskPart, AskResult> {
  const progress = beginAnswer(deps, prepared, yield* decideRoute(deps, prepared, signal));
  const { queue, answer } = progress;
  for (let queued = queue.next(); queued; queued = queue.next()) {
    const candidate = currentCandidate(deps, progress, queued);
    const reserved = candidate && (await reserveCandidate(deps, progress, candidate));
    if (!reserved) continue;
    let { reservation } = reserved;
    let costUsd = 0;
    try {
      const change = takeOver(progress, reserved.candidate.model.id, queued.mode);
      if (change) yield change;
      const settingsAtSend = deps.settings();
      const isAlone = isAskedAlone(deps, progress, reserved.candidate.model.id);
      const started = startAttempt(progress, reserved, { isAlone, mode: queued.mode }, signal);
      const running = await firstToAnswer(deps, progress, started, signal);
      reservation = running.reservation;
      const { chosen } = running;
      const { model } = chosen.candidate;
      const hedged = running === started ? undefined : takeOver(progress, model.id);
      const request = hedged ? { ...running.request, announcement: hedged } : running.request;
      const result = yield* attempt(request, answer, signal, (error, abandoned) => {
        costUsd = settledUsd(abandoned, model, reservation);
        recordFailure(deps, progress, chosen, error, abandoned);
      });
      costUsd = settledUsd(result, model, reservation);
      if (!result.error) {
        const receipt = recordAnswer(deps, progress, chosen, result);
        const isWhole = !receipt.promptCut && receipt.servedBy === undefined;
        if (isWhole) keepInCache(deps, progress, result.measured, settingsAtSend, model.id);
        reservation.settle(costUsd);
        await deps.accounting.whenWritten?.();
        yield { type: 'finish', reason: result.measured.reason, usage: result.measured.usage };
        return { ...answer.result(), receipt };
      }
      recordFailure(deps, progress, chosen, result.error, result);
      planNextAttempt(deps, progress, chosen, result.error, signal);
      await whenRestarted(progress, chosen, result.error, signal);
    } finally {
      reservation.settle(costUsd);
    }
  }
  throw noAnswerError(deps, progress);
}

/** Only a whole answer by one model is worth giving again; new settings may want another model and have cleared the cache already. */
function keepInCache(
  { settings, cache }: AttemptsDeps,
  { prepared, answer }: AnswerProgress,
  { reason, usage }: AnswerMeasurement,
  settingsAtSend: Settings,
  model: ModelId,
): void {
  const { text, takeovers } = answer;
  if (settings() !== settingsAtSend || !settingsAtSend['cache.enabled']) return;
  if (reason !== 'stop' || text === '' || takeovers.length > 0 || !isTextAlone(answer.result())) return;
  // It is asked again, or the user is.
  if (answer.codeFields.codeIssue) return;
  cache.set(cacheKeyOf(prepared.params, prepared.request.messages), { text, model, reason, usage });
}
