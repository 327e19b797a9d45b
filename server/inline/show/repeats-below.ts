/** Whether a line that is to be shown stands below the cursor already. */

/** @returns true where the two are the same, or differ as a second writing of one statement does */
export function isNearlyEqual(one: string, other: string): boolean {
  if (one.trim() === other.trim()) return true;
  const [a, b] = [wordsOf(one), wordsOf(other)];
  if (a.length < 2 || a.length !== b.length) return false;
  const different = a.flatMap((word, index) => (word === b[index] ? [] : [[word, b[index] ?? ''] as const]));
  if (different.length === 0) return true;
  const [first] = different;
  return a.length >= 4 && different.length === 1 && first !== undefined && isSlip(...first);
}

/** What a line says, whatever its blanks, quotes, last sign and remark. */
const wordsOf = (line: string): readonly string[] =>
  line
    .replace(/\s+(?:\/\/|#|--)\s.*$/, '')
    .trim()
    .replace(/[;,]$/, '')
    .replaceAll(/["'`]/g, '"')
    .match(/[\p{L}\d_$]+|[^\s\p{L}\d_$]/gu) ?? [];

/** Long names that differ by one letter; numbers count on and are no slip. */
function isSlip(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < 7 || long.length - short.length > 1 || /\d/.test(one + other)) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start += 1;
  return short.slice(start + (short.length === long.length ? 1 : 0)) === long.slice(start + 1);
}
