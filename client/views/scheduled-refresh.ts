/** Redraws when a displayed time is reached: a rate limit resets, a cooldown ends. */

export type ScheduledRefresh = {
  /** Replaces the scheduled time: waits for the next of these times (ISO 8601) that is in the future. */
  schedule(times: readonly string[]): void;
  dispose(): void;
};

/** Delay after the time, so that it is surely past; also the minimum interval. */
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
