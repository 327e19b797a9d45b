/** The known name that a misspelt one most likely means. Pure. */

/** Compared without regard to case and separators. `undefined`: none is near. */
export function nearestName<Name extends string>(written: string, names: readonly Name[]): Name | undefined {
  const plain = plainName(written);
  if (plain === '') return undefined;
  let nearest: { readonly name: Name; readonly distance: number } | undefined;
  for (const name of names) {
    const plainKnown = plainName(name);
    const shorter = Math.min(plain.length, plainKnown.length);
    // One begins with the other: `plan` for `planning`, `allowed` for `allow`.
    const isBeginning = shorter >= 3 && (plain.startsWith(plainKnown) || plainKnown.startsWith(plain));
    const distance = editDistance(plain, plainKnown);
    if (!isBeginning && distance > Math.max(1, Math.floor(shorter / 3))) continue;
    if (!nearest || distance < nearest.distance) nearest = { name, distance };
  }
  return nearest?.name;
}

/** Longer names are cut: none of ours is as long. */
const plainName = (name: string): string =>
  name
    .slice(0, 60)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Characters to insert, remove, replace or swap with their neighbour. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (last[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      let smallest = Math.min(replaced, (last[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1);
      if (one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1])
        smallest = Math.min(smallest, (before[at - 2] ?? Number.POSITIVE_INFINITY) + 1);
      next.push(smallest);
    }
    before = last;
    last = next;
  }
  return last[other.length] ?? 0;
}
