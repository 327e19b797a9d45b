/** The indentation of the line that opened each bracket: its closer, and the lines of its block, are aligned with it. */

import type { Opening } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';

export function openingColumns({ baseColumns, openings }: CursorContext) {
  const columnsByOpening = new Map<Opening, number>();
  let openBefore: readonly Opening[] = openings;
  let lastColumns = baseColumns;
  let isContinued = false;

  return {
    /**
     * @param openAfter what is open after the line
     * @param continues the line's end says that the next line belongs to the same statement
     * @returns the columns of the line that the statement began on
     */
    addLine(columns: number, openAfter: readonly Opening[], continues: boolean): number {
      let same = 0;
      while (same < openAfter.length && openAfter[same] === openBefore[same]) same += 1;
      const closed = openBefore[same];
      const start = (closed && columnsByOpening.get(closed)) ?? (isContinued ? lastColumns : columns);
      for (const opening of openAfter.slice(same)) columnsByOpening.set(opening, start);
      openBefore = openAfter;
      lastColumns = start;
      isContinued = continues;
      return start;
    },
    columnsOf: (opening: Opening): number => columnsByOpening.get(opening) ?? baseColumns,
  };
}

export type OpeningColumns = ReturnType<typeof openingColumns>;
