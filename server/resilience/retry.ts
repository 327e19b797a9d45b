/** Tries the same model again while nothing has been said yet. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorKind, errorPolicies } from '../../shared/error-kinds.ts';
import { toRumboError } from '../../shared/errors.ts';
import { type Policy, type PolicyCall, policy } from './policy.ts';

export type RetryOptions = {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds that the first wait takes at most when the service names none; doubles each time. */
  readonly baseDelayMs: number;
  /** Milliseconds that such a wait never exceeds. */
  readonly maxDelayMs: number;
  /** Milliseconds that all waits of one request may take together, by who else could answer. */
  readonly retryBudgetMs: {
    /** Another candidate is there: a person would rather have its answer now. */
    readonly default: number;
    /** Nobody else can be asked. */
    readonly lastResort: number;
    /** Nobody else can be asked, and a model is being loaded. */
    readonly loading: number;
  };
  /** Milliseconds; handed in so that tests own the clock. Absent: the real one. Rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** 0–1. Absent: chance. */
  readonly random?: () => number;
};

/** Attempts of its own: who is not there now is not there in a second either; a model loads as long as it takes. */
const attemptsFor: Partial<Record<ErrorKind, number>> = { unreachable: 2, loading: Number.POSITIVE_INFINITY };
/**
 * Milliseconds. No service is asked again sooner, whatever it or chance says; and as much again by chance, since all
 * who were told the same moment would come back in it.
 */
const shortestWaitMs = 25;

/** Repeats what `reactions` says may be retried, before the first part only. */
export const retry = (options: RetryOptions): Policy =>
  policy(async function* (send, call) {
    const { sleep = (ms, signal) => delay(ms, undefined, { signal }), random = Math.random } = options;
    let waitedMs = 0;
    for (let attempt = 1; ; attempt++) {
      let spoken = false;
      try {
        for await (const part of send()) {
          spoken = true;
          yield part;
        }
        return;
      } catch (cause) {
        const error = toRumboError(cause, call.signal);
        const waitMs = error.data.retryAfterMs ?? delayMs(attempt, options);
        const again =
          !spoken &&
          errorPolicies[error.kind].retry &&
          // Whoever types waits for nobody: the next keystroke asks again, and another model meanwhile.
          call.urgency !== 'typing' &&
          attempt < (attemptsFor[error.kind] ?? options.maxAttempts) &&
          waitedMs + waitMs <= patienceMs(error.kind, call, options);
        if (!again) throw error;
        const spreadMs = shortestWaitMs * random();
        waitedMs += waitMs;
        await sleep(Math.max(waitMs, shortestWaitMs) + spreadMs, call.signal).catch((aborted: unknown) => {
          throw toRumboError(aborted, call.signal);
        });
      }
    }
  });

/** Exponential with full jitter. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
const delayMs = (attempt: number, { baseDelayMs, maxDelayMs, random = Math.random }: RetryOptions): number =>
  random() * Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs);

function patienceMs(kind: ErrorKind, { lastResort }: PolicyCall, { retryBudgetMs }: RetryOptions): number {
  if (!lastResort) return retryBudgetMs.default;
  return kind === 'loading' ? retryBudgetMs.loading : retryBudgetMs.lastResort;
}
