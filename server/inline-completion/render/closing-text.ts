/** What is put behind a suggestion so that it closes what it opened, and what stands behind the cursor has its cursor. */
import type { CompletionLength } from '../completion-context.ts';
import type { bracketBalancer } from './bracket-balancer.ts';
import type { CursorContext } from './cursor-context.ts';
import { indentOf } from './indentation.ts';
import type { OpeningColumns } from './opening-columns.ts';

export function closingText(
  { baseColumns, indentation, lineSuffix, suffixKind }: CursorContext,
  shape: CompletionLength,
  lines: readonly string[],
  opensHere: boolean,
  closers: ReturnType<typeof bracketBalancer>,
  opened: OpeningColumns,
): string {
  // The rest of a line may open what the next suggestion fills.
  if (shape === 'line' && suffixKind === 'none') return '';
  const owed = closers.owed().filter(({ kind }) => kind !== 'comment');
  if (owed.some(({ kind }) => kind === 'string' || kind === 'head')) return '';
  if (owed.length > 0) {
    let text = '';
    let column: number | undefined = lines.length === 1 ? baseColumns : undefined;
    for (const opening of owed) {
      const own = opened.of(opening);
      const sameLine = column === own && (text !== '' || lines.length === 1) && opening.kind !== 'word';
      text += sameLine ? opening.close : `\n${indentOf(own, indentation)}${opening.close}`;
      column = own;
    }
    return text;
  }

  const isBody = opensHere && lines.length > 1 && lines[0] === '' && closers.consumed === 0;
  return isBody && /^\s*(?:[)\]}]|<\/)/.test(lineSuffix) ? `\n${indentOf(baseColumns, indentation)}` : '';
}
