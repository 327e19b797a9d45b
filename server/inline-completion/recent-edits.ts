/** What was edited in a document lately: each place with its lines from before, as far as they differ from those there now. */

/** A place that was edited. Lines count from 0, as they are now. */
export type RecentEdit = {
  readonly line: number;
  /** Without line ends. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Of its last change. */
  readonly atMs: number;
};

/** Lines that are replaced by others; counted before the change. */
export type LineChange = {
  readonly first: number;
  readonly last: number;
  /** Lines in their place afterwards. At least 1. */
  readonly count: number;
};

/** Lines of the document as it is at that moment, without line ends; fewer where it ends. */
export type ReadLines = (first: number, count: number) => readonly string[];

/** Changes that leave no more lines than this between them are one edit. */
const mergeDistanceLines = 2;
/** An edit larger than this tells nothing that the text does not: a paste, a new format, another branch. */
const maxLines = 80;
const maxCharacters = 4_000;
const maxEdits = 12;

type EditedRange = {
  first: number;
  count: number;
  /** The lines that stood here. */
  readonly originalLines: readonly string[];
  readonly atMs: number;
};

/** Places never overlap, and what is not in one is as it was. */
export function editTracker() {
  let places: EditedRange[] = [];
  return {
    /** To be told before the document changes. */
    record(change: LineChange, list: ReadLines, atMs: number): void {
      const grown = change.count - (change.last - change.first + 1);
      const joined = places.filter((place) => isNear(place, change));
      const place = mergeEdits(change, joined, list, atMs);
      place.count += grown;
      const others = places.filter((other) => !joined.includes(other));
      for (const other of others) if (other.first > change.last) other.first += grown;
      places = [...others, ...(isUseful(place) ? [place] : [])].slice(-maxEdits);
    },
    /** What stands here now is how it always was. */
    reset(): void {
      places = [];
    },
    /** Oldest first; those that left everything as it was are left out. */
    read: (read: ReadLines, sinceMs: number): readonly RecentEdit[] =>
      places
        .filter(({ atMs }) => atMs >= sinceMs)
        .flatMap(({ first, count, originalLines, atMs }) =>
          differenceOf(first, originalLines, read(first, count), atMs),
        ),
  };
}

const isNear = ({ first, count }: EditedRange, change: LineChange): boolean =>
  first - mergeDistanceLines <= change.last + 1 && first + count + mergeDistanceLines >= change.first;

/** One place over the change and all that it touches. */
function mergeEdits(
  { first, last }: LineChange,
  touched: readonly EditedRange[],
  read: ReadLines,
  atMs: number,
): EditedRange {
  const from = Math.min(first, ...touched.map((place) => place.first));
  const to = Math.max(last + 1, ...touched.map((place) => place.first + place.count));
  const originalLines: string[] = [];
  let at = from;
  for (const place of touched.toSorted((a, b) => a.first - b.first)) {
    originalLines.push(...read(at, place.first - at), ...place.originalLines);
    at = place.first + place.count;
  }
  originalLines.push(...read(at, to - at));
  return { first: from, count: to - from, originalLines, atMs };
}

const isUseful = ({ originalLines, count }: EditedRange): boolean =>
  Math.max(originalLines.length, count) <= maxLines && isShort(originalLines);

const isShort = (lines: readonly string[]): boolean =>
  lines.reduce((sum, line) => sum + line.length, 0) <= maxCharacters;

/** Nothing where the lines are equal, or have become long ones. */
function differenceOf(
  first: number,
  before: readonly string[],
  now: readonly string[],
  atMs: number,
): RecentEdit[] {
  const most = Math.min(before.length, now.length);
  let head = 0;
  while (head < most && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const removed = before.slice(head, before.length - tail);
  const added = now.slice(head, now.length - tail);
  return removed.length + added.length === 0 || !isShort(added)
    ? []
    : [{ line: first + head, removed, added, atMs }];
}
