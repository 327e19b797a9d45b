/** Where the block or statement of a suggestion ends. */

import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import { continuationLine, opensBlock, startsWithCloser } from './languages.ts';

/** A brace on a line of its own belongs to the line above it. */
const loneBrace = /^\{\s*$/;

/** @param opensHere the cursor's line opens a block, which is to be filled */
export function blockTracker(cursor: CursorContext, opensHere: boolean) {
  const { linesAbove, linesBelow, indentation, language, linePrefix } = cursor;
  /** All of a block is wanted that the document opened, not one statement. */
  const fillsBody =
    opensHere ||
    (isBlank(linePrefix) && cursor.expectedColumns > 0 && opensBlock(linesAbove.at(-1) ?? '', language));
  /** Column of the statement, and whether its body has begun. */
  let base = opensHere ? cursor.baseColumns : cursor.expectedColumns;
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
        if (startsWithCloser(text, language)) return false;
        // `else:` at the column of the `if` that is being filled.
        const goesOn = fillsBody && continuationLine.test(text) && columns >= inside - indentation.size;
        return !goesOn || (text.startsWith('else') && continuationLine.test(linesBelow[0] ?? ''));
      }
      if (now.waitsForTail || fillsBody) return false;
      if (now.afterBlank) return !(deeper && columns > base);
      return deeper && columns <= base && !continuationLine.test(text) && !loneBrace.test(text);
    },
    /** The line ends what the document opened. */
    isClosedBy(text: string, columns: number): boolean {
      return startsWithCloser(text, language) && columns < (body ?? base + 1);
    },
  };
}
