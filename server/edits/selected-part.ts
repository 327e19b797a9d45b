/** What of an answer replaces the selected part: without the marks of the prompt and the code around it that models repeat. */
import type { Span } from './fit-code.ts';

/** The marks around the selected part in the prompt. */
export const selectionMarks = { open: '\u27e6', close: '\u27e7' } as const;
const { open, close } = selectionMarks;

/** @param code with `\n` as line end */
export function selectedPart(code: string, text: string, span: Span): string {
  const unmarked = text.includes(open) || text.includes(close) ? code : withoutMarks(code);
  return withoutSurroundings(unmarked, text, span);
}

/** What stands between the marks; the model repeated what is around them. */
function withoutMarks(code: string): string {
  const start = code.indexOf(open);
  const end = code.lastIndexOf(close);
  if (start >= 0 && end > start) {
    const inner = code.slice(start + open.length, end);
    const outer = code.slice(0, start) + code.slice(end + close.length);
    // The marks of a cursor have nothing between them.
    if (inner.trim() !== '' || outer.trim() === '') {
      return (
        (code.slice(0, start).trim() === '' ? code.slice(0, start) : '') +
        inner.replaceAll(open, '').replaceAll(close, '')
      );
    }
  }
  return code.replaceAll(open, '').replaceAll(close, '');
}

/** Lines with words around the selection that an answer with the whole file has to contain, and the share of them. */
const leastAround = 3;
const leastShare = 0.9;

/** Whether the code is the whole file although a part was selected, with changes outside of that part. */
export function isWholeAnswer(code: string, text: string, span: Span): boolean {
  const around = [text.slice(0, span.start), text.slice(span.end)].map((each) =>
    each.split(/\r?\n/).filter((line) => /[\p{L}\d]{2}/u.test(line)),
  );
  const wanted = around.flat();
  if (wanted.length < leastAround) return false;
  const own = new Set(
    withoutMarks(code)
      .split('\n')
      .map((line) => line.trim()),
  );
  const share = wanted.filter((line) => own.has(line.trim())).length / wanted.length;
  // Without such changes, what is around the part is removed.
  return share >= leastShare && selectedPart(code, text, span) === withoutMarks(code);
}

function withoutSurroundings(code: string, text: string, { start, end }: Span): string {
  if (start === 0 && end === text.length) return code;
  const before = text.slice(0, start).split(/\r?\n/);
  const after = text.slice(end).split(/\r?\n/);
  const linePrefix = before.pop() ?? '';
  const endsBeforeLine = end === 0 || text[end - 1] === '\n';
  const lineSuffix = endsBeforeLine ? '' : (after.shift() ?? '');
  const replaced = text.slice(start, end);
  const lines = code.split('\n');
  const above = repeatedAbove(lines, before);
  const below = repeatedBelow(lines.slice(above), after);
  const first = telling(lines.slice(0, above));
  const last = telling(lines.slice(lines.length - below));
  const isRepeated =
    (above > 0 && below > 0 && first + last > 0) || first >= leastOneSided || last >= leastOneSided;
  const inner = isRepeated && above + below < lines.length ? lines.slice(above, lines.length - below) : lines;
  return withoutLineEnds(inner.join('\n'), linePrefix, lineSuffix, replaced);
}

/** Lines with words that one side alone must repeat. */
const leastOneSided = 3;
const telling = (lines: readonly string[]): number => lines.filter((line) => /[\p{L}\d]/u.test(line)).length;

function repeatedAbove(lines: readonly string[], before: readonly string[]): number {
  for (let count = Math.min(lines.length - 1, before.length); count > 0; count--)
    if (isSame(lines.slice(0, count), before.slice(-count))) return count;
  return 0;
}

function repeatedBelow(lines: readonly string[], after: readonly string[]): number {
  // An empty last line is the end of the file.
  const own = after.at(-1) === '' ? after.slice(0, -1) : after;
  for (let count = Math.min(lines.length - 1, own.length); count > 0; count--)
    if (isSame(lines.slice(-count), own.slice(0, count))) return count;
  return 0;
}

const isSame = (lines: readonly string[], others: readonly string[]): boolean =>
  lines.every((line, at) => line.trim() === others[at]?.trim());

/** A part of a line: the model repeats the line's beginning, or the punctuation behind the part. */
function withoutLineEnds(code: string, prefix: string, suffix: string, replaced: string): string {
  const beginning = prefix.trim();
  const ending = suffix.trim();
  const text = code.trimStart();
  if (
    beginning !== '' &&
    /\w/.test(beginning) &&
    text.startsWith(beginning) &&
    !replaced.startsWith(beginning)
  ) {
    const rest = text.slice(beginning.length).replace(/^[^\S\n]+/, /\s$/.test(prefix) ? '' : '$&');
    if (ending === '' || !rest.trimEnd().endsWith(ending)) return rest;
    const inner = rest.trimEnd().slice(0, -ending.length);
    return /^\s/.test(suffix) ? inner.trimEnd() : inner;
  }
  const isDoubled =
    /^[;,]/.test(ending) &&
    ending.length === 1 &&
    code.trimEnd().endsWith(ending) &&
    !replaced.endsWith(ending);
  return isDoubled ? code.trimEnd().slice(0, -1) : code;
}
