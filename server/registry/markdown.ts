/** Parses a Markdown page into headings, paragraphs and tables, as pricing pages have. Pure. */

export type MarkdownBlock =
  | { readonly type: 'heading'; readonly level: number; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  | MarkdownTable;

export type MarkdownTable = {
  readonly type: 'table';
  /** Column names in lower case. */
  readonly head: readonly string[];
  /** Cells as written, with links. */
  readonly rows: readonly (readonly string[])[];
};

/** Longer pages are truncated: a pricing page has some hundred lines. */
const maxLines = 50_000;

export function parseMarkdown(page: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let rows: string[][] = [];
  let head: readonly string[] | undefined;
  const close = () => {
    if (head) blocks.push({ type: 'table', head, rows });
    rows = [];
    head = undefined;
  };
  for (const line of page.split(/\r?\n/, maxLines)) {
    if (/^[\s|:-]+$/.test(line) && line.includes('|') && line.includes('-')) {
      // A second line of dashes: the row above it is the real header, the rows before it were groups of columns.
      head = (rows.at(-1) ?? []).map((cell) => plainText(cell).toLowerCase());
      rows = [];
    } else if (line.includes('|')) {
      rows.push(cellsOf(line));
    } else {
      close();
      const heading = /^(#{1,6})\s+(?!\s)(.*)$/s.exec(line);
      if (heading)
        blocks.push({ type: 'heading', level: heading[1]?.length ?? 1, text: plainText(heading[2] ?? '') });
      else if (line.trim() !== '') blocks.push({ type: 'text', text: line.trim() });
    }
  }
  close();
  return blocks;
}

/** The text of a cell without links, emphasis, escapes, footnotes and tags. */
export const plainText = (cell: string): string =>
  cell
    .replace(/<sup>(?:(?!<sup>).)*?<\/sup>/g, '')
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/!\[[^\][]*\]\([^()]*\)/g, '')
    .replace(/\[([^\][]*)\]\([^()]*\)/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\\([$|*_<>~-])/g, '$1')
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
