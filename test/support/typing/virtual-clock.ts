/** A clock that tests advance: hours of typing in seconds, the same in every run. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../server/inline-completion/clock.ts';

/** A clock for simulated users, virtual or real. */
export type TypistClock = Clock & { sleep(ms: number): Promise<void> };

export type VirtualClock = TypistClock & {
  /** Advances by this many milliseconds: timers run in order, each followed by the work it causes. */
  pass(ms: number): Promise<void>;
};

type Timer = { readonly at: number; readonly run: () => void };

export function virtualClock(): VirtualClock {
  let now = 0;
  const timers = new Set<Timer>();
  const after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: now + Math.max(0, ms), run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const first = (): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) if (!next || timer.at < next.at) next = timer;
    return next;
  };
  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    async pass(ms) {
      const end = now + ms;
      await setImmediate();
      for (let next = first(); next && next.at <= end; next = first()) {
        timers.delete(next);
        now = next.at;
        next.run();
        await setImmediate();
      }
      now = end;
    },
  };
}
