/** A number of slots, and the requests that wait for one, by priority. */

export type SlotQueue = ReturnType<typeof slotQueue>;

type Waiting = { readonly priority: number; readonly start: () => void };

/** @param admits whether one more may be occupied beside this number */
export function slotQueue(admits: (occupied: number) => boolean) {
  let occupied = 0;
  /** Highest priority first; among equals the oldest. */
  const waiting: Waiting[] = [];

  const occupy = (): (() => void) => {
    occupied += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      occupied -= 1;
      startWaiting();
    };
  };
  /** In one go, so that no later request comes first. */
  const startWaiting = (): void => {
    while (waiting.length > 0 && admits(occupied)) waiting.shift()?.start();
  };

  return {
    /** Occupied slots and waiting requests together. */
    size: () => occupied + waiting.length,
    /** More slots than before may be occupied. */
    startWaiting,
    /**
     * Waits for a slot. Returns the function that releases it; further calls of that function do nothing. Rejects with
     * the signal's reason when `signal` aborts first.
     */
    acquire(priority: number, signal: AbortSignal): Promise<() => void> | (() => void) {
      signal.throwIfAborted();
      if (admits(occupied)) return occupy();
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          priority,
          start() {
            signal.removeEventListener('abort', leave);
            resolve(occupy());
          },
        };
        const leave = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
        };
        // Most have the same priority: the place is at the end, or near it.
        let index = waiting.length;
        while (index > 0 && (waiting[index - 1]?.priority ?? priority) < priority) index--;
        waiting.splice(index, 0, entry);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
