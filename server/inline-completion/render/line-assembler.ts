/** A suggestion, made of one line after the other: where each begins, what of it is wanted, and where it is enough. */
import type { CompletionLength } from '../completion-context.ts';
import type { OutputFormat } from '../generator.ts';
import { blockTracker } from './block-tracker.ts';
import { bracketBalancer } from './bracket-balancer.ts';
import { closingText } from './closing-text.ts';
import { type Opening, scanCode } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import {
  columnMapper,
  columnsOf,
  indentOf,
  isBlank,
  matchingIndent,
  type PreviousLine,
} from './indentation.ts';
import {
  blockOpeningLine,
  incompleteLine,
  opensBlock,
  sameLevelLine,
  startsWithCloser,
} from './languages.ts';
import { openingColumns } from './opening-columns.ts';
import { repeatsBelow } from './repeats-below.ts';
import { stripLineSuffix } from './strip-line-suffix.ts';

/** Lines of a suggestion at most. */
const maxLines = 50;

export type AssembledText = {
  /** The document's indentation; `\n` between lines. */
  readonly text: string;
  /** Units of the tail that `text` holds. */
  readonly consumedUnits: number;
};

export function lineAssembler(cursor: CursorContext, shape: CompletionLength, manner: OutputFormat) {
  const { language, indentation, linePrefix, lineSuffix, suffixKind } = cursor;
  const isEmptyLine = isBlank(linePrefix);
  const opensHere = !isEmptyLine && !cursor.enclosing && opensBlock(linePrefix, language);
  const closers = bracketBalancer(cursor);
  const opened = openingColumns(cursor);
  const block = blockTracker(cursor, opensHere);
  const out: string[] = [];
  const rest: string[] = [];
  let finished = false;
  /** What comes later is worth keeping for the next suggestion. */
  let keepsRest = false;
  /** What the suggestion had open at the end of the line before. */
  let depth = 0;
  /** Empty lines that are shown once something follows them. */
  let blanks = 0;
  let previous: PreviousLine = {
    columns: cursor.baseColumns,
    opens: opensHere ? opening(linePrefix) : 'nothing',
  };
  /** A chat model's first line stands at the margin, whatever the cursor's line does. */
  let fromMargin = manner === 'chat' && isEmptyLine && cursor.enclosing === 'string';
  let columnsFor = columnMapper(indentation, language, false);
  /** A line that is the one below, but says too little to be sure before the next one. */
  let doubtful: string | undefined;

  return {
    put(line: string) {
      if (finished) keep(line);
      else if (isBlank(line)) blank();
      else if (doubtful === undefined) add(line, false);
      else {
        const waiting = doubtful;
        doubtful = undefined;
        if (line.trim() === cursor.linesBelow[1]?.trim()) return finish(false);
        add(waiting, true);
        if (finished) keep(line);
        else add(line, false);
      }
    },
    /** Nothing that comes can change what is shown. */
    get finished() {
      return finished;
    },
    /** What is shown so far. */
    composed: (): AssembledText => ({ text: out.join('\n'), consumedUnits: closers.consumed }),
    /** What is shown when nothing more comes: with what the suggestion opened closed. */
    whole(): AssembledText {
      if (isBlank(out.join(''))) return { text: '', consumedUnits: 0 };
      const closing = closingText(cursor, shape, out, opensHere, closers, opened);
      return { text: out.join('\n') + closing, consumedUnits: closers.consumed };
    },
    /** What comes later is worth keeping for the next suggestion. */
    get keepsRest() {
      return keepsRest;
    },
    /**
     * What came after, indented as the document, with the line end before it.
     * @param begun the line that the model is at. Absent: it has ended, and empty lines alone are nothing
     */
    rest(begun?: string): string {
      if (!keepsRest || (begun === undefined && isBlank(rest.join('')))) return '';
      return ['', ...rest, ...(begun === undefined ? [] : [begun])].join('\n');
    },
  };

  function blank(): void {
    if (out.length > 0 && shape === 'line') finish(true);
    else blanks += 1;
  }

  function keep(line: string): void {
    if (!keepsRest) return;
    const columns = columnsFor(
      columnsOf(line, indentation),
      line.trimStart(),
      { columns: 0, opens: 'nothing' },
      false,
    );
    rest.push(isBlank(line) ? '' : indentOf(columns, indentation) + line.trim());
  }

  /** @param surely it is known to be no repetition */
  function add(line: string, surely: boolean): void {
    if (out.length > 0) further(line, surely);
    else if (blanks > 0 && !isEmptyLine) below(line, blanks);
    else if (manner === 'chat' && opensHere && blockOpeningLine.test(linePrefix)) below(line, 1);
    else first(line, surely);
  }

  function first(line: string, surely: boolean) {
    blanks = 0;
    let text = line;
    let pad = '';
    if (isEmptyLine && !inLongText()) {
      const own = columnsOf(line, indentation);
      text = line.trimStart();
      // A model may say the cursor's line from its beginning, or go on from where it stands.
      const isLevel =
        startsWithCloser(text, language) || (sameLevelLine.test(text) && !language.blocksByIndentation);
      const goesDeeper = own - cursor.baseColumns >= 2;
      const wanted = isLevel ? cursor.baseColumns : Math.max(goesDeeper ? own : 0, cursor.expectedColumns);
      pad = padding(linePrefix, cursor.baseColumns, wanted);
      block.beginAt(wanted);
      fromMargin = manner === 'chat' && own === 0;
      columnsFor = columnMapper(indentation, language, fromMargin);
      previous = { columns: wanted, opens: 'nothing' };
    } else if (isEmptyLine) text = removeColumns(line, cursor.baseColumns);
    else if (/\s$/.test(linePrefix)) text = inText() ? line.replace(/^ (?! )/, '') : line.trimStart();

    if (suffixKind === 'none' && !surely && shunned(linePrefix + text, previous.columns, line)) return;
    const fitted = closers.fit(suffixKind === 'code' ? stripLineSuffix(text, lineSuffix) : text, linePrefix);
    if (isBlank(fitted.text)) return finish(false);
    out.push(pad + trimmed(fitted.text));
    settle(fitted.text, previous.columns, fitted.isCut);
  }

  /** The model begins on a new line. */
  function below(line: string, breaks: number) {
    const goesOn = opensHere || incompleteLine.test(linePrefix) || isUnclosed(linePrefix);
    blanks = 0;
    if (suffixKind === 'code' || (shape === 'line' && !goesOn)) return finish(false);
    if (
      opensHere &&
      manner === 'chat' &&
      columnsOf(line, indentation) === 0 &&
      !startsWithCloser(line, language)
    )
      columnsFor = columnMapper(indentation, language, true);
    out.push('');
    blanks = Math.min(1, breaks - 1);
    further(line, false);
    if (out.length === 1) out.length = 0;
  }

  function further(line: string, surely: boolean) {
    if (!mayPushTail()) return finish(false);
    // A chat model moves all it says to the margin, text in strings as well.
    const verbatim = inLongText() && !fromMargin;
    const own = columnsOf(line, indentation);
    const text = line.trimStart();
    const columns = verbatim ? own : columnsFor(own, text, previous, blanks > 0 && !inText());
    const indent = verbatim
      ? line.slice(0, line.length - text.length)
      : (columns === own && matchingIndent(line, indentation)) || indentOf(columns, indentation);
    const isFirst = out.length === 1 && out[0] === '';
    if (!isFirst && closers.depth === 0 && endsHere(verbatim, text, columns)) {
      finish(true);
      for (; blanks > 0; blanks -= 1) rest.push('');
      rest.push(indent + text.trimEnd());
      return;
    }
    if (!surely && shunned(text, columns, line)) return;

    const fitted = closers.fit(text, '');
    if (isBlank(fitted.text)) return finish(false);
    for (; blanks > 0; blanks -= 1) out.push('');
    out.push(indent + trimmed(fitted.text));
    block.added(columns, depth);
    settle(fitted.text, columns, fitted.isCut);
  }

  function endsHere(verbatim: boolean, text: string, columns: number): boolean {
    // In a text that the document began, an empty line is where the suggestion ends.
    if (verbatim) return blanks > 0;
    return block.endsBefore(text, columns, { afterBlank: blanks > 0, waitsForTail: waitsForTail() });
  }

  /** What follows from a line that has been added. */
  function settle(text: string, columns: number, stop: boolean) {
    const isOpen = !inText() && (closers.depth > depth || opensBlock(text, language));
    let opens = inText() ? 'nothing' : opening(text);
    if (opens === 'nothing' && fromMargin && isOpen) opens = 'list';
    depth = closers.depth;
    const continued = /\\$/.test(text);
    previous = { columns: opened.added(columns, closers.stack, continued), opens };
    if (stop) return finish(false);
    if (shape === 'line' || suffixKind === 'code') return finish(true);
    if (out.length >= maxLines) return finish(false);
    if (closers.depth > 0 || inLongText()) return;
    if (language.statementEnd?.test(text)) return finish(true);
    if (out.length === 1 || opens !== 'nothing' || waitsForTail() || closers.isMissed) return;
    // What the document opened above has come to its end.
    if (block.isClosedBy(text, columns)) finish(true);
  }

  /** The line stands below already; or may, and then it waits for the next one. */
  function shunned(full: string, columns: number, line: string): boolean {
    const repeats = repeatsBelow(cursor, full, columns, { inText: inText(), isInner: closers.depth > 0 });
    if (repeats === 'no' || (repeats === 'perhaps' && shape === 'line')) return false;
    if (repeats === 'perhaps') doubtful = line;
    else finish(false);
    return true;
  }

  /** What closes the cursor's line has not been said yet. */
  function waitsForTail(): boolean {
    return !isBlank(lineSuffix.slice(closers.consumed));
  }

  /** What stands behind the cursor may come to stand below another line. */
  function mayPushTail(): boolean {
    if (!waitsForTail() || closers.depth > 0) return true;
    return out[0] === '' || incompleteLine.test(out.at(-1) ?? '');
  }

  function isUnclosed(text: string): boolean {
    const stack: Opening[] = [];
    scanCode(text, language, stack);
    return stack.some(({ kind }) => kind === 'bracket');
  }

  /** Without blanks at the end, but for one that the code behind the cursor needs. */
  function trimmed(text: string): string {
    const end = text.trimEnd();
    const joins = suffixKind === 'code' && out.length === 0 && end.length < text.length;
    return joins && /^[\p{L}\d_$=+*/<>&|?-]/u.test(lineSuffix) ? `${end} ` : end;
  }

  /** Whether the next line has to be deeper. Lines that go on with an expression have steps of their own. */
  function opening(text: string): PreviousLine['opens'] {
    if (!opensBlock(text, language) || /=>\s*$|^\s*(?:[?:.&|+*]|<<<<|====)/.test(text)) return 'nothing';
    return /[([]\s*$/.test(text) ? 'list' : 'block';
  }

  function inText(): boolean {
    const kind = closers.stack.at(-1)?.kind;
    return kind === 'string' || kind === 'comment';
  }

  /** White space at the beginning of a line is part of a string. */
  function inLongText(): boolean {
    const top = closers.stack.at(-1);
    return top?.kind === 'string' && !top.oneLine;
  }

  function finish(worthKeeping: boolean): void {
    finished = true;
    keepsRest = worthKeeping && !waitsForTail();
  }
}

/** The line without white space that stands before the cursor already. */
function removeColumns(line: string, columns: number): string {
  const blank = /^[ \t]*/.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(blank, columns));
}

const padding = (prefix: string, from: number, to: number): string => {
  if (to <= from) return '';
  return prefix.includes('\t') ? '\t' : ' '.repeat(to - from);
};
