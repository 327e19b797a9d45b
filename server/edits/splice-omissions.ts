/**
 * Puts the file's own lines where a model left code out, if the lines before and after are found in one place only and
 * nothing else is lost.
 */
import {
  blockEnd,
  declarationPlace,
  declaredName,
  isBalanced,
  isCloser,
  isEmptyLine,
  losesLines,
  noDeclaration,
  opensCodeBlock,
  outermostLines,
  placeOf,
  withoutEmptyEnds,
} from './code-structure.ts';
import { indentationOf } from './find-lines.ts';
import { hasOmittedBody, omissionsIn } from './omissions.ts';

/** The code with the original lines in the places of its omissions. `undefined`: a place is not certain. */
export function spliceOmissions(
  lines: readonly string[],
  original: readonly string[],
  languageId: string,
): readonly string[] | undefined {
  const omissions = omissionsIn(lines, original, languageId);
  if (omissions.some((at) => hasOmittedBody(lines[at] ?? ''))) return undefined;
  const parts: (readonly string[])[] = [];
  /** Empty lines above each. */
  const margins: number[] = [];
  let from = 0;
  for (const at of [...omissions, lines.length]) {
    const part = lines.slice(from, at);
    parts.push(withoutEmptyEnds(part));
    margins.push(part.findIndex((line) => !isEmptyLine(line)));
    from = at + 1;
  }
  const result: string[] = [];
  /** The index in `original` after what the result contains, and after the block that is open there. */
  let position = 0;
  let openBlockEnd: number | undefined;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part.length === 0) {
      if (isLast) result.push(...original.slice(position));
      continue;
    }
    const start =
      index === 0
        ? firstStart(part, original)
        : (closersStart(part, original, openBlockEnd) ??
          startOf(part, original, { position, openBlockEnd, isLast }));
    if (start === undefined) return undefined;
    if (index > 0) {
      const above = original.slice(position, start);
      // It stands for nothing: the place is wrong.
      if (above.every(isEmptyLine)) return undefined;
      result.push(...above, ...emptyLinesAbove(part, above, original[start], margins[index] ?? 0));
    }
    result.push(...part);
    if (isLast) {
      const tail = losesLines(part, original.slice(start)) ? undefined : linesAfter(part, original, start);
      if (!tail) return undefined;
      result.push(...tail);
      continue;
    }
    const end = endOf(part, original, start, lines[omissions[index] ?? 0] ?? '');
    if (end === undefined || end.end < position) return undefined;
    if (losesLines(part, original.slice(start, end.end))) return undefined;
    position = end.end;
    openBlockEnd = end.blockEnd;
  }
  return result;
}

/** What follows the last part: nothing, or what closes the blocks around it. `undefined`: code that it leaves out. */
function linesAfter(
  part: readonly string[],
  original: readonly string[],
  start: number,
): readonly string[] | undefined {
  const isNewPart = start >= original.length || original.slice(start).every(isEmptyLine);
  const end = isNewPart ? { end: start } : endOf(part, original, start, '');
  if (!end) {
    const last = original.findLast((line) => !isEmptyLine(line)) ?? '';
    return last.trim() === part.at(-1)?.trim() ? [] : undefined;
  }
  const tail = original.slice(end.end);
  if (tail.every(isEmptyLine)) return [];
  return tail.every((line) => isEmptyLine(line) || isCloser(line)) && isBalanced(part) ? tail : undefined;
}

/** Where a part begins that closes the block of the part before. */
function closersStart(
  part: readonly string[],
  original: readonly string[],
  end: number | undefined,
): number | undefined {
  const count = part.findIndex((line) => !isCloser(line));
  const closers = count < 0 ? part : part.slice(0, count);
  if (end === undefined || closers.length === 0) return undefined;
  const start = end - closers.length;
  return closers.every((line, at) => line.trim() === original[start + at]?.trim()) ? start : undefined;
}

/** New lines are as far from the file's as the model wrote them. */
const emptyLinesAbove = (
  part: readonly string[],
  above: readonly string[],
  next: string | undefined,
  written: number,
): readonly string[] =>
  isEmptyLine(above.at(-1)) || declaredName(next ?? '') === declaredName(part[0] ?? '')
    ? []
    : Array(Math.max(1, written)).fill('');

/** 0, unless the first part leaves out the beginning without a word. */
function firstStart(part: readonly string[], original: readonly string[]): number | undefined {
  const texts = part.filter((line) => !isEmptyLine(line));
  for (const [count, line] of texts.entries()) {
    const place = isCloser(line) ? undefined : declarationPlace(line, original, 0);
    if (place === undefined) continue;
    return original.slice(0, place).filter((each) => !isEmptyLine(each)).length > count ? undefined : 0;
  }
  return 0;
}

/** Where the original continues with this part: lines before that are new. */
function startOf(
  part: readonly string[],
  original: readonly string[],
  { position, openBlockEnd, isLast }: { position: number; openBlockEnd: number | undefined; isLast: boolean },
): number | undefined {
  const [first = ''] = part;
  const start = isCloser(first) ? undefined : declarationPlace(first, original, position);
  if (start !== undefined) return start;
  if (!isDeclaration(first)) return undefined;
  for (const [index, line] of part.entries()) {
    // What is within a new block is no line of the file.
    if (isEmptyLine(line) || !isBalanced(part.slice(0, index))) continue;
    const place = placeOf(line, original, position);
    if (place === 'several' && !isCloser(line)) return undefined;
    if (typeof place !== 'number') continue;
    const isSibling = indentationOf(line).length <= indentationOf(first).length;
    return isSibling && isNew(part.slice(0, index), original) ? place : undefined;
  }
  if (!isLast || position === 0 || !isNew(part, original) || !isBalanced(part)) return undefined;
  // New lines at the end of the block that is open, or of the file.
  return indentationOf(first) === ''
    ? original.findLastIndex((line) => !isEmptyLine(line)) + 1
    : openBlockEnd;
}

/** A line that begins something with a name; statements may replace others. */
const isDeclaration = (line: string): boolean =>
  /^\s*(?:@|(?:export|const|let|var|val|function|class|interface|type|enum|import|from|def|defp|async|public|private|protected|internal|static|fn|func|fun|struct|impl|trait|use|module|package|namespace)\b)/.test(
    line,
  ) ||
  (opensCodeBlock(line) && !noDeclaration.test(declaredName(line)));

/** Whether no line of the outermost lines declares what the original declares. */
function isNew(lines: readonly string[], original: readonly string[]): boolean {
  const names = new Set(original.map(declaredName));
  return outermostLines(lines).every((line) => isCloser(line) || !names.has(declaredName(line)));
}

/**
 * The index in the original after this part.
 * @param omission the line that follows it: deeper than the part's last block, it stands for the remaining lines of that
 */
function endOf(
  part: readonly string[],
  original: readonly string[],
  from: number,
  omission: string,
): { readonly end: number; readonly blockEnd?: number } | undefined {
  const last = part.at(-1) ?? '';
  if (part.every(isCloser)) return { end: from + part.length };
  const header = outermostLines(part).findLast((line) => !isCloser(line));
  const at = header === undefined ? undefined : declarationPlace(header, original, from);
  if (header === undefined || at === undefined) {
    const place = isCloser(last) ? undefined : placeOf(last, original, from);
    return typeof place === 'number' ? { end: place + 1 } : undefined;
  }
  const end = blockEnd(original, at);
  const isInside = indentationOf(omission).length > indentationOf(header).length;
  if (header === last) return isInside || opensCodeBlock(last) ? { end: at + 1, blockEnd: end } : { end };
  const inside = isCloser(last) ? undefined : declarationPlace(last, original, at, end);
  if (inside !== undefined) return { end: inside + 1, blockEnd: end };
  return isInside ? undefined : { end };
}
