/** A dictionary of words and phrases that finds the longest match at a position of a folded text, in time linear in the match. */

/** The codes of a folded text: 1–26 are letters, 28–37 digits. */
export const charCode = { end: 0, blank: 27, digit: 28, other: 38, pause: 39 } as const;
const width = charCode.other;

export type PhraseMatcher = {
  /**
   * The longest phrase that starts at `at`, as `entry * 256 + length`; -1: none.
   * @param at the start of a word
   */
  readonly longestMatchAt: (codes: Uint8Array, at: number) => number;
};

/** @param entries phrases of letters, digits and single spaces by entry; `plan*` is every word with that prefix */
export function phraseMatcher(entries: readonly (readonly string[])[]): PhraseMatcher {
  const size = entries.flat().reduce((sum, phrase) => sum + phrase.length, 1);
  const next = new Uint16Array(size * width);
  const closed = new Int16Array(size).fill(-1);
  const open = new Int16Array(size).fill(-1);
  let count = 1;
  for (const [entry, list] of entries.entries()) {
    for (const phrase of list) {
      const isOpen = phrase.endsWith('*');
      let node = 0;
      const end = isOpen ? phrase.length - 1 : phrase.length;
      for (let at = 0; at < end; at++) {
        const step = node * width + codeOf(phrase, at);
        if (next[step] === 0) next[step] = count++;
        node = next[step] ?? 0;
      }
      (isOpen ? open : closed)[node] = entry;
    }
  }
  // Many phrases share a prefix: only a third of the nodes are used.
  const steps = next.slice(0, count * width);
  const [closedAt, openAt] = [closed.slice(0, count), open.slice(0, count)];
  return {
    longestMatchAt(codes, at) {
      let node = 0;
      let found = -1;
      for (let index = at; index < codes.length; index++) {
        const letter = codes[index] ?? charCode.end;
        if (letter === charCode.end || letter >= width) break;
        node = steps[node * width + letter] ?? 0;
        if (node === 0) break;
        const prefixEntry = openAt[node] ?? -1;
        if (prefixEntry >= 0) found = prefixEntry * 256 + index + 1 - at;
        const wordEntry = closedAt[node] ?? -1;
        if (wordEntry >= 0 && isBoundary(codes[index + 1] ?? charCode.end))
          found = wordEntry * 256 + index + 1 - at;
      }
      return found;
    },
  };
}

export const isBoundary = (letter: number): boolean =>
  letter === charCode.end || letter === charCode.blank || letter === charCode.pause;

function codeOf(phrase: string, at: number): number {
  const unit = phrase.charCodeAt(at);
  if (unit === 0x20) return charCode.blank;
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x60;
  if (unit >= 0x30 && unit <= 0x39) return charCode.digit + unit - 0x30;
  throw new Error(`The phrase "${phrase}" contains other characters than letters and digits.`);
}
