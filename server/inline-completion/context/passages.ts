/** Divides a text into passages of some lines, cut where a declaration begins; a change only reparses those around it. */

import { hashWords, type WordHashes } from './identifiers.ts';
import type { TimeSlices } from './time-slices.ts';

/** Lines from 0, offsets in UTF-16 units. */
export type Passage = {
  readonly line: number;
  readonly lineCount: number;
  readonly start: number;
  readonly end: number;
  readonly words: WordHashes;
  /** Where the passage before ends; only blank lines are between them. */
  readonly gapStart: number;
  readonly gapStartLine: number;
  /** Text from this offset on does not affect the passage. `Infinity`: all of it does. */
  readonly dependsUntil: number;
};

export type ParsedPassages = { readonly text: string; readonly passages: readonly Passage[] };

const minLines = 8;
const maxLines = 40;
/** A longer passage is data or generated code. */
const maxCharacters = 6_000;

/**
 * @param previous the passages of an earlier version, reused where the text is the same
 * @returns `undefined` when the time is over
 */
export async function parsePassages(
  text: string,
  previous: ParsedPassages | undefined,
  slices: TimeSlices,
): Promise<ParsedPassages | undefined> {
  const commonPrefix = previous ? commonPrefixLength(previous.text, text) : 0;
  const passages = previous?.passages.filter(({ dependsUntil }) => dependsUntil <= commonPrefix) ?? [];
  const commonSuffix = previous ? commonSuffixLength(previous.text, text, commonPrefix) : 0;
  const growth = text.length - (previous?.text.length ?? 0);
  let previousIndex = passages.length;

  let gapStart = passages.at(-1)?.end ?? 0;
  let gapStartLine = lineAfterPassage(passages.at(-1));
  while (gapStart < text.length) {
    if (previous && gapStart >= text.length - commonSuffix) {
      // From the start of a previous passage within the common suffix, the rest is the same.
      while ((previous.passages[previousIndex]?.gapStart ?? Number.POSITIVE_INFINITY) < gapStart - growth)
        previousIndex += 1;
      const match = previous.passages[previousIndex];
      if (match?.gapStart === gapStart - growth) {
        const lines = gapStartLine - match.gapStartLine;
        passages.push(
          ...previous.passages.slice(previousIndex).map((passage) => shiftPassage(passage, growth, lines)),
        );
        return { text, passages };
      }
    }
    if (slices.isOver()) return undefined;
    if (slices.shouldYield()) await slices.yieldToEventLoop();
    const passage = passageAt(text, gapStart, gapStartLine);
    if (!passage) break;
    passages.push(passage);
    gapStart = passage.end;
    gapStartLine = lineAfterPassage(passage);
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

/** Ends before the first line that begins at the margin, or else before the least indented one. */
function passageAt(text: string, gapStart: number, gapStartLine: number): Passage | undefined {
  let [start, line] = [gapStart, gapStartLine];
  let current = lineAt(text, start);
  while (current.isBlank) {
    if (current.isLast) return undefined;
    start = current.nextStart;
    line += 1;
    current = lineAt(text, start);
  }

  let best: { end: number; lineCount: number; cost: number } | undefined;
  let at = current;
  let dependsUntil = current.nextStart;
  for (let lineCount = 1; ; lineCount += 1) {
    if (at.isLast) {
      best = { end: text.length, lineCount, cost: 0 };
      dependsUntil = Number.POSITIVE_INFINITY;
      break;
    }
    const next = lineAt(text, at.nextStart);
    dependsUntil = next.isLast ? Number.POSITIVE_INFINITY : next.nextStart;
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
  return { line, lineCount, start, end, words, gapStart, gapStartLine, dependsUntil };
}

const noWords: WordHashes = new Uint32Array(0);

type LineInfo = {
  /** Where the next line begins. */
  readonly nextStart: number;
  readonly isLast: boolean;
  readonly isBlank: boolean;
  readonly indent: number;
  /** It begins with a closing bracket, which belongs to the lines above. */
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
  const maxLength = Math.min(a.length, b.length);
  let at = 0;
  while (at < maxLength && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

function commonSuffixLength(a: string, b: string, commonPrefix: number): number {
  const maxLength = Math.min(a.length, b.length) - commonPrefix;
  let count = 0;
  while (count < maxLength && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count))
    count += 1;
  return count;
}
