/** Limits how often something is done, such as what each keystroke or each failure causes again. */

/**
 * @param clock milliseconds that never decrease
 * @returns whether this key was not let through within this many milliseconds; if so, it now is
 */
export function throttle({ now }: { now(): number }): (key: string, everyMs: number) => boolean {
  const lastMs = new Map<string, number>();
  return (key, everyMs) => {
    if (now() - (lastMs.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    lastMs.set(key, now());
    return true;
  };
}
