/** Does something once a day in the background, as long as it is wanted; of several windows only one does it. */

export type DailyJobDeps = {
  /** Milliseconds since 1970; when it was last done, by any window. 0: never. */
  readonly lastAtMs: () => number;
  /** Never rejects: failures are its own to tell. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0–1. Absent: by chance. */
  readonly random?: () => number;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** After a start there is better to do. */
const settleMs = 60_000;

/** Nothing happens before `want(true)`. Its timer keeps no process alive. */
export function dailyJob({ lastAtMs, run, now, random = Math.random }: DailyJobDeps) {
  let timer: NodeJS.Timeout | undefined;
  let wanted = false;
  let running: AbortController | undefined;

  const stop = () => {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  };
  // Up to an hour later than needed, so that the windows of many people do not all ask at the same moment.
  const wait = (ms: number) => {
    timer = setTimeout(() => void look(), ms + random() * hourMs);
    timer.unref();
  };
  const look = async () => {
    // A clock that was set back must not stop it for long.
    const sinceMs = Math.abs(now() - lastAtMs());
    if (sinceMs >= dayMs) {
      const mine = new AbortController();
      running = mine;
      await run(mine.signal);
      if (running !== mine) return;
      running = undefined;
    }
    const leftMs = dayMs - Math.abs(now() - lastAtMs());
    // It was due and has not been done: again in an hour or two.
    wait(leftMs > 0 ? leftMs : hourMs);
  };

  return {
    /** Called with each change of the setting; the same word twice changes nothing. */
    setEnabled(daily: boolean): void {
      if (daily === wanted) return;
      wanted = daily;
      stop();
      if (daily) {
        timer = setTimeout(() => void look(), settleMs * (0.5 + random()));
        timer.unref();
      }
    },
    dispose(): void {
      wanted = false;
      stop();
    },
  };
}
