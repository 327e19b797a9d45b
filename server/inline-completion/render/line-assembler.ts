/** Assembles a suggestion line by line: indents each line, drops what does not belong in it and finds the end of the suggestion. */
import type { CompletionLength } from '../completion-context.ts';
import type { OutputFormat } from '../generator.ts';
import { type BlockTracker, blockTracker } from './block-tracker.ts';
import { type BracketBalancer, bracketBalancer } from './bracket-balancer.ts';
import { closingText } from './closing-text.ts';
import { isInText, type Opening, scanCode } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import { blockOpeningLine, incompleteLine, type LanguageSyntax, opensBlock } from './languages.ts';
import { lineIndenter } from './line-indenter.ts';
import { repeatsBelow } from './repeats-below.ts';
import { stripLineSuffix } from './strip-line-suffix.ts';

const maxLines = 50;

export type AssembledText = {
  /** The document's indentation; `\n` between lines. */
  readonly text: string;
  /** Units of the line suffix that `text` contains. */
  readonly consumedUnits: number;
};

/** A suggestion while its lines arrive. */
type Assembly = {
  readonly cursor: CursorContext;
  readonly length: CompletionLength;
  readonly format: OutputFormat;
  /** Nothing but white space is before the cursor on its line. */
  readonly isEmptyLine: boolean;
  /** The cursor's line opens a block, which the suggestion fills. */
  readonly opensHere: boolean;
  readonly balancer: BracketBalancer;
  readonly indenter: ReturnType<typeof lineIndenter>;
  readonly block: BlockTracker;
  readonly lines: string[];
  /** Lines after the suggestion, for the next one. */
  readonly remainder: string[];
  isComplete: boolean;
  keepsRemainder: boolean;
  /** How many openings of the suggestion were open at the end of the line before. */
  depth: number;
  /** Empty lines that are shown as soon as a line follows them. */
  blankLines: number;
  /** A line equal to the one below the cursor that is too common to be sure; the next line decides. */
  undecidedLine: string | undefined;
};

export function lineAssembler(cursor: CursorContext, length: CompletionLength, format: OutputFormat) {
  const isEmptyLine = isBlank(cursor.linePrefix);
  const opensHere = !isEmptyLine && !cursor.enclosing && opensBlock(cursor.linePrefix, cursor.language);
  const assembly: Assembly = {
    cursor,
    length,
    format,
    isEmptyLine,
    opensHere,
    balancer: bracketBalancer(cursor),
    indenter: lineIndenter(cursor, format, opensHere),
    block: blockTracker(cursor, opensHere),
    lines: [],
    remainder: [],
    isComplete: false,
    keepsRemainder: false,
    depth: 0,
    blankLines: 0,
    undecidedLine: undefined,
  };
  const { lines, remainder, balancer, indenter } = assembly;

  return {
    addLine: (line: string): void => addLine(assembly, line),
    /** No later line can change the suggestion. */
    get isComplete() {
      return assembly.isComplete;
    },
    /** The suggestion so far. */
    currentText: (): AssembledText => ({
      text: lines.join('\n'),
      consumedUnits: balancer.consumedUnits,
    }),
    /** The suggestion if no line follows, with everything closed that it opened. */
    finalText(): AssembledText {
      if (isBlank(lines.join(''))) return { text: '', consumedUnits: 0 };
      const closing = closingText(cursor, length, lines, opensHere, balancer, indenter.openingColumns);
      return { text: lines.join('\n') + closing, consumedUnits: balancer.consumedUnits };
    },
    /** The lines after the suggestion may begin the next one. */
    get keepsRemainder() {
      return assembly.keepsRemainder;
    },
    /**
     * The lines after the suggestion with the document's indentation, and the line end before them. Empty: of no use.
     * @param unfinishedLine the model's current line. Absent: the model has ended, and blank lines alone are of no use
     */
    remainder(unfinishedLine?: string): string {
      if (!assembly.keepsRemainder || (unfinishedLine === undefined && isBlank(remainder.join(''))))
        return '';
      return ['', ...remainder, ...(unfinishedLine === undefined ? [] : [unfinishedLine])].join('\n');
    },
  };
}

function addLine(assembly: Assembly, line: string) {
  const { undecidedLine } = assembly;
  if (assembly.isComplete) keepLine(assembly, line);
  else if (isBlank(line)) addBlankLine(assembly);
  else if (undecidedLine === undefined) addTextLine(assembly, line, false);
  else {
    assembly.undecidedLine = undefined;
    if (line.trim() === assembly.cursor.linesBelow[1]?.trim()) return complete(assembly, false);
    addTextLine(assembly, undecidedLine, true);
    if (assembly.isComplete) keepLine(assembly, line);
    else addTextLine(assembly, line, false);
  }
}

function keepLine({ keepsRemainder, remainder, indenter }: Assembly, line: string): void {
  if (keepsRemainder) remainder.push(indenter.indentRemainder(line));
}

function addBlankLine(assembly: Assembly): void {
  if (assembly.lines.length > 0 && assembly.length === 'line') complete(assembly, true);
  else assembly.blankLines += 1;
}

/** @param isNew the line is known not to repeat the one below the cursor */
function addTextLine(assembly: Assembly, line: string, isNew: boolean): void {
  const { lines, blankLines, isEmptyLine, format, opensHere, cursor } = assembly;
  if (lines.length > 0) addFurtherLine(assembly, line, isNew);
  else if (blankLines > 0 && !isEmptyLine) addLineBelow(assembly, line, blankLines);
  else if (format === 'chat' && opensHere && blockOpeningLine.test(cursor.linePrefix))
    addLineBelow(assembly, line, 1);
  else addFirstLine(assembly, line, isNew);
}

/** The suggestion begins on the cursor's line. */
function addFirstLine(assembly: Assembly, line: string, isNew: boolean) {
  const { cursor, isEmptyLine, balancer, indenter, block, lines } = assembly;
  const { linePrefix, lineSuffix, suffixKind, baseColumns } = cursor;
  assembly.blankLines = 0;
  let text = line;
  let padding = '';
  if (isEmptyLine && !isInMultilineString(balancer.openings)) {
    const first = indenter.indentFirst(line);
    text = first.text;
    padding = first.padding;
    block.startAt(first.columns);
  } else if (isEmptyLine) text = removeIndent(line, baseColumns);
  else if (/\s$/.test(linePrefix))
    text = isInText(balancer.openings) ? line.replace(/^ (?! )/, '') : line.trimStart();

  const columns = indenter.previousColumns;
  if (suffixKind === 'none' && !isNew && isRepetition(assembly, linePrefix + text, columns, line)) return;
  const fillText = suffixKind === 'code' ? stripLineSuffix(text, lineSuffix) : text;
  const balanced = balancer.balance(fillText, linePrefix);
  if (isBlank(balanced.text)) return complete(assembly, false);
  lines.push(padding + trimLineEnd(assembly, balanced.text));
  afterLine(assembly, balanced.text, columns, balanced.isCut);
}

/** The suggestion begins on a new line. */
function addLineBelow(assembly: Assembly, line: string, lineBreaks: number) {
  const { cursor, length, opensHere, indenter, lines } = assembly;
  const { linePrefix, suffixKind, language } = cursor;
  const continuesLine =
    opensHere || incompleteLine.test(linePrefix) || hasUnclosedBracket(linePrefix, language);
  assembly.blankLines = 0;
  if (suffixKind === 'code' || (length === 'line' && !continuesLine)) return complete(assembly, false);
  if (opensHere) indenter.startBelowOpener(line);
  lines.push('');
  assembly.blankLines = Math.min(1, lineBreaks - 1);
  addFurtherLine(assembly, line, false);
  if (lines.length === 1) lines.length = 0;
}

function addFurtherLine(assembly: Assembly, line: string, isNew: boolean) {
  const { balancer, indenter, block, lines, remainder } = assembly;
  if (!mayMoveSuffix(assembly)) return complete(assembly, false);
  const { openings } = balancer;
  // A chat model moves its whole output to the margin, text in strings as well.
  const keepsIndent = isInMultilineString(openings) && !indenter.startsAtMargin;
  const afterBlank = assembly.blankLines > 0;
  const { text, columns, indent } = indenter.indent(line, {
    keepsIndent,
    afterBlank: afterBlank && !isInText(openings),
  });
  const isFirst = lines.length === 1 && lines[0] === '';
  if (!isFirst && balancer.depth === 0 && endsBefore(assembly, text, columns, keepsIndent)) {
    complete(assembly, true);
    for (; assembly.blankLines > 0; assembly.blankLines -= 1) remainder.push('');
    remainder.push(indent + text.trimEnd());
    return;
  }
  if (!isNew && isRepetition(assembly, text, columns, line)) return;

  const balanced = balancer.balance(text, '');
  if (isBlank(balanced.text)) return complete(assembly, false);
  for (; assembly.blankLines > 0; assembly.blankLines -= 1) lines.push('');
  lines.push(indent + trimLineEnd(assembly, balanced.text));
  block.addLine(columns, assembly.depth);
  afterLine(assembly, balanced.text, columns, balanced.isCut);
}

function endsBefore(assembly: Assembly, text: string, columns: number, keepsIndent: boolean): boolean {
  const afterBlank = assembly.blankLines > 0;
  // In a text that the document began, the suggestion ends at an empty line.
  if (keepsIndent) return afterBlank;
  return assembly.block.endsBefore(text, columns, { afterBlank, waitsForSuffix: waitsForSuffix(assembly) });
}

/** Decides whether the suggestion is complete with the line that was just added. */
function afterLine(assembly: Assembly, text: string, columns: number, isCut: boolean) {
  const { cursor, length, balancer, indenter, block, lines } = assembly;
  const { openings, depth } = balancer;
  const opensMore = depth > assembly.depth;
  const opens = indenter.addLine(text, columns, { openings, isInText: isInText(openings), opensMore });
  assembly.depth = depth;
  if (isCut) return complete(assembly, false);
  if (length === 'line' || cursor.suffixKind === 'code') return complete(assembly, true);
  if (lines.length >= maxLines) return complete(assembly, false);
  if (depth > 0 || isInMultilineString(openings)) return;
  if (cursor.language.statementEnd?.test(text)) return complete(assembly, true);
  if (lines.length === 1 || opens !== 'nothing' || waitsForSuffix(assembly) || balancer.hasMissingCloser)
    return;
  // The line closes what the document opened above.
  if (block.isClosedBy(text, columns)) complete(assembly, true);
}

/**
 * The line repeats the one below the cursor; or may, and then it waits for the next line.
 * @param fullLine `line` with the text before it on the same line
 */
function isRepetition(assembly: Assembly, fullLine: string, columns: number, line: string): boolean {
  const { cursor, length, balancer } = assembly;
  const repeats = repeatsBelow(cursor, fullLine, columns, {
    inText: isInText(balancer.openings),
    isInner: balancer.depth > 0,
  });
  if (repeats === 'no' || (repeats === 'perhaps' && length === 'line')) return false;
  if (repeats === 'perhaps') assembly.undecidedLine = line;
  else complete(assembly, false);
  return true;
}

function complete(assembly: Assembly, keepsRemainder: boolean): void {
  assembly.isComplete = true;
  assembly.keepsRemainder = keepsRemainder && !waitsForSuffix(assembly);
}

/** The suggestion has not yet reached the text that closes the cursor's line. */
const waitsForSuffix = ({ cursor, balancer }: Assembly): boolean =>
  !isBlank(cursor.lineSuffix.slice(balancer.consumedUnits));

/** The text after the cursor may move below another line. */
function mayMoveSuffix(assembly: Assembly): boolean {
  const { lines, balancer } = assembly;
  if (!waitsForSuffix(assembly) || balancer.depth > 0) return true;
  return lines[0] === '' || incompleteLine.test(lines.at(-1) ?? '');
}

/** Without white space at the end, except for one space that the code after the cursor needs. */
function trimLineEnd({ cursor, lines }: Assembly, text: string): string {
  const end = text.trimEnd();
  const joinsSuffix = cursor.suffixKind === 'code' && lines.length === 0 && end.length < text.length;
  return joinsSuffix && /^[\p{L}\d_$=+*/<>&|?-]/u.test(cursor.lineSuffix) ? `${end} ` : end;
}

function hasUnclosedBracket(text: string, language: LanguageSyntax): boolean {
  const openings: Opening[] = [];
  scanCode(text, language, openings);
  return openings.some(({ kind }) => kind === 'bracket');
}

/** White space at the beginning of a line is part of a string. */
function isInMultilineString(openings: readonly Opening[]): boolean {
  const innermost = openings.at(-1);
  return innermost?.kind === 'string' && !innermost.oneLine;
}

/** The line without the white space that is already before the cursor. */
function removeIndent(line: string, columns: number): string {
  const blank = /^[ \t]*/.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(blank, columns));
}
