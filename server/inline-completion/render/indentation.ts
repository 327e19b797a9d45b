/** Measures indentation, and converts a model's to the document's. */
import type { Indentation } from '../completion-context.ts';
import { type LanguageSyntax, sameLevelLine, startsWithCloser } from './languages.ts';

export const isBlank = (text: string): boolean => text.trim() === '';

/** Columns of the white space that a line begins with; a tab extends to the next level. */
export function columnsOf(line: string, { size }: Indentation): number {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') columns += size - (columns % size);
    else if (character === ' ' || character === '\u00a0') columns += 1;
    else break;
  }
  return columns;
}

/** The white space that a line begins with, if it follows the document's convention. `undefined`: it does not. */
export function matchingIndent(line: string, { tabs }: Indentation): string | undefined {
  const blank = /^[ \t]*/.exec(line)?.[0] ?? '';
  return (tabs ? /^(?:\t+ *)?$/ : /^ *$/).test(blank) ? blank : undefined;
}

export function indentOf(columns: number, { tabs, size }: Indentation): string {
  return tabs ? '\t'.repeat(Math.floor(columns / size)) + ' '.repeat(columns % size) : ' '.repeat(columns);
}

/** The line before, with its indentation in the document. */
export type PreviousLine = {
  readonly columns: number;
  /** `list`: the next line is inside brackets, where any indentation is usual. */
  readonly opens: 'block' | 'list' | 'nothing';
};

/** A line that continues an expression. */
const continuedExpression = /^(?:\??\.\w|(?:[?:|+]|&&|\|\|) )/;

/** Indentation steps that models use. */
const indentUnits = [2, 3, 4, 8];

/**
 * Converts a model's columns to the document's. They count as the document's column until a line contradicts it: a line that
 * has to be deeper than the one before, or must not be, shows what the model counts from and in which steps.
 *
 * @param fromMargin the first line began at the margin, whatever the cursor's line does, as chat models write
 */
export function columnMapper({ size, tabs }: Indentation, language: LanguageSyntax, fromMargin: boolean) {
  let map: ((columns: number) => number) | undefined;

  return (columns: number, line: string, previous: PreviousLine, afterBlank: boolean): number => {
    map ??= chooseMap(columns, line, previous, afterBlank);
    return Math.max(0, map ? map(columns) : columns);
  };

  function chooseMap(
    columns: number,
    line: string,
    { columns: above, opens }: PreviousLine,
    afterBlank: boolean,
  ) {
    // An opener and its closer with nothing in between.
    if (startsWithCloser(line, language))
      return opens !== 'nothing' && columns < above ? shifted(columns, above) : undefined;
    if (opens !== 'nothing' || (fromMargin && continuedExpression.test(line))) {
      if (columns > above) {
        const unit = columns - above;
        return opens === 'block' && unit !== size && indentUnits.includes(unit)
          ? (column: number) => above + Math.floor((column - above) / unit) * size
          : undefined;
      }
      if (sameLevelLine.test(line)) return undefined;
      if (columns === 0) return shifted(0, above + size);
      const level = above / size + 1;
      const unit = columns / level;
      if (tabs && above > 0 && unit !== size && indentUnits.includes(unit))
        return (column: number) => Math.floor(column / unit) * size + (column % unit);
      return scaled(columns, above, size);
    }
    if (columns >= above) return undefined;
    if (fromMargin && columns === 0 && !afterBlank) return shifted(0, above);
    const unit = columns / (above / size);
    if (tabs && columns > 0 && indentUnits.includes(unit))
      return (column: number) => Math.floor(column / unit) * size + (column % unit);
    return undefined;
  }
}

const shifted = (from: number, to: number) => (column: number) => column - from + to;

/** Columns counted from the line above, in steps of the first step. */
const scaled = (unit: number, above: number, size: number) => (column: number) =>
  above + (indentUnits.includes(unit) ? Math.floor(column / unit) * size + (column % unit) : column);
