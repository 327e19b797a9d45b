/** How much to request at a cursor: the rest of the line, or more. */
import type { CompletionContext, CompletionLength } from '../completion-context.ts';
import { type CursorContext, cursorContextOf } from './cursor-context.ts';
import { columnsOf, isBlank } from './indentation.ts';
import { opensBlock } from './languages.ts';

export type LengthHints = {
  /** The user has just accepted a suggestion that ended here. */
  readonly followsAccept: boolean;
  /** Measured: the model generates some lines within the time a user hardly notices. */
  readonly isFastModel: boolean;
};

export function chooseCompletionLength(
  context: CompletionContext,
  { followsAccept, isFastModel }: LengthHints,
): CompletionLength {
  const cursor = cursorContextOf(context);
  const { suffixKind, enclosing, language, linePrefix, lineSuffix } = cursor;
  if (suffixKind === 'code') return 'line';
  if (enclosing === 'string' && cursor.openings.at(-1)?.oneLine) return 'line';
  if (enclosing === 'comment' && cursor.openings.at(-1)?.oneLine && !isBlank(linePrefix)) {
    return followsAccept || context.trigger === 'invoked' ? 'block' : 'line';
  }
  if (followsAccept || context.trigger === 'invoked' || isInEmptyBlock(cursor)) return 'block';
  if (language.prose) return 'line';
  return isFastModel && (isBlank(linePrefix) || !/\w$/.test(linePrefix) || isBlank(lineSuffix))
    ? 'block'
    : 'line';
}

/** The document has opened a block that is still empty. */
function isInEmptyBlock({
  language,
  linePrefix,
  linesAbove,
  linesBelow,
  baseColumns,
  indentation,
  enclosing,
}: CursorContext): boolean {
  if (enclosing) return false;
  const opener = isBlank(linePrefix) ? (linesAbove.at(-1) ?? '') : linePrefix;
  if (!opensBlock(opener, language)) return false;
  const column = isBlank(linePrefix) ? columnsOf(opener, indentation) : baseColumns;
  const [next] = linesBelow;
  return next === undefined || columnsOf(next, indentation) <= column;
}
