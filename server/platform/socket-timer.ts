/** A timer for data that a socket should bring: what has arrived is read before the time counts as up. */

/** Milliseconds. A timer that fires so late after its time fires in a process, or on a machine, that was stopped. */
const stoppedMs = 1_000;
/** Milliseconds that the other side has after a stop: lost packets are sent again some seconds later. */
const afterStopMs = 10_000;
/** Milliseconds in which data that has arrived is read, decrypted and decompressed. */
const readingMs = 50;

/**
 * After a stop every timer that is due runs before any socket is read. So the time is up only when nothing is there to
 * be read, and a stop, in which nothing could be read, counts as no part of it.
 * @param ms milliseconds to the first expiry
 * @param onExpired called when the time is up, once for each time that the timer was started
 */
export function socketTimer(ms: number, onExpired: () => void) {
  let limitMs = ms;
  let dueAt = 0;
  let timer: NodeJS.Timeout;
  let isReading = false;
  /** Rises with each start and stop: a turn of the event loop that was waited for before no longer counts. */
  let generation = 0;

  const schedule = (waitMs: number): void => {
    dueAt = performance.now() + waitMs;
    timer = setTimeout(fire, waitMs);
  };
  const fire = (): void => {
    const isLate = performance.now() - dueAt > stoppedMs;
    if (isReading && !isLate) {
      onExpired();
      return;
    }
    isReading = true;
    const startedIn = generation;
    // The sockets are read between a timer and an immediate.
    setImmediate(() => {
      if (startedIn === generation)
        schedule(isLate ? Math.max(readingMs, Math.min(limitMs, afterStopMs)) : readingMs);
    });
  };
  const restart = (newMs: number): void => {
    clearTimeout(timer);
    generation += 1;
    limitMs = newMs;
    isReading = false;
    schedule(newMs);
  };

  schedule(ms);
  return {
    /** The time begins anew. */
    refresh(): void {
      if (isReading) {
        restart(limitMs);
        return;
      }
      dueAt = performance.now() + limitMs;
      timer.refresh();
    },
    /** The time begins anew and is this long from now on. @param ms milliseconds */
    restart,
    stop(): void {
      generation += 1;
      clearTimeout(timer);
    },
  };
}

/** A signal that aborts when the time is up. `stop` when the wait is over. */
export function timeoutSignal(ms: number): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const { stop } = socketTimer(ms, () => controller.abort());
  return { signal: controller.signal, stop };
}
