/** Completion contexts for tests of rendering. */
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';

/** @param document with `▮` at the cursor */
export function contextAt(
  languageId: string,
  document: string,
  trigger: CompletionContext['trigger'] = 'automatic',
): CompletionContext {
  const [before = '', after = ''] = document.split('▮');
  const indentation = { tabs: false, size: 2 };
  return { uri: 'file:///a', version: 1, languageId, before, after, indentation, trigger };
}
