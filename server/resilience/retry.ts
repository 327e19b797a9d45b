/** Sends a request to the same model again while no part of an answer has arrived. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorKind, errorPolicies } from '../../shared/error-kinds.ts';
import { toRumboError } from '../../shared/errors.ts';
import { type Policy, type PolicyCall, policy } from './policy.ts';

export type RetryOptions = {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds. Upper bound of the first wait when the service names none; doubles each time. */
  readonly baseDelayMs: number;
  /** Milliseconds. Upper bound of every such wait. */
  readonly maxDelayMs: number;
  /** Milliseconds that all waits of one request may take together. */
  readonly retryBudgetMs: {
    /** Another candidate is available: the user gets its answer sooner. */
    readonly default: number;
    /** No other candidate is available. */
    readonly lastResort: number;
    /** No other candidate is available, and the engine is loading the model. */
    readonly loading: number;
  };
  /** Waits this many milliseconds; passed in so that tests control the clock. Absent: the real one. Rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** 0–1. Absent: `Math.random`. */
  readonly random?: () => number;
};

/**
 * Attempts that differ from the options: an unreachable server is still unreachable a second later; loading a model
 * takes as long as it takes.
 */
const maxAttemptsOf: Partial<Record<ErrorKind, number>> = {
  unreachable: 2,
  loading: Number.POSITIVE_INFINITY,
};
/**
 * Milliseconds. No request is repeated sooner, whatever the service or chance says. Chance adds up to as much again:
 * all requests that got the same retry time would otherwise return together.
 */
const minDelayMs = 25;

/** Repeats what `errorPolicies` marks for retry, before the first part only. */
export const retry = (options: RetryOptions): Policy =>
  policy(async function* (send, call) {
    const { sleep = (ms, signal) => delay(ms, undefined, { signal }), random = Math.random } = options;
    let waitedMs = 0;
    for (let attempt = 1; ; attempt++) {
      let started = false;
      try {
        for await (const part of send()) {
          started = true;
          yield part;
        }
        return;
      } catch (cause) {
        const error = toRumboError(cause, call.signal);
        const waitMs = error.data.retryAfterMs ?? delayMs(attempt, options);
        const canRepeat =
          !started &&
          errorPolicies[error.kind].retry &&
          // While the user types no wait pays: the next keystroke sends a new request, and another model answers meanwhile.
          call.urgency !== 'typing' &&
          attempt < (maxAttemptsOf[error.kind] ?? options.maxAttempts) &&
          waitedMs + waitMs <= retryBudgetMs(error.kind, call, options);
        if (!canRepeat) throw error;
        const spreadMs = minDelayMs * random();
        waitedMs += waitMs;
        await sleep(Math.max(waitMs, minDelayMs) + spreadMs, call.signal).catch((aborted: unknown) => {
          throw toRumboError(aborted, call.signal);
        });
      }
    }
  });

/** Exponential with full jitter. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
const delayMs = (attempt: number, { baseDelayMs, maxDelayMs, random = Math.random }: RetryOptions): number =>
  random() * Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs);

function retryBudgetMs(kind: ErrorKind, { lastResort }: PolicyCall, { retryBudgetMs }: RetryOptions): number {
  if (!lastResort) return retryBudgetMs.default;
  return kind === 'loading' ? retryBudgetMs.loading : retryBudgetMs.lastResort;
}
