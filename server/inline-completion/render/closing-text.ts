/** The text after a suggestion that closes what it opened and puts the line suffix on its own line where it belongs there. */
import type { CompletionLength } from '../completion-context.ts';
import type { BracketBalancer } from './bracket-balancer.ts';
import type { CursorContext } from './cursor-context.ts';
import { indentOf } from './indentation.ts';
import type { OpeningColumns } from './opening-columns.ts';

/** @param opensHere the cursor's line opens a block, which the suggestion fills */
export function closingText(
  { baseColumns, indentation, lineSuffix, suffixKind }: CursorContext,
  length: CompletionLength,
  lines: readonly string[],
  opensHere: boolean,
  balancer: BracketBalancer,
  openingColumns: OpeningColumns,
): string {
  // The rest of a line may open what the next suggestion fills.
  if (length === 'line' && suffixKind === 'none') return '';
  const unclosed = balancer.unclosedOpenings().filter(({ kind }) => kind !== 'comment');
  if (unclosed.some(({ kind }) => kind === 'string' || kind === 'head')) return '';
  if (unclosed.length > 0) {
    let text = '';
    let lineColumns: number | undefined = lines.length === 1 ? baseColumns : undefined;
    for (const opening of unclosed) {
      const columns = openingColumns.columnsOf(opening);
      const isOnSameLine =
        lineColumns === columns && (text !== '' || lines.length === 1) && opening.kind !== 'word';
      text += isOnSameLine ? opening.close : `\n${indentOf(columns, indentation)}${opening.close}`;
      lineColumns = columns;
    }
    return text;
  }

  const isBody = opensHere && lines.length > 1 && lines[0] === '' && balancer.consumedUnits === 0;
  return isBody && /^\s*(?:[)\]}]|<\/)/.test(lineSuffix) ? `\n${indentOf(baseColumns, indentation)}` : '';
}
