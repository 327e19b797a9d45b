/** A circuit breaker as a value of time: opens on failures, lets one probe through after a growing pause. Pure. */
import type { CircuitState } from '../../shared/status.ts';

/** When failures are enough. */
export type Breaker = {
  success(): void;
  /**
   * Whether the circuit opens now.
   * @param weight how many ordinary failures this one is worth
   */
  failure(weight: number): boolean;
  /** What came before no longer counts. */
  reset(): void;
};

/** So many failures in a row. */
export function consecutiveBreaker(most: number): Breaker {
  let failures = 0;
  const reset = () => {
    failures = 0;
  };
  return {
    success: reset,
    failure(weight) {
      failures += weight;
      return failures >= most;
    },
    reset,
  };
}

/**
 * A share of the last requests: catches a service that answers every other time.
 * @param part 0–1
 * @param of how many of the last requests are looked at
 * @param least with fewer requests than this nothing is said
 */
export function countBreaker(part: number, { of, least }: { of: number; least: number }): Breaker {
  let lately: boolean[] = [];
  const note = (failed: boolean) => {
    lately.push(failed);
    if (lately.length > of) lately.shift();
  };
  return {
    success: () => note(false),
    failure() {
      note(true);
      return lately.length >= least && lately.filter(Boolean).length >= part * lately.length;
    },
    reset() {
      lately = [];
    },
  };
}

/** Whichever says so first. */
export const anyBreaker = (...thresholds: readonly Breaker[]): Breaker => ({
  success() {
    for (const each of thresholds) each.success();
  },
  // All of them hear of it, whatever the first says.
  failure: (weight) => thresholds.map((each) => each.failure(weight)).some(Boolean),
  reset() {
    for (const each of thresholds) each.reset();
  },
});

/** Three in a row, or half of the last twenty. */
export const defaultBreaker = (): Breaker =>
  anyBreaker(consecutiveBreaker(3), countBreaker(0.5, { of: 20, least: 10 }));

/**
 * Milliseconds. An open circuit pauses `first`, twice as long after each failed probe, `longest` at most: that is how
 * late a recovered service is noticed. One that opens again within `calm` of closing flaps, and its pause goes on growing.
 */
const pauses = { first: 5_000, longest: 30_000, calm: 60_000 };
/** Part of a pause that chance takes off, so that two windows do not probe at once. */
const jitter = 0.1;

/** One request as the circuit sees it. Told once how it went; later words count for nothing. */
export type Permit = {
  /** It answers: a probe that does keeps nobody away until its end. */
  firstPart(): void;
  succeeded(): void;
  /** @param weight how many ordinary failures this one is worth; absent: 1 */
  failed(reason: string, weight?: number): void;
  /** It says nothing about the service: cancelled, abandoned, the caller's own mistake. */
  ignored(): void;
};

export type Circuit = {
  state(): CircuitState;
  /** Why nobody else may ask now. Absent: somebody may. */
  cooldown(): { readonly reason: string; readonly untilMs: number } | undefined;
  /** A request sets out; the first one after the pause is the probe. */
  acquire(): Permit;
  /** Forgets everything. Requests under way count for nothing. */
  reset(): void;
};

/**
 * @param now milliseconds that only ever rise, handed in so that tests own the clock
 * @param random 0–1
 */
export function circuit(
  now: () => number,
  threshold: Breaker = defaultBreaker(),
  random: () => number = Math.random,
): Circuit {
  let opened: { reason: string; untilMs: number; probing: boolean } | undefined;
  /** Rises whenever the circuit opens or is reset: what set out before is no news afterwards. */
  let era = 0;
  let pauseMs = 0;
  let closedAtMs = Number.NEGATIVE_INFINITY;

  const open = (reason: string) => {
    const flaps = opened !== undefined || now() - closedAtMs < pauses.calm;
    pauseMs = flaps && pauseMs > 0 ? Math.min(pauseMs * 2, pauses.longest) : pauses.first;
    opened = { reason, untilMs: now() + pauseMs * (1 - jitter * random()), probing: false };
    era += 1;
  };
  const close = () => {
    if (!opened) return;
    opened = undefined;
    closedAtMs = now();
    threshold.reset();
  };

  /** Nobody may ask before this: the pause, or the time a probe is given to find out. */
  const closedToAll = () => opened !== undefined && now() < opened.untilMs;

  return {
    state: () => (opened === undefined ? 'closed' : closedToAll() && !opened.probing ? 'open' : 'half-open'),
    cooldown: () =>
      opened && closedToAll() ? { reason: opened.reason, untilMs: opened.untilMs } : undefined,
    acquire() {
      const mine = era;
      const probe = closedToAll() ? undefined : opened;
      // A probe that hears nothing for so long keeps nobody waiting any longer.
      if (probe) Object.assign(probe, { probing: true, untilMs: now() + pauses.longest });
      const letOthers = () => {
        if (probe?.probing) Object.assign(probe, { probing: false, untilMs: now() });
      };
      let told = false;
      const tell = (act: () => void) => {
        if (told) return;
        told = true;
        letOthers();
        act();
      };
      return {
        firstPart: letOthers,
        succeeded: () =>
          tell(() => {
            close();
            threshold.success();
          }),
        failed: (reason, weight = 1) =>
          tell(() => {
            // A crowd that failed together is one failure of the service, not a longer pause for each.
            if (mine !== era) return;
            if (threshold.failure(weight) || opened) open(reason);
          }),
        ignored: () => tell(() => {}),
      };
    },
    reset() {
      opened = undefined;
      era += 1;
      pauseMs = 0;
      closedAtMs = Number.NEGATIVE_INFINITY;
      threshold.reset();
    },
  };
}
