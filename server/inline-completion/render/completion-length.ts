/** How much to ask for at a place: the rest of the line, or more. */
import type { CompletionContext, CompletionLength } from '../completion-context.ts';
import { type CursorPosition, placeOf } from './cursor-position.ts';
import { columnsOf, isBlank } from './indentation.ts';
import { isOpener } from './languages.ts';

export type ShapeHints = {
  /** The user has taken a suggestion that ended here. */
  readonly acceptedJustBefore: boolean;
  /** The model is known to say some lines before anybody waits. */
  readonly fast: boolean;
};

export function shapeFor(
  situation: CompletionContext,
  { acceptedJustBefore, fast }: ShapeHints,
): CompletionLength {
  const place = placeOf(situation);
  const { tailKind, within, language, prefix, tail } = place;
  if (tailKind === 'code') return 'line';
  if (within === 'string' && place.stack.at(-1)?.oneLine) return 'line';
  if (within === 'comment' && place.stack.at(-1)?.oneLine && !isBlank(prefix)) {
    return acceptedJustBefore || situation.trigger === 'asked' ? 'block' : 'line';
  }
  if (acceptedJustBefore || situation.trigger === 'asked' || isEmptyBlock(place)) return 'block';
  if (language.prose) return 'line';
  return fast && (isBlank(prefix) || !/\w$/.test(prefix) || isBlank(tail)) ? 'block' : 'line';
}

/** The document has opened a block and nothing is in it yet. */
function isEmptyBlock({
  language,
  prefix,
  above,
  below,
  base,
  indentation,
  within,
}: CursorPosition): boolean {
  if (within) return false;
  const opener = isBlank(prefix) ? (above.at(-1) ?? '') : prefix;
  if (!isOpener(opener, language)) return false;
  const column = isBlank(prefix) ? columnsOf(opener, indentation) : base;
  const [next] = below;
  return next === undefined || columnsOf(next, indentation) <= column;
}
