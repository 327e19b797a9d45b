/** For waits that know no signal: raced with one, they end when it aborts. */

/** Rejects when the signal aborts, at once when it has; never resolves. */
export const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
