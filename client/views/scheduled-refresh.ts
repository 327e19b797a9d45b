/** Draws again when a time that was shown has come: a limit is full again, a cool-down is over. */

export type ScheduledRefresh = {
  /** Waits for the next of these times (ISO 8601) that is still to come, in place of what was waited for before. */
  schedule(times: readonly string[]): void;
  dispose(): void;
};

/** A little late, so that the time has surely come; and not more often than this. */
const minDelayMs = 1000;
/** Longer than a timer can wait: about 24 days. */
const maxDelayMs = 2 ** 31 - 1;

export function scheduledRefresh(draw: () => void, now: () => number = Date.now): ScheduledRefresh {
  let timer: NodeJS.Timeout | undefined;
  const dispose = () => clearTimeout(timer);
  return {
    schedule(times) {
      dispose();
      const waits = times.map((time) => Date.parse(time) - now()).filter((ms) => ms > 0);
      if (waits.length > 0) timer = setTimeout(draw, Math.min(Math.min(...waits) + minDelayMs, maxDelayMs));
    },
    dispose,
  };
}
