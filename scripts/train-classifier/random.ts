/** Pseudo-random numbers, the same in every run (mulberry32). */
export type Random = {
  /** 0 ≤ number < 1. */
  readonly next: () => number;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
  readonly shuffle: (list: Int32Array) => void;
};

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    shuffle(list) {
      for (let index = list.length - 1; index > 0; index--) {
        const other = Math.floor(next() * (index + 1));
        [list[index], list[other]] = [list[other] ?? 0, list[index] ?? 0];
      }
    },
  };
}
