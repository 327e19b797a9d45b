/** Limits how often something is done: a keystroke repeats most of what the previous one caused. */
import type { Clock } from './clock.ts';

/** @returns whether this key was not let through within this many milliseconds; if so, it now is */
export function throttle({ now }: Pick<Clock, 'now'>): (key: string, everyMs: number) => boolean {
  const lastMs = new Map<string, number>();
  return (key, everyMs) => {
    if (now() - (lastMs.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    lastMs.set(key, now());
    return true;
  };
}
