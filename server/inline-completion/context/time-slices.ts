/** Work in slices: the event loop never waits long for it, and it is over when its time is, or nobody wants it. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** Milliseconds of work before others have their turn. What cannot be divided comes on top. */
const sliceMs = 2;

export type TimeSlices = ReturnType<typeof timeSlices>;

/** @param untilMs on the clock */
export function timeSlices(clock: Pick<Clock, 'now'>, untilMs: number, signal?: AbortSignal) {
  let beganMs = clock.now();
  return {
    isOver: (): boolean => signal?.aborted === true || clock.now() >= untilMs,
    leftMs: (): number => untilMs - clock.now(),
    shouldYield: (): boolean => clock.now() - beganMs >= sliceMs,
    /** Resolves once whatever else was waiting has been done. */
    async yieldToEventLoop(): Promise<void> {
      await setImmediate();
      beganMs = clock.now();
    },
  };
}
