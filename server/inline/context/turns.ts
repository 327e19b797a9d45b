/** Work in turns with everything else: the event loop never waits long for it, and it is over when its time is. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** Milliseconds of work before others have their turn. What cannot be divided comes on top. */
const turnMs = 2;

export type Turns = ReturnType<typeof turnsUntil>;

/** @param untilMs on the clock */
export function turnsUntil(clock: Pick<Clock, 'now'>, untilMs: number) {
  let beganMs = clock.now();
  return {
    areOver: (): boolean => clock.now() >= untilMs,
    leftMs: (): number => untilMs - clock.now(),
    isDue: (): boolean => clock.now() - beganMs >= turnMs,
    /** Resolves once whatever else was waiting has been done. */
    async next(): Promise<void> {
      await setImmediate();
      beganMs = clock.now();
    },
  };
}
