/** What surrounds the cursor, as far as it matters for what may be shown there. */
import { effectivePrefix } from '../completion.ts';
import type { CompletionContext, Indentation } from '../completion-context.ts';
import { type Opening, scanCode } from './code-scanner.ts';
import { columnsOf, isBlank } from './indentation.ts';
import { type LanguageSyntax, languageSyntaxOf, opensBlock } from './languages.ts';

/** Units of the document that are read before and after the cursor; what is further away decides nothing. */
const scannedUnits = 24_000;
/** Lines above that a model may say once more. */
const maxLinesAbove = 80;

export type CursorContext = {
  readonly language: LanguageSyntax;
  readonly languageId: string;
  readonly newline: '\n' | '\r\n';
  /** How this part of the document is indented, whatever the editor's settings say. */
  readonly indentation: Indentation;
  /** The cursor's line up to the cursor, with what the suggest widget has selected. */
  readonly linePrefix: string;
  /** The rest of the cursor's line, without its end. */
  readonly lineSuffix: string;
  /** `closing`: nothing but what ends things. `code`: something goes on behind the cursor. */
  readonly suffixKind: 'none' | 'closing' | 'code';
  /** Columns of the cursor's line. */
  readonly baseColumns: number;
  /** Columns its text should begin at: deeper than `base` on an empty line below one that opens a block. */
  readonly expectedColumns: number;
  /** Lines above that are not blank, the nearest last. */
  readonly linesAbove: readonly string[];
  /** Lines below that are not blank, the nearest first. */
  readonly linesBelow: readonly string[];
  /** What is open at the cursor, the innermost last. */
  readonly openings: readonly Opening[];
  /** The cursor is within a string or a comment. */
  readonly enclosing: 'string' | 'comment' | undefined;
  /** That string or comment, if it may go over lines, has its end after the cursor. */
  readonly isEnclosingClosed: boolean;
  /** How often each closer stands after the cursor without its opener, past `consumed` units of the tail. */
  unmatchedClosers(consumed: number): ReadonlyMap<string, number>;
  /** The document says this already near the cursor, so that it is no marker of a model's. */
  documentContains(text: string): boolean;
};

/** Whether to ask, for how much and what to show are three questions about one cursor. */
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
  const near = before.slice(-scannedUnits);
  const far = after.slice(0, scannedUnits);

  const lineStart = before.lastIndexOf('\n') + 1;
  const prefix = before.slice(lineStart);
  const tail = /^[^\r\n]*/.exec(after)?.[0] ?? '';
  const above = near
    .slice(0, Math.max(0, near.length - prefix.length))
    .split(/\r?\n/)
    .filter((line) => !isBlank(line))
    .slice(-maxLinesAbove);
  const below = far
    .slice(tail.length, tail.length + 2_000)
    .split(/\r?\n/)
    .filter((line) => !isBlank(line))
    .slice(0, 6);

  const indentation = indentationInUse(context.indentation, [prefix, above.at(-1) ?? '', below[0] ?? '']);
  const base = columnsOf(prefix, indentation);
  const stack: Opening[] = [];
  scanCode(near, language, stack);
  const top = stack.at(-1);
  const within = top?.kind === 'string' || top?.kind === 'comment' ? top.kind : undefined;
  const isBody =
    isBlank(prefix) &&
    !within &&
    opensBlock(above.at(-1) ?? '', language) &&
    !/=>\s*$/.test(above.at(-1) ?? '');
  const isEnded = top !== undefined && within !== undefined && !top.oneLine && isClosedIn(far, top);

  return {
    language,
    languageId,
    newline: newlineOf(near, far),
    indentation,
    linePrefix: prefix,
    lineSuffix: tail,
    suffixKind: suffixKindOf(tail, language),
    baseColumns: base,
    expectedColumns: isBody
      ? Math.max(base, columnsOf(statementLine(above), indentation) + indentation.size)
      : base,
    linesAbove: above,
    linesBelow: below,
    openings: stack,
    enclosing: within,
    isEnclosingClosed: isEnded,
    unmatchedClosers: (consumed) =>
      countUnmatchedClosers(
        far.slice(consumed),
        language,
        consumed === 0 && within && top && (top.oneLine || isEnded) ? [top] : [],
      ),
    documentContains: (text) => near.includes(text) || far.includes(text),
  };
}

/** The line that the last statement began on: the nearest before which all that is closed was opened. */
function statementLine(lines: readonly string[]): string {
  let open = 0;
  for (const line of lines.slice(-12).reverse()) {
    open += (line.match(/[([]/g)?.length ?? 0) - (line.match(/[)\]]/g)?.length ?? 0);
    if (open >= 0) return line;
  }
  return lines.at(-1) ?? '';
}

/** Only what ends things: brackets, quotes, tags, ends of comments, and the sign after them. */
const closingSuffix = /^\s*(?:(?:<\/[\w.:-]*>|[)\]}>"'`]|\*\/|-->|%>|\]\]|\/>)\s*)*(?:[;,:{]|\s)*$/;

function suffixKindOf(tail: string, { prose }: LanguageSyntax): CursorContext['suffixKind'] {
  if (isBlank(tail)) return 'none';
  return closingSuffix.test(tail) || (prose && /^[\s.,;:!?)\]}>"'`*_]*$/.test(tail)) ? 'closing' : 'code';
}

/** The nearest line end decides, so that nothing is mixed that was not. */
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

/** Where beginning and end look alike, an odd number of them says that the first one is an end. */
function isClosedIn(text: string, { close, kind }: Opening): boolean {
  const ends = text.split(close).length - 1;
  if (kind === 'comment') return ends > 0 && !(text.split(close)[0] ?? '').includes('/*');
  return ends % 2 === 1;
}

function countUnmatchedClosers(
  text: string,
  language: LanguageSyntax,
  stack: Opening[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  scanCode(text, language, stack, {
    onToken: ({ kind, opening, text: token }) => {
      if (kind === 'close' && !opening) counts.set(token, (counts.get(token) ?? 0) + 1);
    },
  });
  return counts;
}
