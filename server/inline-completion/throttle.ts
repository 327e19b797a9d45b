/** Says whether something may be said or done again: most of what a keystroke would tell was told by the one before. */
import type { Clock } from './clock.ts';

/** @returns whether this has not been so for so many milliseconds; from then on it has */
export function throttle({ now }: Pick<Clock, 'now'>): (what: string, everyMs: number) => boolean {
  const lastMs = new Map<string, number>();
  return (what, everyMs) => {
    if (now() - (lastMs.get(what) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    lastMs.set(what, now());
    return true;
  };
}
