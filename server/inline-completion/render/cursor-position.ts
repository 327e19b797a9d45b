/** What surrounds the cursor, as far as it matters for what may be shown there. */
import { effectivePrefix } from '../completion.ts';
import type { CompletionContext, Indentation } from '../completion-context.ts';
import { columnsOf, isBlank } from './indentation.ts';
import { isOpener, type Language, languageOf } from './languages.ts';
import { type Opening, scan } from './scan.ts';

/** Units of the document that are read before and after the cursor; what is further away decides nothing. */
const reach = 24_000;
/** Lines above that a model may say once more. */
const remembered = 80;

export type CursorPosition = {
  readonly language: Language;
  readonly languageId: string;
  readonly newline: '\n' | '\r\n';
  /** How this part of the document is indented, whatever the editor's settings say. */
  readonly indentation: Indentation;
  /** The cursor's line up to the cursor, with what the suggest widget has selected. */
  readonly prefix: string;
  /** The rest of the cursor's line, without its end. */
  readonly tail: string;
  /** `closing`: nothing but what ends things. `code`: something goes on behind the cursor. */
  readonly tailKind: 'none' | 'closing' | 'code';
  /** Columns of the cursor's line. */
  readonly base: number;
  /** Columns its text should begin at: deeper than `base` on an empty line below one that opens a block. */
  readonly expected: number;
  /** Lines above that are not blank, the nearest last. */
  readonly above: readonly string[];
  /** Lines below that are not blank, the nearest first. */
  readonly below: readonly string[];
  /** What is open at the cursor, the innermost last. */
  readonly stack: readonly Opening[];
  /** The cursor is within a string or a comment. */
  readonly within: 'string' | 'comment' | undefined;
  /** That string or comment, if it may go over lines, has its end after the cursor. */
  readonly isEnded: boolean;
  /** How often each closer stands after the cursor without its opener, past `consumed` units of the tail. */
  closersAfter(consumed: number): ReadonlyMap<string, number>;
  /** The document says this already near the cursor, so that it is no marker of a model's. */
  mentions(text: string): boolean;
};

/** Whether to ask, for how much and what to show are three questions about one place. */
const known = new WeakMap<CompletionContext, CursorPosition>();

export function placeOf(situation: CompletionContext): CursorPosition {
  const place = known.get(situation) ?? lookAround(situation);
  known.set(situation, place);
  return place;
}

function lookAround(situation: CompletionContext): CursorPosition {
  const { after, languageId } = situation;
  const language = languageOf(languageId);
  const before = effectivePrefix(situation);
  const near = before.slice(-reach);
  const far = after.slice(0, reach);

  const lineStart = before.lastIndexOf('\n') + 1;
  const prefix = before.slice(lineStart);
  const tail = /^[^\r\n]*/.exec(after)?.[0] ?? '';
  const above = near
    .slice(0, Math.max(0, near.length - prefix.length))
    .split(/\r?\n/)
    .filter((line) => !isBlank(line))
    .slice(-remembered);
  const below = far
    .slice(tail.length, tail.length + 2_000)
    .split(/\r?\n/)
    .filter((line) => !isBlank(line))
    .slice(0, 6);

  const indentation = asUsed(situation.indentation, [prefix, above.at(-1) ?? '', below[0] ?? '']);
  const base = columnsOf(prefix, indentation);
  const stack: Opening[] = [];
  scan(near, language, stack);
  const top = stack.at(-1);
  const within = top?.kind === 'string' || top?.kind === 'comment' ? top.kind : undefined;
  const isBody =
    isBlank(prefix) &&
    !within &&
    isOpener(above.at(-1) ?? '', language) &&
    !/=>\s*$/.test(above.at(-1) ?? '');
  const isEnded = top !== undefined && within !== undefined && !top.oneLine && isEndedIn(far, top);

  return {
    language,
    languageId,
    newline: newlineOf(near, far),
    indentation,
    prefix,
    tail,
    tailKind: tailKindOf(tail, language),
    base,
    expected: isBody ? Math.max(base, columnsOf(statement(above), indentation) + indentation.size) : base,
    above,
    below,
    stack,
    within,
    isEnded,
    closersAfter: (consumed) =>
      unmatched(
        far.slice(consumed),
        language,
        consumed === 0 && within && top && (top.oneLine || isEnded) ? [top] : [],
      ),
    mentions: (text) => near.includes(text) || far.includes(text),
  };
}

/** The line that the last statement began on: the nearest before which all that is closed was opened. */
function statement(lines: readonly string[]): string {
  let open = 0;
  for (const line of lines.slice(-12).reverse()) {
    open += (line.match(/[([]/g)?.length ?? 0) - (line.match(/[)\]]/g)?.length ?? 0);
    if (open >= 0) return line;
  }
  return lines.at(-1) ?? '';
}

/** Only what ends things: brackets, quotes, tags, ends of comments, and the sign after them. */
const closing = /^\s*(?:(?:<\/[\w.:-]*>|[)\]}>"'`]|\*\/|-->|%>|\]\]|\/>)\s*)*(?:[;,:{]|\s)*$/;

function tailKindOf(tail: string, { prose }: Language): CursorPosition['tailKind'] {
  if (isBlank(tail)) return 'none';
  return closing.test(tail) || (prose && /^[\s.,;:!?)\]}>"'`*_]*$/.test(tail)) ? 'closing' : 'code';
}

/** The nearest line end decides, so that nothing is mixed that was not. */
function newlineOf(before: string, after: string): CursorPosition['newline'] {
  const last = before.lastIndexOf('\n');
  if (last >= 0) return before[last - 1] === '\r' ? '\r\n' : '\n';
  const first = after.indexOf('\n');
  return first > 0 && after[first - 1] === '\r' ? '\r\n' : '\n';
}

function asUsed(indentation: Indentation, lines: readonly string[]): Indentation {
  const indented = lines.find((line) => /^[ \t]+/.test(line) && (!isBlank(line) || line === lines[0]));
  if (!indented) return indentation;
  if (indented.startsWith('\t')) return { ...indentation, tabs: true };
  return /^ {2,}/.test(indented) ? { ...indentation, tabs: false } : indentation;
}

/** Where beginning and end look alike, an odd number of them says that the first one is an end. */
function isEndedIn(text: string, { close, kind }: Opening): boolean {
  const ends = text.split(close).length - 1;
  if (kind === 'comment') return ends > 0 && !(text.split(close)[0] ?? '').includes('/*');
  return ends % 2 === 1;
}

function unmatched(text: string, language: Language, stack: Opening[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  scan(text, language, stack, {
    visit: ({ kind, opening, text: token }) => {
      if (kind === 'close' && !opening) counts.set(token, (counts.get(token) ?? 0) + 1);
    },
  });
  return counts;
}
