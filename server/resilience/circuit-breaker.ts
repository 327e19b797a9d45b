/** A circuit breaker as a function of time: opens on failures and admits one probe after each pause. Pure. */
import type { CircuitState } from '../../shared/status.ts';

/** Decides when a circuit opens. */
export type Breaker = {
  success(): void;
  /**
   * Whether the circuit opens now.
   * @param weight how many ordinary failures this one counts as
   */
  failure(weight: number): boolean;
  /** Earlier results no longer count. */
  reset(): void;
};

/** Opens after this many failures in a row. */
export function consecutiveBreaker(threshold: number): Breaker {
  let failures = 0;
  const reset = () => {
    failures = 0;
  };
  return {
    success: reset,
    failure(weight) {
      failures += weight;
      return failures >= threshold;
    },
    reset,
  };
}

/**
 * Opens when a share of the last requests failed: catches a service that fails every second request.
 * @param threshold 0–1
 * @param size how many of the last requests count
 * @param minCalls with fewer requests than this it never opens
 */
export function countBreaker(
  threshold: number,
  { size, minCalls }: { size: number; minCalls: number },
): Breaker {
  let results: boolean[] = [];
  const add = (failed: boolean) => {
    results.push(failed);
    if (results.length > size) results.shift();
  };
  return {
    success: () => add(false),
    failure() {
      add(true);
      return results.length >= minCalls && results.filter(Boolean).length >= threshold * results.length;
    },
    reset() {
      results = [];
    },
  };
}

/** Opens as soon as one of the breakers does. */
export const anyBreaker = (...breakers: readonly Breaker[]): Breaker => ({
  success() {
    for (const breaker of breakers) breaker.success();
  },
  // Each breaker counts the failure, whatever the first one returns.
  failure: (weight) => breakers.map((breaker) => breaker.failure(weight)).some(Boolean),
  reset() {
    for (const breaker of breakers) breaker.reset();
  },
});

/** Three failures in a row, or half of the last twenty requests. */
export const defaultBreaker = (): Breaker =>
  anyBreaker(consecutiveBreaker(3), countBreaker(0.5, { size: 20, minCalls: 10 }));

/**
 * Milliseconds. An open circuit admits a probe after `initialMs`: that is how late a recovery is noticed, however long the
 * failure lasts. A service that recovers and fails again, `maxReopenings` times within `withinMs`, pauses for `unstableMs`.
 */
const pause = { initialMs: 5_000, unstableMs: 30_000, maxReopenings: 3, withinMs: 600_000 };
/** The largest share of a pause that chance removes, so that two windows do not probe at once. */
const jitter = 0.1;

/** One request as the circuit sees it. The first result counts; later ones are ignored. */
export type Permit = {
  /** The answer has begun: from now on a probe no longer blocks other requests. */
  firstPart(): void;
  succeeded(): void;
  /** @param weight how many ordinary failures this one counts as; absent: 1 */
  failed(reason: string, weight?: number): void;
  /** The result says nothing about the service: cancelled, abandoned, or the caller's own mistake. */
  ignored(): void;
};

export type Circuit = {
  state(): CircuitState;
  /** Why no further request is admitted now. Absent: requests are admitted. */
  cooldown(): { readonly reason: string; readonly untilMs: number } | undefined;
  /** Starts a request; the first one after the pause is the probe. */
  acquire(): Permit;
  /** Forgets all results. Requests in flight no longer count. */
  reset(): void;
};

/**
 * @param now monotonic milliseconds, passed in so that tests control the clock
 * @param random 0–1
 */
export function circuit(
  now: () => number,
  breaker: Breaker = defaultBreaker(),
  random: () => number = Math.random,
): Circuit {
  let opened: { reason: string; untilMs: number; probing: boolean } | undefined;
  /** Rises when the circuit opens or is reset: failures of requests that started before do not count. */
  let generation = 0;
  let closedAtMs = Number.NEGATIVE_INFINITY;
  /** When it opened again soon after it had closed; none is older than `withinMs`. */
  let reopenedAtMs: number[] = [];

  const pauseMs = () => (reopenedAtMs.length < pause.maxReopenings ? pause.initialMs : pause.unstableMs);
  const open = (reason: string) => {
    const isProbe = opened !== undefined;
    const isRecent = (atMs: number) => now() - atMs < pause.withinMs;
    reopenedAtMs = reopenedAtMs.filter(isRecent);
    if (!isProbe && isRecent(closedAtMs)) reopenedAtMs.push(now());
    opened = { reason, untilMs: now() + pauseMs() * (1 - jitter * random()), probing: false };
    generation += 1;
  };
  const close = () => {
    if (!opened) return;
    opened = undefined;
    closedAtMs = now();
    breaker.reset();
  };

  /** No request is admitted yet: during the pause, and while a probe has time to answer. */
  const isBlocked = () => opened !== undefined && now() < opened.untilMs;

  return {
    state: () => (opened === undefined ? 'closed' : isBlocked() && !opened.probing ? 'open' : 'half-open'),
    cooldown: () => (opened && isBlocked() ? { reason: opened.reason, untilMs: opened.untilMs } : undefined),
    acquire() {
      const startedIn = generation;
      const probe = isBlocked() ? undefined : opened;
      // A probe without any answer says nothing about a service that recovers meanwhile: the next pause has begun.
      if (probe) Object.assign(probe, { probing: true, untilMs: now() + pauseMs() });
      const admitOthers = () => {
        if (probe?.probing) Object.assign(probe, { probing: false, untilMs: now() });
      };
      let settled = false;
      const settle = (apply: () => void) => {
        if (settled) return;
        settled = true;
        admitOthers();
        apply();
      };
      return {
        firstPart: admitOthers,
        succeeded: () =>
          settle(() => {
            close();
            breaker.success();
          }),
        failed: (reason, weight = 1) =>
          settle(() => {
            // Requests that failed together are one failure of the service, not a longer pause for each.
            if (startedIn !== generation) return;
            if (breaker.failure(weight) || opened) open(reason);
          }),
        ignored: () => settle(() => {}),
      };
    },
    reset() {
      opened = undefined;
      generation += 1;
      closedAtMs = Number.NEGATIVE_INFINITY;
      reopenedAtMs = [];
      breaker.reset();
    },
  };
}
