/**
 * The code blocks of an answer in Markdown, as models write it: fences within fences of the same length, fences in
 * strings, in lists and quotations, and blocks that are not closed. https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
import { isInsideLiteral } from './open-literal.ts';

export type CodeBlock = {
  /** Without the fence’s indentation and without a last line end; line ends are `\n`. */
  readonly text: string;
  /** The first word after the fence, in lower case. Empty: there is none. */
  readonly language: string;
  /** Everything after the fence. */
  readonly info: string;
  /** The prose between the block before and this one. */
  readonly before: string;
  /** The closing fence has arrived. */
  readonly isClosed: boolean;
};

export type MarkdownBlocks = {
  readonly blocks: readonly CodeBlock[];
  /** The prose after the last block; without a block, the whole text. */
  readonly after: string;
};

/** Texts whose own code blocks are part of them. */
const documentLanguages = new Set(
  'markdown md mdx mdc rmd rmarkdown qmd quarto markdoc prompt instructions chatagent skill'.split(' '),
);
export const isDocumentLanguage = (language: string): boolean => documentLanguages.has(language);

type Fence = {
  readonly marks: string;
  readonly info: string;
  /** Columns before the fence, markers of lists included. */
  readonly indent: number;
  /** Signs of quotation before it. */
  readonly quotes: number;
};

/** @param languageId of the file that the answer is for */
export function codeBlocks(answer: string, languageId = ''): MarkdownBlocks {
  const lines = answer.replace(/\r\n?/g, '\n').split('\n');
  const fences = lines.map(fenceOf);
  const blocks: CodeBlock[] = [];
  let proseStart = 0;
  for (let at = 0; at < lines.length; at++) {
    const fence = fences[at];
    if (!fence || isProseFence(fence)) continue;
    const before = lines.slice(proseStart, at).join('\n');
    const end = closingLine({ lines, fences }, at, fence, languageId);
    const { text, isClosed } = content(lines, at, end, fence);
    blocks.push({ text, language: languageOf(fence.info), info: fence.info, before, isClosed });
    at = end;
    proseStart = end + 1;
  }
  return { blocks, after: lines.slice(proseStart).join('\n') };
}

function fenceOf(line: string): Fence | undefined {
  const [before = ''] = /^(?:[ \t]|>|(?:[-*+]|\d{1,9}[.)])[ \t])*/.exec(line) ?? [];
  const [marks] = /^(?:`{3,}|~{3,})/.exec(line.slice(before.length)) ?? [];
  if (!marks) return undefined;
  const info = line.slice(before.length + marks.length);
  if (marks.startsWith('`') && info.includes('`')) return undefined;
  return { marks, info: info.trim(), indent: columnsOf(before), quotes: before.split('>').length - 1 };
}

/** “~~~~~~~~” and the like between paragraphs is a line, and a fence never has a sentence behind it. */
const isProseFence = ({ info }: Fence): boolean => /[.:!?]$/.test(info) && info.split(/\s+/).length > 3;

const languageOf = (info: string): string => {
  const word = info.replace(/^\{+\s*\.?/, '').split(/[\s{},:]/)[0] ?? '';
  return word.toLowerCase();
};

type Answer = {
  readonly lines: readonly string[];
  /** The fence of each line that is one. */
  readonly fences: readonly (Fence | undefined)[];
};

/** The index of the line that closes a block; the number of lines when none does. */
function closingLine({ lines, fences }: Answer, start: number, open: Fence, languageId: string): number {
  const language = languageOf(open.info) || languageId;
  const isDocument =
    isDocumentLanguage(language) ||
    (isDocumentLanguage(languageId) && /^(?:text|txt|plaintext)?$/.test(languageOf(open.info)));
  const maxCount = isDocument ? Number.POSITIVE_INFINITY : maxCandidates;
  const even = closers(fences, start, open, open.indent, maxCount);
  const candidates = even.length > 0 ? even : closers(fences, start, open, open.indent + maxIndent, maxCount);
  if (isDocument) return closingLineOfDocument({ lines, fences }, start, candidates);
  const [first = lines.length] = candidates;
  if (candidates.length < 2) return first;
  for (const candidate of candidates) {
    const code = lines.slice(start + 1, candidate).filter((_, at) => !fences[start + 1 + at]);
    if (!isInsideLiteral(code.map((line) => unquoted(line, open)).join('\n'), language)) return candidate;
  }
  return first;
}

/** Lines that are tried as the end of a block of code. */
const maxCandidates = 50;
/** Columns that a closing fence may be deeper than the opening one. */
const maxIndent = 3;

function unquoted(line: string, { quotes }: Fence): string {
  let rest = line;
  for (let count = 0; count < quotes; count++) rest = rest.replace(/^[ \t]*>[ \t]?/, '');
  return rest;
}

/** Lines that may close a block: as many marks, nothing else, and no deeper than this column. */
function closers(
  fences: Answer['fences'],
  start: number,
  { marks }: Fence,
  column: number,
  maxCount: number,
): number[] {
  const found: number[] = [];
  for (let at = start + 1; at < fences.length && found.length < maxCount; at++) {
    const fence = fences[at];
    if (fence && fence.info === '' && fence.marks.startsWith(marks) && fence.indent <= column) found.push(at);
  }
  return found;
}

/** Blocks of the document itself are paired; a fence without a language may open one, too. */
function closingLineOfDocument(
  { lines, fences }: Answer,
  start: number,
  candidates: readonly number[],
): number {
  const mayClose = new Set(candidates);
  let inner: Fence | undefined;
  /** Candidates that no fence with a language has opened. */
  const unpaired: number[] = [];
  for (let at = start + 1; at < lines.length; at++) {
    const fence = fences[at];
    if (!fence) continue;
    if (inner) {
      if (fence.info === '' && fence.marks.startsWith(inner.marks)) inner = undefined;
    } else if (fence.info !== '' || !mayClose.has(at)) inner = fence;
    else unpaired.push(at);
  }
  const [first] = unpaired;
  // The closing fence is missing.
  if (first === undefined) return lines.length;
  const isPaired = unpaired.length % 2 === 1;
  const ends = unpaired.find((at, index) => (index % 2 === 0 || !isPaired) && isEndOfDocument(lines, at));
  if (ends !== undefined) return ends;
  return isPaired ? (unpaired.at(-1) ?? first) : lines.length;
}

/** What follows a document is prose about it: a sentence that ends with a colon, or addresses the user. */
const isEndOfDocument = (lines: readonly string[], at: number): boolean => {
  const next = lines.slice(at + 1).find((line) => line.trim() !== '') ?? '';
  return /:\s*$/.test(next) || /^(?:I|You|This|Here|Then|And|Also|The)\b/.test(next.trim());
};

function content(
  lines: readonly string[],
  start: number,
  end: number,
  open: Fence,
): { text: string; isClosed: boolean } {
  const { marks, indent, quotes } = open;
  const margin = quotes > 0 ? 0 : indent;
  const inner = lines.slice(start + 1, end).map((line) => withoutMargin(unquoted(line, open), margin));
  if (end < lines.length) return { text: inner.join('\n'), isClosed: true };
  const text = inner.join('\n');
  // The closing fence follows the last line directly, or is arriving.
  const code = text.trimEnd();
  const before = code.charAt(code.length - marks.length - 1);
  const isGlued = code.endsWith(marks) && before.trim() !== '' && before !== marks[0];
  if (isGlued) return { text: code.slice(0, -marks.length), isClosed: true };
  return {
    text: text
      .replace(/\n[ \t]*[`~]{1,2}$/, '')
      .replace(/^[`~]{1,2}$/, '')
      .replace(/(?<!\n)\n+$/, ''),
    isClosed: false,
  };
}

/** The line without as many columns of white space as it has. */
function withoutMargin(line: string, margin: number): string {
  let columns = 0;
  let at = 0;
  while (columns < margin && (line[at] === ' ' || line[at] === '\t')) {
    columns += line[at] === '\t' ? 4 - (columns % 4) : 1;
    at += 1;
  }
  return ' '.repeat(Math.max(0, columns - margin)) + line.slice(at);
}

function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += char === '\t' ? 4 - (columns % 4) : 1;
  return columns;
}
