/** What was edited in a document lately: each place with its lines from before, as far as they differ from those there now. */

/** A place that was edited. Lines count from 0, as they are now. */
export type Edit = {
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
const joinedLines = 2;
/** An edit larger than this tells nothing that the text does not: a paste, a new format, another branch. */
const mostLines = 80;
const mostCharacters = 4_000;
const mostEdits = 12;

type Place = {
  first: number;
  count: number;
  /** The lines that stood here. */
  readonly before: readonly string[];
  readonly atMs: number;
};

/** Places never overlap, and what is not in one is as it was. */
export function editedPlaces() {
  let places: Place[] = [];
  return {
    /** To be told before the document changes. */
    change(change: LineChange, read: ReadLines, atMs: number): void {
      const grown = change.count - (change.last - change.first + 1);
      const joined = places.filter((place) => isNear(place, change));
      const place = join(change, joined, read, atMs);
      place.count += grown;
      const others = places.filter((other) => !joined.includes(other));
      for (const other of others) if (other.first > change.last) other.first += grown;
      places = [...others, ...(isTelling(place) ? [place] : [])].slice(-mostEdits);
    },
    /** What stands here now is how it always was. */
    forget(): void {
      places = [];
    },
    /** Oldest first; those that left everything as it was are left out. */
    read: (read: ReadLines, sinceMs: number): readonly Edit[] =>
      places
        .filter(({ atMs }) => atMs >= sinceMs)
        .flatMap(({ first, count, before, atMs }) => differing(first, before, read(first, count), atMs)),
  };
}

const isNear = ({ first, count }: Place, change: LineChange): boolean =>
  first - joinedLines <= change.last + 1 && first + count + joinedLines >= change.first;

/** One place over the change and all that it touches. */
function join({ first, last }: LineChange, touched: readonly Place[], read: ReadLines, atMs: number): Place {
  const from = Math.min(first, ...touched.map((place) => place.first));
  const to = Math.max(last + 1, ...touched.map((place) => place.first + place.count));
  const before: string[] = [];
  let at = from;
  for (const place of touched.toSorted((a, b) => a.first - b.first)) {
    before.push(...read(at, place.first - at), ...place.before);
    at = place.first + place.count;
  }
  before.push(...read(at, to - at));
  return { first: from, count: to - from, before, atMs };
}

const isTelling = ({ before, count }: Place): boolean =>
  Math.max(before.length, count) <= mostLines && isShort(before);

const isShort = (lines: readonly string[]): boolean =>
  lines.reduce((sum, line) => sum + line.length, 0) <= mostCharacters;

/** Nothing where the lines are equal, or have become long ones. */
function differing(first: number, before: readonly string[], now: readonly string[], atMs: number): Edit[] {
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
