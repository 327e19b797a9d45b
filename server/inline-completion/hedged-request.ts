/** A hedged request: one model is requested, a second one when the first is late, and the first to respond is used. */
import { errorPolicies } from '../../shared/error-policies.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { Clock } from './clock.ts';

/** Milliseconds. A timer that fires so late fires in a process, or on a machine, that was stopped. */
const stoppedMs = 1_000;

/** One model that may be requested. */
export type HedgeCandidate<Response> = {
  /** The provider that does the work; two requests at one provider would only wait for each other. */
  readonly provider: string;
  /** Milliseconds without a response after which it is late. */
  readonly lateAfterMs: number;
  /** It may be requested while another one is late. Otherwise only once no other one is running. */
  readonly mayHedge: boolean;
  /** Resolves with the first text. Rejects with `RumboError`; aborting the signal closes the connection, also later. */
  start(signal: AbortSignal): Promise<Response>;
};

/**
 * The response of the first candidate to respond; the other one is aborted at the same moment. When a candidate fails
 * before its first text, the next one starts. Rejects with `RumboError`: with `cancelled` when the signal aborts, otherwise
 * with the last failure.
 * @param candidates best first
 */
export function hedgedRequest<Response>(
  candidates: readonly HedgeCandidate<Response>[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const waiting = [...candidates];
  const running = new Map<HedgeCandidate<Response>, AbortController>();
  let isSettled = false;
  let cancelTimer = (): void => {};

  const settle = (winner?: HedgeCandidate<Response>): void => {
    isSettled = true;
    cancelTimer();
    signal.removeEventListener('abort', cancel);
    for (const [other, controller] of running) if (other !== winner) controller.abort();
  };
  const cancel = (): void => {
    settle();
    reject(toRumboError(signal.reason, signal));
  };

  const start = (candidate: HedgeCandidate<Response>): void => {
    waiting.splice(waiting.indexOf(candidate), 1);
    const controller = new AbortController();
    running.set(candidate, controller);
    candidate.start(AbortSignal.any([signal, controller.signal])).then(
      (response) => {
        if (isSettled) return;
        settle(candidate);
        resolve(response);
      },
      (error: unknown) => {
        running.delete(candidate);
        if (!isSettled) failed(toRumboError(error));
      },
    );
    startTimer();
  };

  const failed = (error: RumboError): void => {
    if (!mayTryNext(error)) waiting.length = 0;
    const next = running.size === 0 ? waiting[0] : undefined;
    if (next) start(next);
    else if (running.size > 0) startTimer();
    else {
      settle();
      reject(error);
    }
  };

  /** When the only running candidate is late, a second one starts. */
  const startTimer = (): void => {
    cancelTimer();
    const [only, second] = running.keys();
    if (!only || second) return;
    const dueAt = clock.now() + only.lateAfterMs;
    cancelTimer = clock.after(only.lateAfterMs, () => {
      // After a stop of the process its response may have arrived, and nothing has read it yet.
      if (clock.now() - dueAt > stoppedMs) {
        startTimer();
        return;
      }
      const hedge = waiting.find(({ mayHedge, provider }) => mayHedge && provider !== only.provider);
      if (hedge) start(hedge);
    });
  };

  const [first] = waiting;
  if (signal.aborted) cancel();
  else if (first) {
    signal.addEventListener('abort', cancel, { once: true });
    start(first);
  } else reject(new RumboError('No model is available for ghost text.', { kind: 'no-candidate' }));
  return promise;
}

/** Another model may accept what one rejects: after `invalid-request` every completion mode of the model was rejected. */
const mayTryNext = ({ kind }: RumboError): boolean =>
  kind === 'invalid-request' || errorPolicies[kind].fallback;
