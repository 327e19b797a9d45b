/** A text made to stand at the cursor: indented as its surroundings, with the editor's tabs or spaces. Pure. */

export type IndentContext = {
  /** The cursor's line up to it. */
  readonly before: string;
  readonly insertSpaces: boolean;
  /** Columns of a tab. */
  readonly tabSize: number;
  /** Columns from one depth to the next. */
  readonly step: number;
};

type Line = {
  /** Of its indentation. */
  readonly columns: number;
  readonly words: string;
};

/**
 * Some models indent from the margin, some as the file does, some begin at the cursor and go on as the file does: the
 * result is the same.
 * @param text with any line ends; the result has `\n`
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
  // A block that is opened is deeper than its line, which tells a file's indentation from the margin's.
  const goesOn = next >= target + (opensBlock(before + first.words) ? minStep : 0);
  const isWhole = isAlone && target > 0 && first.columns > 0;
  const margin = isWhole ? first.columns : goesOn ? target : 0;
  const depths = rest.flatMap(({ columns, words }) => (words === '' ? [] : [columns - margin]));
  const scale = step / (stepOf(isAlone && target === 0 ? [first.columns, ...depths] : depths) ?? step);
  const indented = ({ columns, words }: Line) =>
    words === '' ? '' : blank(Math.max(0, target + (columns - margin) * scale)) + words;

  const [asWritten = ''] = whole.split('\n');
  const head = !isAlone ? asWritten : target === 0 ? indented(first) : first.words;
  return [head, ...rest.map(indented)].join('\n');
}

/** Steps that are told apart from what is indented for the look of it. */
const usualSteps = [2, 4];
const minStep = 2;

/** Columns from one depth to the next as the text has it. `undefined`: it shows none. */
function stepOf(depths: readonly number[]): number | undefined {
  const least = Math.min(...depths.filter((columns) => columns > 0));
  return usualSteps.includes(least) && depths.every((columns) => columns % least === 0) ? least : undefined;
}

/** Whether the next line is deeper, as far as one line tells. */
const opensBlock = (line: string): boolean =>
  count(line, /[({[]/g) > count(line, /[)}\]]/g) || /(?::|\bdo|\bthen|\|\w*\|)\s*$/.test(line);

const count = (line: string, what: RegExp): number => line.match(what)?.length ?? 0;
