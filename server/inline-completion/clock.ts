/** The clock of ghost text, injected so that tests control time. */

export interface Clock {
  /** Milliseconds; never decreases. */
  now(): number;
  /** Runs the callback once after this many milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const steadyClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after this many milliseconds, or as soon as the signal aborts; never rejects. */
export function delay(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
