/** Where the block or statement that a suggestion completes ends. */

import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import { continuationLine, opensBlock, startsWithCloser } from './languages.ts';

/** A brace on a line of its own belongs to the line above it. */
const loneBrace = /^\{\s*$/;

/** @param opensHere the cursor's line opens a block, which the suggestion fills */
export function blockTracker(cursor: CursorContext, opensHere: boolean) {
  const { linesAbove, linesBelow, indentation, language, linePrefix } = cursor;
  /** The suggestion completes a whole block that the document opened, not one statement. */
  const fillsBlock =
    opensHere ||
    (isBlank(linePrefix) && cursor.expectedColumns > 0 && opensBlock(linesAbove.at(-1) ?? '', language));
  let statementColumns = opensHere ? cursor.baseColumns : cursor.expectedColumns;
  let hasBody = false;
  /** A line at these columns or deeper belongs to the block. */
  let bodyColumns: number | undefined = opensHere ? undefined : statementColumns;

  return {
    /** The first line replaces the cursor's empty line and begins at these columns. */
    startAt(columns: number): void {
      statementColumns = columns;
      bodyColumns = columns;
    },
    /** @param depth openings of the suggestion that were open before this line */
    addLine(columns: number, depth: number): void {
      bodyColumns ??= Math.min(columns, statementColumns + 1);
      if (columns > statementColumns || depth > 0) hasBody = true;
    },
    /** A line at these columns no longer belongs to the block. */
    endsBefore(
      text: string,
      columns: number,
      { afterBlank, waitsForSuffix }: { afterBlank: boolean; waitsForSuffix: boolean },
    ): boolean {
      const inside = bodyColumns ?? statementColumns + 1;
      if (columns < inside) {
        if (startsWithCloser(text, language)) return false;
        // `else:` at the column of the `if` whose block the suggestion fills.
        const continuesStatement =
          fillsBlock && continuationLine.test(text) && columns >= inside - indentation.size;
        return !continuesStatement || (text.startsWith('else') && continuationLine.test(linesBelow[0] ?? ''));
      }
      if (waitsForSuffix || fillsBlock) return false;
      if (afterBlank) return !(hasBody && columns > statementColumns);
      return hasBody && columns <= statementColumns && !continuationLine.test(text) && !loneBrace.test(text);
    },
    /** The line closes what the document opened. */
    isClosedBy(text: string, columns: number): boolean {
      return startsWithCloser(text, language) && columns < (bodyColumns ?? statementColumns + 1);
    },
  };
}

export type BlockTracker = ReturnType<typeof blockTracker>;
