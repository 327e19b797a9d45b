/** Where each line of a suggestion begins: the model's indentation, converted to the document's. */
import type { OutputFormat } from '../generator.ts';
import type { Opening } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import {
  columnMapper,
  columnsOf,
  indentOf,
  isBlank,
  matchingIndent,
  type PreviousLine,
} from './indentation.ts';
import { type LanguageSyntax, opensBlock, sameLevelLine, startsWithCloser } from './languages.ts';
import { openingColumns } from './opening-columns.ts';

/** @param opensHere the cursor's line opens a block, which the suggestion fills */
export function lineIndenter(cursor: CursorContext, format: OutputFormat, opensHere: boolean) {
  const { language, indentation, linePrefix, baseColumns, expectedColumns } = cursor;
  const isChat = format === 'chat';
  const openings = openingColumns(cursor);
  let toDocumentColumns = columnMapper(indentation, language, false);
  /** A chat model's first line begins at the margin, whatever the cursor's line does. */
  let startsAtMargin = isChat && isBlank(linePrefix) && cursor.enclosing === 'string';
  let previous: PreviousLine = {
    columns: baseColumns,
    opens: opensHere ? openingKind(linePrefix, language) : 'nothing',
  };

  return {
    openingColumns: openings,
    get startsAtMargin() {
      return startsAtMargin;
    },
    /** Columns of the line before; at first those of the cursor's line. */
    get previousColumns() {
      return previous.columns;
    },
    /** The first line, on an empty cursor line. @returns `padding`: the white space missing before the text */
    indentFirst(line: string): { readonly text: string; readonly columns: number; readonly padding: string } {
      const modelColumns = columnsOf(line, indentation);
      const text = line.trimStart();
      // A model may generate the cursor's line from its beginning, or continue at the cursor.
      const isSameLevel =
        startsWithCloser(text, language) || (sameLevelLine.test(text) && !language.blocksByIndentation);
      const isDeeper = modelColumns - baseColumns >= 2;
      const columns = isSameLevel ? baseColumns : Math.max(isDeeper ? modelColumns : 0, expectedColumns);
      startsAtMargin = isChat && modelColumns === 0;
      toDocumentColumns = columnMapper(indentation, language, startsAtMargin);
      previous = { columns, opens: 'nothing' };
      return { text, columns, padding: paddingBetween(linePrefix, baseColumns, columns) };
    },
    /** The suggestion begins with `line` below a line that opens a block. */
    startBelowOpener(line: string): void {
      // The model counts its columns from the margin.
      if (isChat && columnsOf(line, indentation) === 0 && !startsWithCloser(line, language))
        toDocumentColumns = columnMapper(indentation, language, true);
    },
    /** @param keepsIndent the line is part of a string, and so is the white space before it */
    indent(
      line: string,
      { keepsIndent, afterBlank }: { keepsIndent: boolean; afterBlank: boolean },
    ): { readonly text: string; readonly columns: number; readonly indent: string } {
      const modelColumns = columnsOf(line, indentation);
      const text = line.trimStart();
      if (keepsIndent) {
        return { text, columns: modelColumns, indent: line.slice(0, line.length - text.length) };
      }
      const columns = toDocumentColumns(modelColumns, text, previous, afterBlank);
      const modelIndent = columns === modelColumns ? matchingIndent(line, indentation) : undefined;
      return { text, columns, indent: modelIndent || indentOf(columns, indentation) };
    },
    /** A line of the remainder, after the suggestion. */
    indentRemainder(line: string): string {
      const modelColumns = columnsOf(line, indentation);
      const columns = toDocumentColumns(modelColumns, line.trimStart(), noPreviousLine, false);
      return isBlank(line) ? '' : indentOf(columns, indentation) + line.trim();
    },
    /**
     * The line is part of the suggestion.
     * @param after `openings`: what is open after it; `opensMore`: more of the suggestion than before it
     * @returns what the next line is in
     */
    addLine(
      text: string,
      columns: number,
      after: { openings: readonly Opening[]; isInText: boolean; opensMore: boolean },
    ): PreviousLine['opens'] {
      let opens = after.isInText ? 'nothing' : openingKind(text, language);
      if (opens === 'nothing' && startsAtMargin && !after.isInText) {
        if (after.opensMore || opensBlock(text, language)) opens = 'list';
      }
      const isContinued = /\\$/.test(text);
      previous = { columns: openings.addLine(columns, after.openings, isContinued), opens };
      return opens;
    },
  };
}

const noPreviousLine: PreviousLine = { columns: 0, opens: 'nothing' };

/** Whether the next line has to be deeper. Lines that continue an expression have indentation steps of their own. */
function openingKind(text: string, language: LanguageSyntax): PreviousLine['opens'] {
  if (!opensBlock(text, language) || /=>\s*$|^\s*(?:[?:.&|+*]|<<<<|====)/.test(text)) return 'nothing';
  return /[([]\s*$/.test(text) ? 'list' : 'block';
}

function paddingBetween(linePrefix: string, from: number, to: number): string {
  if (to <= from) return '';
  return linePrefix.includes('\t') ? '\t' : ' '.repeat(to - from);
}
