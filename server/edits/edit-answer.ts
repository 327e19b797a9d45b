/** An answer that changes lines of the file: a unified diff, or search and replace blocks. */
import type { Range } from 'vscode-languageserver-protocol';
import type { FileContext } from '../../shared/ask.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';
import { type CodeProblem, withoutPlace } from './code-issues.ts';
import { type CodePlace, codeLines, isWholeFile, toCodeAnswer } from './code-place.ts';
import { applyLineEdits, type LineEdit } from './find-lines.ts';
import type { Span } from './fit-code.ts';
import { codeBlocks, isDocumentLanguage } from './markdown-blocks.ts';
import { hasSearchMarker, searchReplaceBlocks, searchReplaceEdits } from './search-replace.ts';
import { offsetsOf, wholeRange } from './text-range.ts';
import { diffEdits, isDiff, isDiffOf, parseDiff } from './unified-diff.ts';

const isDiffFile = ({ file }: CodePlace): boolean => /^(?:diff|patch)$/.test(file.languageId);
const hasConflict = ({ file }: CodePlace): boolean => /^<{7} /m.test(file.text);

/** Whether the text, which may still grow, changes lines. */
export const hasEdits = (text: string, place: CodePlace): boolean =>
  (!hasConflict(place) && hasSearchMarker(text)) || diffBlocks(text, place).length > 0;

function diffBlocks(text: string, place: CodePlace): readonly string[] {
  if (isDiffFile(place)) return [];
  const { blocks } = codeBlocks(text, isDocumentLanguage(place.file.languageId) ? '' : place.file.languageId);
  if (blocks.length === 0)
    return isDiff(text, '') && !isDocumentLanguage(place.file.languageId) ? [withoutProse(text)] : [];
  const lines = codeLines(place.file.text);
  const diffs = blocks.filter((block) => isDiff(block.text, block.language) || isDiffOf(block.text, lines));
  // The whole file beside its diff needs no diff.
  const isAlone = blocks.every(
    (block) => diffs.includes(block) || /^(?:sh|bash|shell|console|text)?$/.test(block.language),
  );
  return isAlone ? diffs.map((block) => block.text) : [];
}

/** A diff without a fence, from its first header to its last line. */
function withoutProse(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').trimEnd().split('\n');
  const start = lines.findIndex((line) => /^(?:diff --git |--- |@@ |\*\*\* Begin Patch)/.test(line));
  const last = lines.findLastIndex((line) => /^[-+ @\\]|^\*\*\*/.test(line));
  return lines.slice(Math.max(0, start), last + 1).join('\n');
}

/** `undefined`: the answer does not change lines. */
export function readEdits(
  text: string,
  place: CodePlace,
): { readonly code: CodeAnswer } | CodeProblem | undefined {
  const { file } = place;
  const lines = codeLines(file.text);
  if (!hasConflict(place) && hasSearchMarker(text)) {
    const blocks = searchReplaceBlocks(text);
    const edits = blocks && blocks.length > 0 ? searchReplaceEdits(lines, blocks) : undefined;
    return placeEdits(edits, lines, place) ?? withoutPlace('search and replace blocks', place);
  }
  const diffs = diffBlocks(text, place);
  if (diffs.length === 0) return undefined;
  const files = diffs.flatMap(parseDiff);
  const own = files.filter(
    ({ path }) => path === undefined || path.split(/[\\/]/).at(-1) === place.replaced.name,
  );
  const hunks = (own.length > 0 ? own : files.length === 1 ? files : []).flatMap(({ hunks }) => hunks);
  const edits = hunks.length > 0 ? diffEdits(lines, hunks) : undefined;
  return placeEdits(edits, lines, place) ?? withoutPlace('a diff', place);
}

/** The edits as new text of the whole file, or of the lines that change around a selection. */
function placeEdits(
  edits: readonly LineEdit[] | undefined,
  lines: readonly string[],
  place: CodePlace,
): { readonly code: CodeAnswer } | CodeProblem | undefined {
  const whole = edits && applyLineEdits(lines, edits);
  if (!edits || !whole) return undefined;
  const { file } = place;
  if (isWholeFile(place)) return { code: toCodeAnswer(whole.join('\n'), '', place) };
  const start = Math.min(...edits.map((edit) => edit.start));
  const end = Math.max(...edits.map((edit) => edit.end));
  const isLast = end >= lines.length;
  const range: Range = isLast
    ? { start: { line: start, character: 0 }, end: wholeRange(file.text).end }
    : { start: { line: start, character: 0 }, end: { line: end, character: 0 } };
  const changed = whole.slice(start, whole.length - (lines.length - end)).join('\n');
  const span = offsetsOf(file.text, range);
  // Whole lines keep the indentation that they have.
  const own = `${changed}${isLast ? '' : '\n'}`;
  return { code: { text: fitLines(own, file, span), languageId: file.languageId, range } };
}

const fitLines = (code: string, file: FileContext, span: Span): string => {
  const newline = file.text.slice(span.start, span.end).includes('\r\n') ? '\r\n' : '\n';
  const mark = file.text.startsWith('\ufeff') && span.start === 0 ? '\ufeff' : '';
  return mark + code.replaceAll('\n', newline);
};
