/** The surroundings of the cursor that decide what may be shown there. */
import { effectivePrefix } from '../completion.ts';
import type { CompletionContext, Indentation } from '../completion-context.ts';
import { type Opening, scanCode } from './code-scanner.ts';
import { columnsOf, isBlank } from './indentation.ts';
import { type LanguageSyntax, languageSyntaxOf, opensBlock } from './languages.ts';

/** UTF-16 units of the document scanned before and after the cursor; text further away decides nothing. */
const scannedUnits = 24_000;
/** Lines above the cursor that a model's output is compared with. */
const maxLinesAbove = 80;

export type CursorContext = {
  readonly language: LanguageSyntax;
  readonly languageId: string;
  readonly newline: '\n' | '\r\n';
  /** How this part of the document is indented, even if the editor's settings differ. */
  readonly indentation: Indentation;
  /** The cursor's line up to the cursor, with the selected item of the suggest widget. */
  readonly linePrefix: string;
  /** The rest of the cursor's line, without its end. */
  readonly lineSuffix: string;
  /** `closing`: closers and final punctuation only. `code`: other text follows the cursor. */
  readonly suffixKind: 'none' | 'closing' | 'code';
  /** Indentation of the cursor's line, in columns. */
  readonly baseColumns: number;
  /** Columns its text should begin at: more than `baseColumns` on an empty line below one that opens a block. */
  readonly expectedColumns: number;
  /** Non-blank lines above, the nearest last. */
  readonly linesAbove: readonly string[];
  /** Non-blank lines below, the nearest first. */
  readonly linesBelow: readonly string[];
  /** What is open at the cursor, the innermost last. */
  readonly openings: readonly Opening[];
  /** The cursor is inside a string or a comment. */
  readonly enclosing: 'string' | 'comment' | undefined;
  /** That string or comment may span lines and ends after the cursor. */
  readonly isEnclosingClosed: boolean;
  /** How often each closer without an opener follows the cursor, after the first `consumedUnits` of the line suffix. */
  unmatchedClosers(consumedUnits: number): ReadonlyMap<string, number>;
  /** The document contains this text near the cursor: it is not a marker of the model's. */
  documentContains(text: string): boolean;
};

/** Three decisions share one cursor context: whether to suggest, how much to complete and what to show. */
const cursorContexts = new WeakMap<CompletionContext, CursorContext>();

export function cursorContextOf(context: CompletionContext): CursorContext {
  const cursor = cursorContexts.get(context) ?? readCursorContext(context);
  cursorContexts.set(context, cursor);
  return cursor;
}

function readCursorContext(context: CompletionContext): CursorContext {
  const { after, languageId } = context;
  const language = languageSyntaxOf(languageId);
  const before = effectivePrefix(context);
  const textBefore = before.slice(-scannedUnits);
  const textAfter = after.slice(0, scannedUnits);

  const lineStart = before.lastIndexOf('\n') + 1;
  const linePrefix = before.slice(lineStart);
  const lineSuffix = /^[^\r\n]*/.exec(after)?.[0] ?? '';
  const linesAbove = textBefore
    .slice(0, Math.max(0, textBefore.length - linePrefix.length))
    .split(/\r?\n/)
    .filter((line) => !isBlank(line))
    .slice(-maxLinesAbove);
  const linesBelow = textAfter
    .slice(lineSuffix.length, lineSuffix.length + 2_000)
    .split(/\r?\n/)
    .filter((line) => !isBlank(line))
    .slice(0, 6);

  const indentation = indentationInUse(context.indentation, [
    linePrefix,
    linesAbove.at(-1) ?? '',
    linesBelow[0] ?? '',
  ]);
  const baseColumns = columnsOf(linePrefix, indentation);
  const openings: Opening[] = [];
  scanCode(textBefore, language, openings);
  const innermost = openings.at(-1);
  const enclosing =
    innermost?.kind === 'string' || innermost?.kind === 'comment' ? innermost.kind : undefined;
  const isBody =
    isBlank(linePrefix) &&
    !enclosing &&
    opensBlock(linesAbove.at(-1) ?? '', language) &&
    !/=>\s*$/.test(linesAbove.at(-1) ?? '');
  const isEnclosingClosed =
    innermost !== undefined &&
    enclosing !== undefined &&
    !innermost.oneLine &&
    isClosedIn(textAfter, innermost);

  return {
    language,
    languageId,
    newline: newlineOf(textBefore, textAfter),
    indentation,
    linePrefix,
    lineSuffix,
    suffixKind: suffixKindOf(lineSuffix, language),
    baseColumns,
    expectedColumns: isBody
      ? Math.max(baseColumns, columnsOf(statementLine(linesAbove), indentation) + indentation.size)
      : baseColumns,
    linesAbove,
    linesBelow,
    openings,
    enclosing,
    isEnclosingClosed,
    unmatchedClosers: (consumedUnits) =>
      countUnmatchedClosers(
        textAfter.slice(consumedUnits),
        language,
        consumedUnits === 0 && enclosing && innermost && (innermost.oneLine || isEnclosingClosed)
          ? [innermost]
          : [],
      ),
    documentContains: (text) => textBefore.includes(text) || textAfter.includes(text),
  };
}

/** The line on which the last statement begins: from it on, every closed bracket was also opened. */
function statementLine(lines: readonly string[]): string {
  let open = 0;
  for (const line of lines.slice(-12).reverse()) {
    open += (line.match(/[([]/g)?.length ?? 0) - (line.match(/[)\]]/g)?.length ?? 0);
    if (open >= 0) return line;
  }
  return lines.at(-1) ?? '';
}

/** Only closers: brackets, quotes, tags, ends of comments, and the punctuation after them. */
const closingSuffix = /^\s*(?:(?:<\/[\w.:-]*>|[)\]}>"'`]|\*\/|-->|%>|\/>)\s*)*(?:[;,:{][\s;,:{]*)?$/;

function suffixKindOf(lineSuffix: string, { prose }: LanguageSyntax): CursorContext['suffixKind'] {
  if (isBlank(lineSuffix)) return 'none';
  return closingSuffix.test(lineSuffix) || (prose && /^[\s.,;:!?)\]}>"'`*_]*$/.test(lineSuffix))
    ? 'closing'
    : 'code';
}

/** The nearest line end decides, so that a suggestion does not mix line ends. */
function newlineOf(before: string, after: string): CursorContext['newline'] {
  const last = before.lastIndexOf('\n');
  if (last >= 0) return before[last - 1] === '\r' ? '\r\n' : '\n';
  const first = after.indexOf('\n');
  return first > 0 && after[first - 1] === '\r' ? '\r\n' : '\n';
}

function indentationInUse(indentation: Indentation, lines: readonly string[]): Indentation {
  const indented = lines.find((line) => /^[ \t]+/.test(line) && (!isBlank(line) || line === lines[0]));
  if (!indented) return indentation;
  if (indented.startsWith('\t')) return { ...indentation, tabs: true };
  return /^ {2,}/.test(indented) ? { ...indentation, tabs: false } : indentation;
}

/** Where opener and closer look alike, an odd number of them means that the first one is a closer. */
function isClosedIn(text: string, { close, kind }: Opening): boolean {
  const ends = text.split(close).length - 1;
  if (kind === 'comment') return ends > 0 && !(text.split(close)[0] ?? '').includes('/*');
  return ends % 2 === 1;
}

function countUnmatchedClosers(
  text: string,
  language: LanguageSyntax,
  openings: Opening[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  scanCode(text, language, openings, {
    onToken: ({ kind, opening, text: token }) => {
      if (kind === 'close' && !opening) counts.set(token, (counts.get(token) ?? 0) + 1);
    },
  });
  return counts;
}
