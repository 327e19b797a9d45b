/** Divides work into short slices between which the event loop runs, and ends it at a deadline or when the signal aborts. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** Milliseconds of work before it yields. Indivisible work may take longer. */
const sliceMs = 2;

export type TimeSlices = ReturnType<typeof timeSlices>;

/** @param untilMs the deadline, on the clock */
export function timeSlices(clock: Pick<Clock, 'now'>, untilMs: number, signal?: AbortSignal) {
  let startedMs = clock.now();
  return {
    isOver: (): boolean => signal?.aborted === true || clock.now() >= untilMs,
    leftMs: (): number => untilMs - clock.now(),
    shouldYield: (): boolean => clock.now() - startedMs >= sliceMs,
    /** Resolves when the event loop has done its other pending work. */
    async yieldToEventLoop(): Promise<void> {
      await setImmediate();
      startedMs = clock.now();
    },
  };
}
