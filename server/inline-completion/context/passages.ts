/** A text as passages of some lines, cut where something begins; after a change only those around it are read again. */

import { type Words, wordsOf } from './identifiers.ts';
import type { Slices } from './time-slices.ts';

/** Lines from 0, offsets in UTF-16 units. */
export type Passage = {
  readonly line: number;
  readonly lineCount: number;
  readonly start: number;
  readonly end: number;
  readonly words: Words;
  /** Where the passage before ends: blank lines lie between. */
  readonly from: number;
  readonly fromLine: number;
  /** The text behind it does not matter to it. `Infinity`: it was looked at to its end. */
  readonly seenTo: number;
};

export type Reading = { readonly text: string; readonly passages: readonly Passage[] };

const leastLines = 8;
const mostLines = 40;
/** A longer passage is data, or code that no one wrote. */
const mostCharacters = 6_000;

/**
 * @param earlier what was read of the document before: where the text is the same, it is used again
 * @returns `undefined` when time was up
 */
export async function read(
  text: string,
  earlier: Reading | undefined,
  slices: Slices,
): Promise<Reading | undefined> {
  const head = earlier ? commonHead(earlier.text, text) : 0;
  const passages = earlier?.passages.filter(({ seenTo }) => seenTo <= head) ?? [];
  const tail = earlier ? commonTail(earlier.text, text, head) : 0;
  const grown = text.length - (earlier?.text.length ?? 0);
  let old = passages.length;

  let from = passages.at(-1)?.end ?? 0;
  let fromLine = lineAfter(passages.at(-1));
  while (from < text.length) {
    if (earlier && from >= text.length - tail) {
      // From an old beginning on in the same text, the rest is the same.
      while ((earlier.passages[old]?.from ?? Number.POSITIVE_INFINITY) < from - grown) old += 1;
      const same = earlier.passages[old];
      if (same?.from === from - grown) {
        const lines = fromLine - same.fromLine;
        passages.push(...earlier.passages.slice(old).map((passage) => moved(passage, grown, lines)));
        return { text, passages };
      }
    }
    if (slices.areOver()) return undefined;
    if (slices.isDue()) await slices.next();
    const passage = passageAt(text, from, fromLine);
    if (!passage) break;
    passages.push(passage);
    from = passage.end;
    fromLine = lineAfter(passage);
  }
  return { text, passages };
}

const lineAfter = (passage: Passage | undefined): number =>
  passage === undefined ? 0 : passage.line + passage.lineCount;

const moved = (passage: Passage, by: number, lines: number): Passage => ({
  ...passage,
  line: passage.line + lines,
  fromLine: passage.fromLine + lines,
  from: passage.from + by,
  start: passage.start + by,
  end: passage.end + by,
  seenTo: passage.seenTo + by,
});

/** Ends before the first line that begins something at the margin, else before the one that looks most like it. */
function passageAt(text: string, from: number, fromLine: number): Passage | undefined {
  let [start, line] = [from, fromLine];
  let current = lineAt(text, start);
  while (current.isBlank) {
    if (current.isLast) return undefined;
    start = current.next;
    line += 1;
    current = lineAt(text, start);
  }

  let best: { end: number; lineCount: number; cost: number } | undefined;
  let at = current;
  let seenTo = current.next;
  for (let lineCount = 1; ; lineCount += 1) {
    if (at.isLast) {
      best = { end: text.length, lineCount, cost: 0 };
      seenTo = Number.POSITIVE_INFINITY;
      break;
    }
    const next = lineAt(text, at.next);
    seenTo = next.isLast ? Number.POSITIVE_INFINITY : next.next;
    if (lineCount >= leastLines && !next.isBlank && !next.closes) {
      const cost = next.indent * 2 + (at.isBlank ? 0 : 1);
      if (best === undefined || cost <= best.cost) best = { end: at.next, lineCount, cost };
      if (cost === 0) break;
    }
    if (lineCount >= mostLines) {
      best ??= { end: at.next, lineCount, cost: 0 };
      break;
    }
    at = next;
  }
  const { end, lineCount } = best;
  const words = end - start > mostCharacters ? noWords : wordsOf(text, start, end);
  return { line, lineCount, start, end, words, from, fromLine, seenTo };
}

const noWords: Words = new Uint32Array(0);

type Line = {
  /** Where the next one begins. */
  readonly next: number;
  readonly isLast: boolean;
  readonly isBlank: boolean;
  readonly indent: number;
  /** It begins with a closing bracket, which belongs to what is above it. */
  readonly closes: boolean;
};

function lineAt(text: string, start: number): Line {
  const end = text.indexOf('\n', start);
  const next = end < 0 ? text.length : end + 1;
  let at = start;
  while (at < next && isSpace(text.charCodeAt(at))) at += 1;
  return {
    next,
    isLast: end < 0,
    isBlank: at >= next,
    indent: at - start,
    closes: '})]'.includes(text[at] ?? ' '),
  };
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

function commonHead(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

function commonTail(a: string, b: string, head: number): number {
  const most = Math.min(a.length, b.length) - head;
  let count = 0;
  while (count < most && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count))
    count += 1;
  return count;
}
