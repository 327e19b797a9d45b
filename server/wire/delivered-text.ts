/** What has been delivered of a text that a service sends in pieces, and again as a whole. */

/** Characters from which a whole that begins with the text so far repeats it, and is not a piece that begins alike. */
const minRepeatedLength = 8;

/** Keeps no more of the text than its ends: the rest would stay in memory for as long as the answer. */
export function deliveredText() {
  let length = 0;
  /** White space before the first other character. */
  let leading = 0;
  let first = '';
  let last = '';
  const endsAt = (whole: string, at: number): boolean =>
    whole.length >= at && at >= last.length && whole.startsWith(last, at - last.length);
  return {
    add(text: string): void {
      if (leading === length) leading += text.length - text.trimStart().length;
      if (length === 0) first = text;
      length += text.length;
      last = text;
    },
    isEmpty(): boolean {
      return length === 0;
    },
    /**
     * Whether a text is all of it so far, and perhaps more.
     * @param isMessage the text has the name of a whole one: a word that is repeated is enough. Absent: it has not
     */
    isRepeatedBy: (whole: string, isMessage = false): boolean =>
      (length >= minRepeatedLength || (isMessage && whole.length > length && /[\p{L}\p{N}]/u.test(last))) &&
      whole.startsWith(first) &&
      endsAt(whole, length),
    /**
     * What a whole text has beyond the pieces; empty when they are all of it. Pieces that are no beginning of the text are
     * another version of it (trimmed, or without comments), and stay.
     */
    missingEnd(whole: string): string {
      if (endsAt(whole, length)) return whole.slice(length);
      const trimmedLength = length - leading;
      return endsAt(whole, trimmedLength) ? whole.slice(trimmedLength) : '';
    },
  };
}
