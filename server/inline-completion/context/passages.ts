/** A text as passages of some lines, cut where something begins; after a change only those around it are read again. */

import { hashWords, type WordHashes } from './identifiers.ts';
import type { TimeSlices } from './time-slices.ts';

/** Lines from 0, offsets in UTF-16 units. */
export type Passage = {
  readonly line: number;
  readonly lineCount: number;
  readonly start: number;
  readonly end: number;
  readonly words: WordHashes;
  /** Where the passage before ends: blank lines lie between. */
  readonly gapStart: number;
  readonly gapStartLine: number;
  /** The text behind it does not matter to it. `Infinity`: it was looked at to its end. */
  readonly dependsUntil: number;
};

export type ParsedPassages = { readonly text: string; readonly passages: readonly Passage[] };

const minLines = 8;
const maxLines = 40;
/** A longer passage is data, or code that no one wrote. */
const maxCharacters = 6_000;

/**
 * @param earlier what was read of the document before: where the text is the same, it is used again
 * @returns `undefined` when time was up
 */
export async function parsePassages(
  text: string,
  earlier: ParsedPassages | undefined,
  slices: TimeSlices,
): Promise<ParsedPassages | undefined> {
  const head = earlier ? commonPrefixLength(earlier.text, text) : 0;
  const passages = earlier?.passages.filter(({ dependsUntil }) => dependsUntil <= head) ?? [];
  const tail = earlier ? commonSuffixLength(earlier.text, text, head) : 0;
  const grown = text.length - (earlier?.text.length ?? 0);
  let old = passages.length;

  let from = passages.at(-1)?.end ?? 0;
  let fromLine = lineAfterPassage(passages.at(-1));
  while (from < text.length) {
    if (earlier && from >= text.length - tail) {
      // From an old beginning on in the same text, the rest is the same.
      while ((earlier.passages[old]?.gapStart ?? Number.POSITIVE_INFINITY) < from - grown) old += 1;
      const same = earlier.passages[old];
      if (same?.gapStart === from - grown) {
        const lines = fromLine - same.gapStartLine;
        passages.push(...earlier.passages.slice(old).map((passage) => shiftPassage(passage, grown, lines)));
        return { text, passages };
      }
    }
    if (slices.isOver()) return undefined;
    if (slices.shouldYield()) await slices.yieldToEventLoop();
    const passage = passageAt(text, from, fromLine);
    if (!passage) break;
    passages.push(passage);
    from = passage.end;
    fromLine = lineAfterPassage(passage);
  }
  return { text, passages };
}

const lineAfterPassage = (passage: Passage | undefined): number =>
  passage === undefined ? 0 : passage.line + passage.lineCount;

const shiftPassage = (passage: Passage, by: number, lines: number): Passage => ({
  ...passage,
  line: passage.line + lines,
  gapStartLine: passage.gapStartLine + lines,
  gapStart: passage.gapStart + by,
  start: passage.start + by,
  end: passage.end + by,
  dependsUntil: passage.dependsUntil + by,
});

/** Ends before the first line that begins something at the margin, else before the one that looks most like it. */
function passageAt(text: string, from: number, fromLine: number): Passage | undefined {
  let [start, line] = [from, fromLine];
  let current = lineAt(text, start);
  while (current.isBlank) {
    if (current.isLast) return undefined;
    start = current.nextStart;
    line += 1;
    current = lineAt(text, start);
  }

  let best: { end: number; lineCount: number; cost: number } | undefined;
  let at = current;
  let seenTo = current.nextStart;
  for (let lineCount = 1; ; lineCount += 1) {
    if (at.isLast) {
      best = { end: text.length, lineCount, cost: 0 };
      seenTo = Number.POSITIVE_INFINITY;
      break;
    }
    const next = lineAt(text, at.nextStart);
    seenTo = next.isLast ? Number.POSITIVE_INFINITY : next.nextStart;
    if (lineCount >= minLines && !next.isBlank && !next.startsWithCloser) {
      const cost = next.indent * 2 + (at.isBlank ? 0 : 1);
      if (best === undefined || cost <= best.cost) best = { end: at.nextStart, lineCount, cost };
      if (cost === 0) break;
    }
    if (lineCount >= maxLines) {
      best ??= { end: at.nextStart, lineCount, cost: 0 };
      break;
    }
    at = next;
  }
  const { end, lineCount } = best;
  const words = end - start > maxCharacters ? noWords : hashWords(text, start, end);
  return { line, lineCount, start, end, words, gapStart: from, gapStartLine: fromLine, dependsUntil: seenTo };
}

const noWords: WordHashes = new Uint32Array(0);

type LineInfo = {
  /** Where the next one begins. */
  readonly nextStart: number;
  readonly isLast: boolean;
  readonly isBlank: boolean;
  readonly indent: number;
  /** It begins with a closing bracket, which belongs to what is above it. */
  readonly startsWithCloser: boolean;
};

function lineAt(text: string, start: number): LineInfo {
  const end = text.indexOf('\n', start);
  const next = end < 0 ? text.length : end + 1;
  let at = start;
  while (at < next && isSpace(text.charCodeAt(at))) at += 1;
  return {
    nextStart: next,
    isLast: end < 0,
    isBlank: at >= next,
    indent: at - start,
    startsWithCloser: '})]'.includes(text[at] ?? ' '),
  };
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

function commonPrefixLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

function commonSuffixLength(a: string, b: string, head: number): number {
  const most = Math.min(a.length, b.length) - head;
  let count = 0;
  while (count < most && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count))
    count += 1;
  return count;
}
