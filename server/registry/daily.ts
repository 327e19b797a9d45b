/** Runs a job once a day in the background while it is enabled; of several windows only one runs it. */

export type DailyJobDeps = {
  /** Milliseconds since 1970; when any window last ran it. 0: never. */
  readonly lastAtMs: () => number;
  /** Never rejects: it reports its failures itself. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0–1. Absent: `Math.random`. */
  readonly random?: () => number;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Delay after a start, which has more important work. */
const settleMs = 60_000;

/** Does nothing before `setEnabled(true)`. Its timer does not keep the process alive. */
export function dailyJob({ lastAtMs, run, now, random = Math.random }: DailyJobDeps) {
  let timer: NodeJS.Timeout | undefined;
  let enabled = false;
  let running: AbortController | undefined;

  const stop = () => {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  };
  // Up to an hour late, so that many users do not request the sources at the same moment.
  const wait = (ms: number) => {
    timer = setTimeout(() => void check(), ms + random() * hourMs);
    timer.unref();
  };
  const check = async () => {
    // A clock that is set back must not stop the job for long.
    const sinceMs = Math.abs(now() - lastAtMs());
    if (sinceMs >= dayMs) {
      const controller = new AbortController();
      running = controller;
      await run(controller.signal);
      if (running !== controller) return;
      running = undefined;
    }
    const leftMs = dayMs - Math.abs(now() - lastAtMs());
    // It was due and has not succeeded: try again in an hour or two.
    wait(leftMs > 0 ? leftMs : hourMs);
  };

  return {
    /** Call it with each change of the setting; the same value twice has no effect. */
    setEnabled(value: boolean): void {
      if (value === enabled) return;
      enabled = value;
      stop();
      if (value) {
        timer = setTimeout(() => void check(), settleMs * (0.5 + random()));
        timer.unref();
      }
    },
    dispose(): void {
      enabled = false;
      stop();
    },
  };
}
