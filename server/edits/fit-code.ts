/** Fits code into the place that it replaces: byte order mark, indentation, line ends and the last line end. */
import { indentationOf } from './find-lines.ts';
import { openLiteral } from './open-literal.ts';

/** UTF-16 offsets in the text of a file. */
export type Span = { readonly start: number; readonly end: number };

const byteOrderMark = '\ufeff';

/** @param code with `\n` as line end */
export function fitCode(code: string, text: string, span: Span, languageId: string): string {
  const replaced = text.slice(span.start, span.end);
  const isWhole = span.start === 0 && span.end === text.length;
  const marked = code.startsWith(byteOrderMark) ? code.slice(1) : code;
  const trimmed = withOuterLinesOf(replaced, marked, isWhole);
  const indented = isWhole ? trimmed : fitIndentation(trimmed, text, span, languageId);
  const tabbed = languageId === 'makefile' ? withRecipeTabs(indented) : indented;
  const ended = fitLastLineEnd(tabbed, text, span, isWhole);
  const mark = replaced.startsWith(byteOrderMark) && ended !== '' ? byteOrderMark : '';
  return mark + fitLineEnds(ended, text, replaced);
}

/** The empty lines around the code are those of the file. */
function withOuterLinesOf(replaced: string, code: string, isWhole: boolean): string {
  if (code.trim() === '') return code;
  const lines = replaced.replace(/\r\n?/g, '\n');
  const [above = ''] = /^(?:[ \t]*\n)*/.exec(lines) ?? [];
  const own = code.replace(/^(?:[ \t]*\n)+/, '');
  if (isWhole)
    return (above === '' ? own : code).replace(/(?<!\n)\n\n+$/, lines.endsWith('\n\n') ? '$&' : '\n');
  const isBlank = lines.trim() === '';
  const below = isBlank ? '' : lines.slice(blankEndOf(lines));
  return (isBlank ? '' : above) + own.slice(0, blankEndOf(own)) + below;
}

/** Where the line breaks at the end of a text begin, with the blanks between them; its length where there are none. */
function blankEndOf(text: string): number {
  let end = text.length;
  while (end > 0 && ' \t\n'.includes(text.charAt(end - 1))) end -= 1;
  const start = text.indexOf('\n', end);
  return start < 0 ? text.length : start;
}

function fitLastLineEnd(code: string, text: string, { start, end }: Span, isWhole: boolean): string {
  const replaced = text.slice(start, end);
  if (code === '') return code;
  if (isWhole && replaced !== '' && !/[\r\n]$/.test(replaced)) return code.replace(/(?<!\n)\n+$/, '');
  // An insertion at the start of a line with text would join that text.
  const isBeforeText =
    replaced === '' && text[start - 1] === '\n' && start < text.length && !/[\r\n]/.test(text[start] ?? '');
  const wanted = /[\r\n]$/.test(replaced) || isBeforeText;
  return wanted && !code.endsWith('\n') ? `${code}\n` : code;
}

/** Lines that stay keep their own line ends in a file with several kinds; new ones get the most frequent. */
function fitLineEnds(code: string, text: string, replaced: string): string {
  const counts = new Map<string, number>();
  for (const [end] of text.matchAll(/\r\n|\n|\r/g)) counts.set(end, (counts.get(end) ?? 0) + 1);
  const [usual = '\n'] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (counts.size < 2) return code.replace(/\r\n|\n/g, usual);
  const own = new Map<string, string>();
  for (const [, line = '', end = ''] of replaced.matchAll(/(?<![^\r\n])([^\r\n]*)(\r\n|\n|\r)/g))
    own.set(line, own.has(line) && own.get(line) !== end ? usual : end);
  return code.replace(
    /(?<![^\r\n])([^\r\n]*)(\r\n|\n)/g,
    (_, line: string) => line + (own.get(line) ?? usual),
  );
}

/** The recipes of a makefile begin with a tab, whatever a model writes. */
function withRecipeTabs(code: string): string {
  let isRecipe = false;
  return code
    .split('\n')
    .map((line) => {
      if (/^\S[^=]*:(?!=)/.test(line)) isRecipe = true;
      else if (/^\S/.test(line)) isRecipe = false;
      return isRecipe ? line.replace(/^(?: {4}| {8}| {2})(?=\S)/, '\t') : line;
    })
    .join('\n');
}

/** The code indented like its place, whether it begins at the margin, at the cursor or like the file. */
function fitIndentation(code: string, text: string, { start, end }: Span, languageId: string): string {
  const replaced = text.slice(start, end);
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const lines = withIndentStyle(code, text).split('\n');
  const [first = '', ...rest] = lines;
  const own = indentationOf(first);
  if (before === '') {
    const wanted = indentationOf(replaced.split(/\r?\n/).find((line) => line.trim() !== '') ?? '');
    // The same code, indented otherwise, is what the user asked for.
    if (own !== '' || wanted === '' || first.trim() === '' || isSameCode(code, replaced))
      return lines.join('\n');
    const shifted = isAtMargin(first, rest, wanted, replaced) ? deeper(lines, wanted, languageId) : rest;
    return [wanted + first, ...shifted].join('\n');
  }
  const wanted = indentationOf(before);
  if (own === '') {
    const shifted = isAtMargin(first, rest, wanted, replaced) ? deeper(lines, wanted, languageId) : rest;
    return [first, ...shifted].join('\n');
  }
  const isEven = rest.every((line) => line.trim() === '' || line.startsWith(own));
  const shifted = isEven
    ? rest.map((line) => (line.trim() === '' ? line : wanted + line.slice(own.length)))
    : rest;
  return [first.slice(own.length), ...shifted].join('\n');
}

/** Strings whose white space is data; others that span lines are documentation. */
const isData = (opener: string | undefined): boolean => /^(?:`|<<|\[\[|@|r#|R\()/.test(opener ?? '');
/** Lines of code that are searched for such strings. */
const maxSearchedLines = 400;

/** The lines after the first, moved to the right; the text within strings stays. */
function deeper(lines: readonly string[], indentation: string, languageId: string): readonly string[] {
  const mayHoldStrings = lines.length <= maxSearchedLines && /`|<<|\[\[|@["']|#"|R"/.test(lines.join('\n'));
  return lines.slice(1).map((line, index) => {
    if (line.trim() === '') return line;
    const isText = mayHoldStrings && isData(openLiteral(lines.slice(0, index + 1).join('\n'), languageId));
    return isText ? line : indentation + line;
  });
}

/** Whether the lines after the first count their columns from the margin instead of from that of the file. */
function isAtMargin(first: string, rest: readonly string[], wanted: string, replaced: string): boolean {
  const texts = rest.filter((line) => line.trim() !== '');
  if (wanted === '' || texts.length === 0) return false;
  if (texts.some((line) => indentationOf(line).length < wanted.length)) return true;
  const opens = /(?:[{([:]|=>|->|\b(?:do|then|begin))\s*$/.test(first);
  if (opens && indentationOf(texts[0] ?? '').length <= wanted.length) return true;
  // Lines that stay show how the model counts.
  const olds = new Map(replaced.split(/\r?\n/).map((line) => [line.trim(), indentationOf(line)]));
  let votes = 0;
  for (const line of texts) {
    const old = olds.get(line.trim());
    if (old === undefined) continue;
    if (old === indentationOf(line)) votes -= 1;
    else if (old === wanted + indentationOf(line)) votes += 1;
  }
  return votes > 0;
}

const isSameCode = (code: string, replaced: string): boolean =>
  code.replace(/\s+/g, '') === replaced.replace(/\s+/g, '');

/** Tabs for spaces, or spaces for tabs, where the file uses only the other. */
function withIndentStyle(code: string, text: string): string {
  const usesTabs = /^\t/m.test(text);
  const usesSpaces = /^ {2}/m.test(text);
  if (usesTabs === usesSpaces) return code;
  const lines = code.split('\n');
  if (usesTabs && !lines.some((line) => line.startsWith('\t'))) {
    const step = stepOf(lines);
    return lines.map((line) => tabsFor(line, step)).join('\n');
  }
  if (usesSpaces && lines.some((line) => line.startsWith('\t'))) {
    const step = stepOf(text.split('\n'));
    return lines.map((line) => line.replace(/^\t+/, (tabs) => ' '.repeat(tabs.length * step))).join('\n');
  }
  return code;
}

function tabsFor(line: string, step: number): string {
  const columns = /^ */.exec(line)?.[0].length ?? 0;
  const tabs = Math.floor(columns / step);
  return '\t'.repeat(tabs) + line.slice(tabs * step);
}

/** Columns per level of indentation. */
function stepOf(lines: readonly string[]): number {
  const widths = lines.map((line) => /^ *(?=\S)/.exec(line)?.[0].length ?? 0).filter((width) => width > 1);
  return Math.min(8, ...(widths.length > 0 ? [Math.min(...widths)] : [4]));
}
