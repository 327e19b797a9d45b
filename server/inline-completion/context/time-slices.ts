/** Work in slices: the event loop never waits long for it, and it is over when its time is, or nobody wants it. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** Milliseconds of work before others have their turn. What cannot be divided comes on top. */
const sliceMs = 2;

export type Slices = ReturnType<typeof slicesUntil>;

/** @param untilMs on the clock */
export function slicesUntil(clock: Pick<Clock, 'now'>, untilMs: number, signal?: AbortSignal) {
  let beganMs = clock.now();
  return {
    areOver: (): boolean => signal?.aborted === true || clock.now() >= untilMs,
    leftMs: (): number => untilMs - clock.now(),
    isDue: (): boolean => clock.now() - beganMs >= sliceMs,
    /** Resolves once whatever else was waiting has been done. */
    async next(): Promise<void> {
      await setImmediate();
      beganMs = clock.now();
    },
  };
}
