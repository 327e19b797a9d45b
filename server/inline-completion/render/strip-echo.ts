/** Removes what a model repeats from the text before the cursor, and drops output that only copies it. */

import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import { opensBlock, startsWithCloser } from './languages.ts';
import type { LineStage, StageOutput } from './line-stage.ts';

/** Consecutive equal lines that make the output a copy of the document. */
const minCopiedLines = 6;
/** Lines directly above the cursor that any model may repeat. */
const nearestLines = 3;
/** Consecutive equal lines that make the output a copy if it contains nothing else. */
const minWholeCopyLines = 3;

/**
 * Removes lines that repeat those above the cursor, and from the first line what repeats the cursor's line. Holds lines
 * back while they may be a repetition.
 *
 * @param isEchoing the model is known to repeat its prompt; for other models less counts as a repetition
 */
export function echoStripper(cursor: CursorContext, isEchoing: boolean): LineStage {
  const linesAbove = cursor.linesAbove.map((line) => line.trim());
  /** Lines that may be a repetition. `undefined`: everything that follows is new. */
  let heldLines: string[] | undefined = [];
  /** For each alignment of the held lines with those above: the index of the next line. */
  let nextIndexes: readonly number[] = [];
  let matchedLines = 0;
  let isFirst = true;

  return {
    transform(line) {
      if (!heldLines) return { lines: [isFirst ? start(line) : line] };
      heldLines.push(line);
      if (isBlank(line)) return { lines: [] };
      const text = line.trim();
      nextIndexes =
        matchedLines === 0
          ? mayEcho(text)
            ? linesAbove.flatMap((lineAbove, index) =>
                lineAbove === text && mayBegin(index, text) ? [index + 1] : [],
              )
            : []
          : nextIndexes.flatMap((index) => (linesAbove[index] === text ? [index + 1] : []));
      if (nextIndexes.length > 0) {
        matchedLines += 1;
        // The echo reached the cursor's line: everything that follows is new.
        if (nextIndexes.includes(linesAbove.length)) heldLines = undefined;
        return { lines: [] };
      }
      return matchedLines >= minCopiedLines ? { lines: [], isLast: true } : release();
    },
    flush: (): StageOutput =>
      matchedLines >= minWholeCopyLines && heldLines ? { lines: [], isLast: true } : release(),
  };

  function mayEcho(text: string): boolean {
    if (!isEchoing && !isBlank(cursor.linePrefix)) return false;
    return text.length >= 6 && /\p{L}{2}/u.test(text) && !startsWithCloser(text, cursor.language);
  }

  /** Tests and tables contain many lines twice: other models' echoes have to begin near the cursor, or with a block. */
  function mayBegin(index: number, text: string): boolean {
    return isEchoing || index >= linesAbove.length - nearestLines || opensBlock(text, cursor.language);
  }

  function release(): StageOutput {
    const lines = heldLines ?? [];
    heldLines = undefined;
    return { lines: lines.map((line) => (isFirst ? start(line) : line)) };
  }

  function start(line: string): string {
    // Empty lines after an echo, before new text.
    if (isBlank(line) && isBlank(cursor.linePrefix)) return line;
    isFirst = false;
    return stripLinePrefix(line, cursor, isEchoing);
  }
}

/** A model's first line without the text that is already before the cursor on the same line. */
function stripLinePrefix(line: string, cursor: CursorContext, isEchoing: boolean): string {
  const { linePrefix, enclosing } = cursor;
  if (isBlank(linePrefix)) return line;
  const text = line.trimStart();

  const typedText = linePrefix.trim();
  const repeatsAll = text.startsWith(typedText) && isBoundary(text, typedText.length);
  if (repeatsAll && (isEchoing ? typedText.length > 1 : isDistinctive(typedText)))
    return restOfLine(text, typedText.length, linePrefix);

  // The model repeats a string literal from its quote on.
  const quote = linePrefix.at(-1) ?? '';
  if (
    enclosing === 'string' &&
    /["'`]/.test(quote) &&
    text.startsWith(quote) &&
    !text.startsWith(quote + quote)
  ) {
    const quotes = text.split(quote).length - 1;
    if (quotes % 2 === 0 && cursor.openings.at(-1)?.close === quote) return text.slice(1);
  }

  // The model repeats the word at the cursor from its first letter on.
  const word = /(?<![\p{L}\d_$])\d*([\p{L}_$][\p{L}\d_$]*)$/u.exec(linePrefix)?.[1] ?? '';
  if (word.length >= (isEchoing ? 2 : 3) && line.startsWith(word)) return line.slice(word.length);

  if (!isEchoing) return line;
  for (let at = 0; at < linePrefix.length; at++) {
    const end = linePrefix.slice(at);
    if (
      isBoundary(linePrefix, at) &&
      /[\p{L}\d]{2}/u.test(end) &&
      text.startsWith(end.trim()) &&
      !isBlank(end[0] ?? '')
    )
      return restOfLine(text, end.trim().length, linePrefix);
  }
  return line;
}

const isDistinctive = (typedText: string) =>
  typedText.length >= 4 &&
  /^[\p{L}_@#$.]/u.test(typedText) &&
  (/\s/.test(typedText) || /^\p{L}+$/u.test(typedText));

const isBoundary = (text: string, at: number) =>
  !(/[\p{L}\d_$]/u.test(text[at - 1] ?? '') && /[\p{L}\d_$]/u.test(text[at] ?? ''));

/** The rest of a line, without white space that is already before the cursor. */
const restOfLine = (line: string, at: number, prefix: string) =>
  /\s$/.test(prefix) ? line.slice(at).trimStart() : line.slice(at);
