/** Sends a request to the same model again while no part of an answer has arrived. */
import { setTimeout as delay } from 'node:timers/promises';
import { circuitWeights, type ErrorKind, errorPolicies } from '../../shared/error-policies.ts';
import { type RumboError, toRumboError } from '../../shared/errors.ts';
import { type Policy, policy, untilFirstPart } from './policy.ts';

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
  /** Whether the model works as far as known. One that fails already gets one try while another candidate is left. */
  readonly isStable: (model: string) => boolean;
  /** Waits this many milliseconds; passed in so that tests control the clock. Absent: the real one. Rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** 0–1. Absent: `Math.random`. */
  readonly random?: () => number;
};

/**
 * Milliseconds. No request is repeated sooner, whatever the service or chance says. Chance adds up to as much again:
 * all requests that got the same retry time would otherwise return together.
 */
const minDelayMs = 25;

/** Failed tries in a row, of all requests together, after which another one is not repeated while other candidates are left. */
const maxFailuresInRow = 3;

/** Repeats what `errorPolicies` marks for retry. */
export const retry = (options: RetryOptions): Policy => {
  /** By model: tries of all requests that failed since one last succeeded. */
  const failuresInRow = new Map<string, number>();
  return policy((send, { model, urgency, lastResort, signal }) => {
    const {
      isStable,
      sleep = (ms, signal) => delay(ms, undefined, { signal }),
      random = Math.random,
    } = options;
    let waitedMs = 0;
    /** Other candidates answer meanwhile. */
    const isGivenUp = (): boolean =>
      !lastResort && (!isStable(model) || (failuresInRow.get(model) ?? 0) > maxFailuresInRow);
    const mayRepeat = async ({ kind, data }: RumboError, attempt: number): Promise<boolean> => {
      // While the user types no wait pays: the next keystroke sends a new request, and another model answers meanwhile.
      const countsAsFailure = isFailing(data);
      if (countsAsFailure) failuresInRow.set(model, (failuresInRow.get(model) ?? 0) + 1);
      if (urgency === 'typing' || attempt >= maxAttempts(kind, options)) return false;
      if (countsAsFailure && isGivenUp()) return false;
      const waitMs = data.retryAfterMs ?? delayMs(attempt, options);
      if (waitedMs + waitMs > retryBudgetMs(kind, lastResort, options)) return false;
      waitedMs += waitMs;
      await sleep(Math.max(waitMs, minDelayMs) + minDelayMs * random(), signal).catch((aborted: unknown) => {
        throw toRumboError(aborted, signal);
      });
      return !(countsAsFailure && isGivenUp());
    };
    return untilFirstPart(send, signal, { mayRepeat, onFirstPart: () => failuresInRow.delete(model) });
  });
};

/** Loading and rate limits end by themselves. */
function isFailing(failure: RumboError['data']): boolean {
  const { provider, model } = circuitWeights(failure);
  return provider + model > 0;
}

function maxAttempts(kind: ErrorKind, options: RetryOptions): number {
  switch (errorPolicies[kind].retry) {
    case 'never':
      return 1;
    case 'once':
      return 2;
    case 'default':
      return options.maxAttempts;
    case 'until-loaded':
      return Number.POSITIVE_INFINITY;
  }
}

/** Exponential with full jitter. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
const delayMs = (attempt: number, { baseDelayMs, maxDelayMs, random = Math.random }: RetryOptions): number =>
  random() * Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs);

function retryBudgetMs(kind: ErrorKind, lastResort: boolean, { retryBudgetMs }: RetryOptions): number {
  if (!lastResort) return retryBudgetMs.default;
  return errorPolicies[kind].retry === 'until-loaded' ? retryBudgetMs.loading : retryBudgetMs.lastResort;
}
