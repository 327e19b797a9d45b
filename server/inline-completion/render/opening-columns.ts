/** How deep the line stands where something was opened: what closes it, and what follows in a block, goes by that. */

import type { Opening } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';

export function openingColumns({ baseColumns, openings }: CursorContext) {
  const columns = new Map<Opening, number>();
  let before: readonly Opening[] = openings;
  let last = baseColumns;
  let continued = false;

  return {
    /**
     * A line was added that leaves `after` open.
     * @param continues the next line is the same statement's, as the line's end says
     * @returns the columns of the line its statement began on
     */
    added(own: number, after: readonly Opening[], continues: boolean): number {
      let same = 0;
      while (same < after.length && after[same] === before[same]) same += 1;
      const closed = before[same];
      const start = (closed && columns.get(closed)) ?? (continued ? last : own);
      for (const opening of after.slice(same)) columns.set(opening, start);
      before = after;
      last = start;
      continued = continues;
      return start;
    },
    of: (opening: Opening): number => columns.get(opening) ?? baseColumns,
  };
}

export type OpeningColumns = ReturnType<typeof openingColumns>;
