/** Places where a suggestion would be in the way. */
import type { CompletionContext } from '../completion-context.ts';
import { placeOf } from './cursor-position.ts';

/**
 * Whether a model is worth asking here. Not in the middle of a word, and not at its end while other code follows on the
 * line: whoever types there is changing what stands, not writing on. A user who asks with a key always may.
 */
export function mayAsk(situation: CompletionContext): boolean {
  if (situation.trigger === 'asked') return true;
  const { prefix, tail, tailKind, within } = placeOf(situation);
  const inWord = /[\p{L}\p{M}\d_$]$/u.test(prefix);
  if (!inWord || tailKind !== 'code') return true;
  return within !== undefined && !/^[\p{L}\p{M}\d_$]/u.test(tail);
}
