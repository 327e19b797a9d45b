/** A number of slots, and the requests that wait for one, by priority. */

export type SlotQueue = ReturnType<typeof slotQueue>;

type Waiting = { readonly priority: number; readonly start: () => void };

/** @param slots how many may be occupied at a time */
export function slotQueue(slots: number) {
  let occupied = 0;
  /** Highest priority first; among equals the oldest. */
  const waiting: Waiting[] = [];

  const occupy = (): (() => void) => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = waiting.shift();
      // The slot passes on without becoming free, so no later request comes first.
      if (next) next.start();
      else occupied -= 1;
    };
  };

  return {
    /** Occupied slots and waiting requests together. */
    size: () => occupied + waiting.length,
    /**
     * Waits for a slot. Returns the function that releases it; further calls of that function do nothing. Rejects with
     * the signal's reason when `signal` aborts first.
     */
    acquire(priority: number, signal: AbortSignal): Promise<() => void> | (() => void) {
      signal.throwIfAborted();
      if (occupied < slots) {
        occupied += 1;
        return occupy();
      }
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
        const index = waiting.findIndex((other) => other.priority < priority);
        waiting.splice(index === -1 ? waiting.length : index, 0, entry);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
