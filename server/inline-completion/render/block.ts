/** Where the block or statement of a suggestion ends. */

import type { CursorPosition } from './cursor-position.ts';
import { isBlank } from './indentation.ts';
import { continues, isCloser, isOpener } from './languages.ts';

/** A brace on a line of its own belongs to the line above it. */
const braceAlone = /^\{\s*$/;

/** @param opensHere the cursor's line opens a block, which is to be filled */
export function blockOf(place: CursorPosition, opensHere: boolean) {
  const { above, below, indentation, language, prefix } = place;
  /** All of a block is wanted that the document opened, not one statement. */
  const fillsBody =
    opensHere || (isBlank(prefix) && place.expected > 0 && isOpener(above.at(-1) ?? '', language));
  /** Column of the statement, and whether its body has begun. */
  let base = opensHere ? place.base : place.expected;
  let deeper = false;
  /** Columns from which on a line belongs to the block. */
  let body: number | undefined = opensHere ? undefined : base;

  return {
    /** The first line stands at the cursor's line, at this column. */
    beginAt(columns: number): void {
      base = columns;
      body = columns;
    },
    /** A line has been added; `depth`: how much the suggestion had open before it. */
    added(columns: number, depth: number): void {
      body ??= Math.min(columns, base + 1);
      if (columns > base || depth > 0) deeper = true;
    },
    /** A line at this column no longer belongs to it. */
    endsBefore(text: string, columns: number, now: { afterBlank: boolean; waitsForTail: boolean }): boolean {
      const inside = body ?? base + 1;
      if (columns < inside) {
        if (isCloser(text, language)) return false;
        // `else:` at the column of the `if` that is being filled.
        const goesOn = fillsBody && continues.test(text) && columns >= inside - indentation.size;
        return !goesOn || (text.startsWith('else') && continues.test(below[0] ?? ''));
      }
      if (now.waitsForTail || fillsBody) return false;
      if (now.afterBlank) return !(deeper && columns > base);
      return deeper && columns <= base && !continues.test(text) && !braceAlone.test(text);
    },
    /** The line ends what the document opened. */
    isClosedBy(text: string, columns: number): boolean {
      return isCloser(text, language) && columns < (body ?? base + 1);
    },
  };
}
