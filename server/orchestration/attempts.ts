/** One answer over one attempt after the other: fallback before the first text, takeover after it. */
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { noAnswerError, planNextAttempt } from './after-failure.ts';
import {
  type AttemptsDeps,
  beginAnswer,
  currentCandidate,
  type PreparedRequest,
  takeOver,
} from './answer-progress.ts';
import { attempt, settledUsd } from './attempt.ts';
import { firstToAnswer } from './hedged-attempt.ts';
import { keepInCache } from './keep-in-cache.ts';
import { recordAnswer, recordFailure } from './record-attempt.ts';
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
        const whole = { ...answer.result(), receipt };
        keepInCache(deps, prepared, whole, settingsAtSend);
        reservation.settle(costUsd);
        await deps.accounting.whenWritten?.();
        yield { type: 'finish', reason: result.measured.reason, usage: result.measured.usage };
        return whole;
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
