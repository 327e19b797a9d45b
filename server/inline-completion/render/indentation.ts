/** The indentation of a model's lines, brought to the document's. */
import type { Indentation } from '../completion-context.ts';
import { type LanguageSyntax, sameLevelLine, startsWithCloser } from './languages.ts';

export const isBlank = (text: string): boolean => text.trim() === '';

/** Columns of the white space a line begins with; a tab goes on to the next level. */
export function columnsOf(line: string, { size }: Indentation): number {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') columns += size - (columns % size);
    else if (character === ' ' || character === '\u00a0') columns += 1;
    else break;
  }
  return columns;
}

/** The white space of a line that stays where the model put it, if the document would write it so too. */
export function matchingIndent(line: string, { tabs }: Indentation): string | undefined {
  const blank = /^[ \t]*/.exec(line)?.[0] ?? '';
  return (tabs ? /^(?:\t+ *)?$/ : /^ *$/).test(blank) ? blank : undefined;
}

export function indentOf(columns: number, { tabs, size }: Indentation): string {
  return tabs ? '\t'.repeat(Math.floor(columns / size)) + ' '.repeat(columns % size) : ' '.repeat(columns);
}

/** The line before, as it came into the document. */
export type PreviousLine = {
  readonly columns: number;
  /** `list`: what follows is within brackets, where people indent as they like. */
  readonly opens: 'block' | 'list' | 'nothing';
};

/** A line that goes on with an expression. */
const continuedExpression = /^(?:\??\.\w|(?:[?:|+]|&&|\|\|) )/;

/** How deep some models indent. */
const indentUnits = [2, 3, 4, 8];

/**
 * Where a model's lines begin in the document. Until a line contradicts it, columns are taken for the document's own.
 * A line that has to be deeper than the one before, or must not be, tells what the model counts from and in what steps.
 *
 * @param fromZero the first line stood at the margin, whatever the cursor's line does, as chat models write
 */
export function columnMapper({ size, tabs }: Indentation, language: LanguageSyntax, fromZero: boolean) {
  let map: ((columns: number) => number) | undefined;

  return (columns: number, line: string, previous: PreviousLine, afterBlank: boolean): number => {
    map ??= decide(columns, line, previous, afterBlank);
    return Math.max(0, map ? map(columns) : columns);
  };

  function decide(
    columns: number,
    line: string,
    { columns: above, opens }: PreviousLine,
    afterBlank: boolean,
  ) {
    // An opener and its closer with nothing between them.
    if (startsWithCloser(line, language))
      return opens !== 'nothing' && columns < above ? shifted(columns, above) : undefined;
    if (opens !== 'nothing' || (fromZero && continuedExpression.test(line))) {
      if (columns > above) {
        const unit = columns - above;
        return opens === 'block' && unit !== size && indentUnits.includes(unit)
          ? (own: number) => above + Math.floor((own - above) / unit) * size
          : undefined;
      }
      if (sameLevelLine.test(line)) return undefined;
      if (columns === 0) return shifted(0, above + size);
      const level = above / size + 1;
      const unit = columns / level;
      if (tabs && above > 0 && unit !== size && indentUnits.includes(unit))
        return (own: number) => Math.floor(own / unit) * size + (own % unit);
      return scaled(columns, above, size);
    }
    if (columns >= above) return undefined;
    if (fromZero && columns === 0 && !afterBlank) return shifted(0, above);
    const unit = columns / (above / size);
    if (tabs && columns > 0 && indentUnits.includes(unit))
      return (own: number) => Math.floor(own / unit) * size + (own % unit);
    return undefined;
  }
}

const shifted = (from: number, to: number) => (own: number) => own - from + to;

/** Columns counted from the line above, in steps of what the first step was. */
const scaled = (unit: number, above: number, size: number) => (own: number) =>
  above + (indentUnits.includes(unit) ? Math.floor(own / unit) * size + (own % unit) : own);
