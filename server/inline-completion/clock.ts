/** Time as the parts of ghost text need it, handed in so that tests own it. */

export interface Clock {
  /** Milliseconds that only ever rise. */
  now(): number;
  /** Runs it once, so many milliseconds from now; what comes back calls it off. */
  after(ms: number, run: () => void): () => void;
}

export const steadyClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds, or as soon as the signal aborts; never rejects. */
export function delay(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      callOff();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const callOff = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
