/** A circuit breaker as a value of time: opens on failures, lets one probe through after a growing pause. Pure. */
import type { CircuitState } from '../../shared/status.ts';

/** When failures are enough. */
export type Threshold = {
  succeeded(): void;
  /**
   * Whether the circuit opens now.
   * @param weight how many ordinary failures this one is worth
   */
  failed(weight: number): boolean;
  /** What came before no longer counts. */
  forget(): void;
};

/** So many failures in a row. */
export function consecutive(most: number): Threshold {
  let failures = 0;
  const forget = () => {
    failures = 0;
  };
  return {
    succeeded: forget,
    failed(weight) {
      failures += weight;
      return failures >= most;
    },
    forget,
  };
}

/**
 * A share of the last requests: catches a service that answers every other time.
 * @param part 0–1
 * @param of how many of the last requests are looked at
 * @param least with fewer requests than this nothing is said
 */
export function share(part: number, { of, least }: { of: number; least: number }): Threshold {
  let lately: boolean[] = [];
  const note = (failed: boolean) => {
    lately.push(failed);
    if (lately.length > of) lately.shift();
  };
  return {
    succeeded: () => note(false),
    failed() {
      note(true);
      return lately.length >= least && lately.filter(Boolean).length >= part * lately.length;
    },
    forget() {
      lately = [];
    },
  };
}

/** Whichever says so first. */
export const either = (...thresholds: readonly Threshold[]): Threshold => ({
  succeeded() {
    for (const each of thresholds) each.succeeded();
  },
  // All of them hear of it, whatever the first says.
  failed: (weight) => thresholds.map((each) => each.failed(weight)).some(Boolean),
  forget() {
    for (const each of thresholds) each.forget();
  },
});

/** Three in a row, or half of the last twenty. */
export const usualThreshold = (): Threshold => either(consecutive(3), share(0.5, { of: 20, least: 10 }));

/**
 * Milliseconds. An open circuit pauses `first`, twice as long after each failed probe, `longest` at most: that is how
 * late a recovered service is noticed. One that opens again within `calm` of closing flaps, and its pause goes on growing.
 */
const pauses = { first: 5_000, longest: 30_000, calm: 60_000 };
/** Part of a pause that chance takes off, so that two windows do not probe at once. */
const jitter = 0.1;

/** One request as the circuit sees it. Told once how it went; later words count for nothing. */
export type Pass = {
  /** It answers: a probe that does keeps nobody away until its end. */
  spoke(): void;
  succeeded(): void;
  /** @param weight how many ordinary failures this one is worth; absent: 1 */
  failed(reason: string, weight?: number): void;
  /** It says nothing about the service: cancelled, abandoned, the caller's own mistake. */
  left(): void;
};

export type Circuit = {
  state(): CircuitState;
  /** Why nobody else may ask now. Absent: somebody may. */
  rest(): { readonly reason: string; readonly untilMs: number } | undefined;
  /** A request sets out; the first one after the pause is the probe. */
  begin(): Pass;
  /** Forgets everything. Requests under way count for nothing. */
  reset(): void;
};

/**
 * @param now milliseconds that only ever rise, handed in so that tests own the clock
 * @param random 0–1
 */
export function circuit(
  now: () => number,
  threshold: Threshold = usualThreshold(),
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
    threshold.forget();
  };

  /** Nobody may ask before this: the pause, or the time a probe is given to find out. */
  const closedToAll = () => opened !== undefined && now() < opened.untilMs;

  return {
    state: () => (opened === undefined ? 'closed' : closedToAll() && !opened.probing ? 'open' : 'half-open'),
    rest: () => (opened && closedToAll() ? { reason: opened.reason, untilMs: opened.untilMs } : undefined),
    begin() {
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
        spoke: letOthers,
        succeeded: () =>
          tell(() => {
            close();
            threshold.succeeded();
          }),
        failed: (reason, weight = 1) =>
          tell(() => {
            // A crowd that failed together is one failure of the service, not a longer pause for each.
            if (mine !== era) return;
            if (threshold.failed(weight) || opened) open(reason);
          }),
        left: () => tell(() => {}),
      };
    },
    reset() {
      opened = undefined;
      era += 1;
      pauseMs = 0;
      closedAtMs = Number.NEGATIVE_INFINITY;
      threshold.forget();
    },
  };
}
