/** A text made to stand at the cursor: indented as its surroundings, with the editor's tabs or spaces. Pure. */

export type Surroundings = {
  /** The cursor's line up to it. */
  readonly before: string;
  readonly insertSpaces: boolean;
  /** Columns of a tab. */
  readonly tabSize: number;
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
export function fitted(text: string, { before, insertSpaces, tabSize }: Surroundings): string {
  const whole = text.replaceAll(/\r\n?/g, '\n').replace(/^(?:[ \t]*\n)+/, '');
  const columnsOf = (indentation: string) => {
    let columns = 0;
    for (const blank of indentation)
      columns = blank === '\t' ? (Math.floor(columns / tabSize) + 1) * tabSize : columns + 1;
    return columns;
  };
  const indented = ({ columns, words }: Line, shift: number) => {
    const wanted = words === '' ? 0 : Math.max(0, columns + shift);
    if (insertSpaces) return ' '.repeat(wanted) + words;
    return '\t'.repeat(Math.floor(wanted / tabSize)) + ' '.repeat(wanted % tabSize) + words;
  };
  const [first = { columns: 0, words: '' }, ...rest] = whole.split('\n').map((line): Line => {
    const [indentation = ''] = /^[ \t]*/.exec(line) ?? [];
    return { columns: columnsOf(indentation), words: line.slice(indentation.length) };
  });

  const isAlone = before.trim() === '';
  const target = columnsOf(/^[ \t]*/.exec(before)?.[0] ?? '');
  const next = rest.find(({ words }) => words !== '')?.columns ?? 0;
  // A block that is opened is deeper than its line, which tells a file's indentation from the margin's.
  const goesOn = opensBlock(before + first.words) ? next > target : next >= target;
  const fromMargin = goesOn ? 0 : target;
  const shift = !isAlone
    ? fromMargin
    : target === 0
      ? 0
      : first.columns > 0
        ? target - first.columns
        : fromMargin;

  const [asWritten = ''] = whole.split('\n');
  const head = !isAlone ? asWritten : target === 0 ? indented(first, 0) : first.words;
  return [head, ...rest.map((line) => indented(line, shift))].join('\n');
}

const opensBlock = (line: string): boolean => /[:{([]\s*$|\b(?:do|then)\s*$|\|\w*\|\s*$/.test(line);
