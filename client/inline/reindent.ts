/** Indents a generated text like the code at the cursor, with the editor's tabs or spaces. Pure. */

export type IndentContext = {
  /** The text of the line before the cursor. */
  readonly before: string;
  readonly insertSpaces: boolean;
  /** Columns per tab. */
  readonly tabSize: number;
  /** Columns per indentation level. */
  readonly step: number;
};

type Line = {
  /** Of its indentation. */
  readonly columns: number;
  readonly words: string;
};

/**
 * Some models indent from column 0, some like the file, some start at the cursor and continue like the file: the
 * result is the same.
 * @param text with any line endings; the result has `\n`
 */
export function reindent(text: string, { before, insertSpaces, tabSize, step }: IndentContext): string {
  const whole = text.replaceAll(/\r\n?/g, '\n').replace(/^(?:[ \t]*\n)+/, '');
  const columnsOf = (indentation: string) => {
    let columns = 0;
    for (const blank of indentation)
      columns = blank === '\t' ? (Math.floor(columns / tabSize) + 1) * tabSize : columns + 1;
    return columns;
  };
  const blank = (columns: number) => {
    if (insertSpaces) return ' '.repeat(columns);
    return '\t'.repeat(Math.floor(columns / tabSize)) + ' '.repeat(columns % tabSize);
  };
  const [first = { columns: 0, words: '' }, ...rest] = whole.split('\n').map((line): Line => {
    const [indentation = ''] = /^[ \t]*/.exec(line) ?? [];
    return { columns: columnsOf(indentation), words: line.slice(indentation.length) };
  });

  const isAlone = before.trim() === '';
  const target = columnsOf(/^[ \t]*/.exec(before)?.[0] ?? '');
  const next = rest.find(({ words }) => words !== '')?.columns ?? 0;
  // The line after an opened block is deeper, which distinguishes the file's indentation from one that starts at column 0.
  const isFileIndented = next >= target + (opensBlock(before + first.words) ? minStep : 0);
  const isIndentedBlock = isAlone && target > 0 && first.columns > 0;
  const margin = isIndentedBlock ? first.columns : isFileIndented ? target : 0;
  const depths = rest.flatMap(({ columns, words }) => (words === '' ? [] : [columns - margin]));
  const scale = step / (stepOf(isAlone && target === 0 ? [first.columns, ...depths] : depths) ?? step);
  const indented = ({ columns, words }: Line) =>
    words === '' ? '' : blank(Math.max(0, target + (columns - margin) * scale)) + words;

  const [asWritten = ''] = whole.split('\n');
  const head = !isAlone ? asWritten : target === 0 ? indented(first) : first.words;
  return [head, ...rest.map(indented)].join('\n');
}

/** Other steps are taken for alignment, not for indentation. */
const usualSteps = [2, 4];
const minStep = 2;

/** Columns per indentation level in the text. `undefined`: it has none. */
function stepOf(depths: readonly number[]): number | undefined {
  const smallest = Math.min(...depths.filter((columns) => columns > 0));
  return usualSteps.includes(smallest) && depths.every((columns) => columns % smallest === 0)
    ? smallest
    : undefined;
}

/** Whether the line opens a block. */
const opensBlock = (line: string): boolean =>
  count(line, /[({[]/g) > count(line, /[)}\]]/g) || /(?::|\bdo|\bthen|\|\w*\|)\s*$/.test(line);

const count = (line: string, what: RegExp): number => line.match(what)?.length ?? 0;
