/** Models that say what stands before the cursor once more before they go on, and models that copy it. */

import type { CursorContext } from './cursor-context.ts';
import type { LineStage, StageOutput } from './extract-code.ts';
import { isBlank } from './indentation.ts';
import { opensBlock, startsWithCloser } from './languages.ts';

/** Lines that have to be the same, one after the other, to be a copy of what stands further up. */
const minCopiedLines = 6;
/** Lines above the cursor that any model may say once more. */
const nearestLines = 3;
/** The same for a text that says nothing else. */
const minWholeCopyLines = 3;

/**
 * The lines without what stands above the cursor, and the first one without what stands before it on its line. Lines
 * wait while they may be a repetition.
 *
 * @param eager the model is known to repeat; without it less is taken for a repetition
 */
export function echoStripper(cursor: CursorContext, eager: boolean): LineStage {
  const above = cursor.linesAbove.map((line) => line.trim());
  /** Lines that wait: `undefined` once it is known that the rest is new. */
  let held: string[] | undefined = [];
  /** For each way the held lines may lie on those above: the line that comes next. */
  let ways: readonly number[] = [];
  let matched = 0;
  let first = true;

  return {
    transform(line) {
      if (!held) return { lines: [first ? start(line) : line] };
      held.push(line);
      if (isBlank(line)) return { lines: [] };
      const text = line.trim();
      ways =
        matched === 0
          ? mayEcho(text)
            ? above.flatMap((known, index) => (known === text && mayBegin(index, text) ? [index + 1] : []))
            : []
          : ways.flatMap((index) => (above[index] === text ? [index + 1] : []));
      if (ways.length > 0) {
        matched += 1;
        // All of it up to the cursor's line: what comes now is said for the first time.
        if (ways.includes(above.length)) {
          held = undefined;
        }
        return { lines: [] };
      }
      return matched >= minCopiedLines ? { lines: [], isLast: true } : release();
    },
    flush: (): StageOutput =>
      matched >= minWholeCopyLines && held ? { lines: [], isLast: true } : release(),
  };

  function mayEcho(text: string): boolean {
    if (!eager && !isBlank(cursor.linePrefix)) return false;
    return text.length >= 6 && /\p{L}{2}/u.test(text) && !startsWithCloser(text, cursor.language);
  }

  /** Tests and tables have many lines twice; who is not known to repeat has to begin near the cursor, or with a block. */
  function mayBegin(index: number, text: string): boolean {
    return eager || index >= above.length - nearestLines || opensBlock(text, cursor.language);
  }

  function release(): StageOutput {
    const lines = held ?? [];
    held = undefined;
    return { lines: lines.map((line) => (first ? start(line) : line)) };
  }

  function start(line: string): string {
    // Empty lines after an echo, before what is new.
    if (isBlank(line) && isBlank(cursor.linePrefix)) return line;
    first = false;
    return stripLinePrefix(line, cursor, eager);
  }
}

/** A model's first line without what stands before the cursor on the same line. */
function stripLinePrefix(line: string, cursor: CursorContext, eager: boolean): string {
  const { linePrefix, enclosing } = cursor;
  if (isBlank(linePrefix)) return line;
  const said = line.trimStart();

  const typed = linePrefix.trim();
  const whole = said.startsWith(typed) && isBoundary(said, typed.length);
  if (whole && (eager ? typed.length > 1 : isDistinctive(typed)))
    return restOfLine(said, typed.length, linePrefix);

  // The literal that was begun is said from its quote on.
  const quote = linePrefix.at(-1) ?? '';
  if (
    enclosing === 'string' &&
    /["'`]/.test(quote) &&
    said.startsWith(quote) &&
    !said.startsWith(quote + quote)
  ) {
    const quotes = said.split(quote).length - 1;
    if (quotes % 2 === 0 && cursor.openings.at(-1)?.close === quote) return said.slice(1);
  }

  // A word that was begun is said from its first letter on.
  const word = /[\p{L}_$][\p{L}\d_$]*$/u.exec(linePrefix)?.[0] ?? '';
  if (word.length >= (eager ? 2 : 3) && line.startsWith(word)) return line.slice(word.length);

  if (!eager) return line;
  for (let at = 0; at < linePrefix.length; at++) {
    const end = linePrefix.slice(at);
    if (
      isBoundary(linePrefix, at) &&
      /[\p{L}\d]{2}/u.test(end) &&
      said.startsWith(end.trim()) &&
      !isBlank(end[0] ?? '')
    )
      return restOfLine(said, end.trim().length, linePrefix);
  }
  return line;
}

const isDistinctive = (typed: string) =>
  typed.length >= 4 && /^[\p{L}_@#$.]/u.test(typed) && (/\s/.test(typed) || /^\p{L}+$/u.test(typed));

const isBoundary = (text: string, at: number) =>
  !(/[\p{L}\d_$]/u.test(text[at - 1] ?? '') && /[\p{L}\d_$]/u.test(text[at] ?? ''));

/** The rest of a line, without blanks that stand before the cursor already. */
const restOfLine = (line: string, at: number, prefix: string) =>
  /\s$/.test(prefix) ? line.slice(at).trimStart() : line.slice(at);
