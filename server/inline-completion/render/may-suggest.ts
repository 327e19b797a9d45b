/** Positions where a suggestion would be in the way. */
import type { CompletionContext } from '../completion-context.ts';
import { cursorContextOf } from './cursor-context.ts';

/**
 * Not in the middle of a word, and not at its end while other code follows on the line: there the user changes existing
 * code. Always when the user requests a suggestion with a key.
 */
export function maySuggest(context: CompletionContext): boolean {
  if (context.trigger === 'invoked') return true;
  const { linePrefix, lineSuffix, suffixKind, enclosing } = cursorContextOf(context);
  const inWord = /[\p{L}\p{M}\d_$]$/u.test(linePrefix);
  if (!inWord || suffixKind !== 'code') return true;
  return enclosing !== undefined && !/^[\p{L}\p{M}\d_$]/u.test(lineSuffix);
}
