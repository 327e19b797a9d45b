/** Makes promises abortable that take no signal. */

/** Rejects when the signal aborts, immediately when it already has; never resolves. Race it with the promise. */
export const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
