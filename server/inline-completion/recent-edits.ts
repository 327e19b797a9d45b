/** Recent edits of a document: each edited range with its original lines, as far as they differ from the current ones. */

/** One edit. Lines count from 0, in the current document. */
export type RecentEdit = {
  readonly line: number;
  /** Without line ends. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** When the range last changed. */
  readonly atMs: number;
};

/** Lines that a change replaces, counted before the change. */
export type LineChange = {
  readonly first: number;
  readonly last: number;
  /** Lines that replace them. At least 1. */
  readonly count: number;
};

/** Lines of the document as it is when called, without line ends; fewer at its end. */
export type ReadLines = (first: number, count: number) => readonly string[];

/** Changes with at most this many unchanged lines between them are one edit. */
const mergeDistanceLines = 2;
/** A larger edit is no hint about what the user is doing: a paste, a reformat, another branch. */
const maxLines = 80;
const maxCharacters = 4_000;
const maxEdits = 12;

type EditedRange = {
  first: number;
  count: number;
  /** The lines before the first change. */
  readonly originalLines: readonly string[];
  readonly atMs: number;
};

/** Edited ranges never overlap, and lines outside them are unchanged. */
export function editTracker() {
  let ranges: EditedRange[] = [];
  return {
    /** To be called before the document changes. */
    record(change: LineChange, read: ReadLines, atMs: number): void {
      const grown = change.count - (change.last - change.first + 1);
      const touched = ranges.filter((range) => isNear(range, change));
      const merged = mergeEdits(change, touched, read, atMs);
      merged.count += grown;
      const others = ranges.filter((other) => !touched.includes(other));
      for (const other of others) if (other.first > change.last) other.first += grown;
      ranges = [...others, ...(isUseful(merged) ? [merged] : [])].slice(-maxEdits);
    },
    /** Takes the current text as the original. */
    reset(): void {
      ranges = [];
    },
    /** Oldest first, without those that changed nothing in the end. */
    list: (read: ReadLines, sinceMs: number): readonly RecentEdit[] =>
      ranges
        .filter(({ atMs }) => atMs >= sinceMs)
        .flatMap(({ first, count, originalLines, atMs }) =>
          differenceOf(first, originalLines, read(first, count), atMs),
        ),
  };
}

const isNear = ({ first, count }: EditedRange, change: LineChange): boolean =>
  first - mergeDistanceLines <= change.last + 1 && first + count + mergeDistanceLines >= change.first;

/** One range that covers the change and all ranges it touches. */
function mergeEdits(
  { first, last }: LineChange,
  touched: readonly EditedRange[],
  read: ReadLines,
  atMs: number,
): EditedRange {
  const from = Math.min(first, ...touched.map((range) => range.first));
  const to = Math.max(last + 1, ...touched.map((range) => range.first + range.count));
  const originalLines: string[] = [];
  let at = from;
  for (const range of touched.toSorted((a, b) => a.first - b.first)) {
    originalLines.push(...read(at, range.first - at), ...range.originalLines);
    at = range.first + range.count;
  }
  originalLines.push(...read(at, to - at));
  return { first: from, count: to - from, originalLines, atMs };
}

const isUseful = ({ originalLines, count }: EditedRange): boolean =>
  Math.max(originalLines.length, count) <= maxLines && isShort(originalLines);

const isShort = (lines: readonly string[]): boolean =>
  lines.reduce((sum, line) => sum + line.length, 0) <= maxCharacters;

/** Empty where the lines are equal, or the new ones are too long. */
function differenceOf(
  first: number,
  before: readonly string[],
  now: readonly string[],
  atMs: number,
): RecentEdit[] {
  const max = Math.min(before.length, now.length);
  let head = 0;
  while (head < max && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < max - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const removed = before.slice(head, before.length - tail);
  const added = now.slice(head, now.length - tail);
  return removed.length + added.length === 0 || !isShort(added)
    ? []
    : [{ line: first + head, removed, added, atMs }];
}
