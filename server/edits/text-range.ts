/** Converts LSP positions (zero-based line, UTF-16 column) and string offsets. */
import type { Position, Range } from 'vscode-languageserver-protocol';

/** Offsets of a range; positions outside the text move to its nearest end, and a reversed range is swapped. */
export function offsetsOf(text: string, { start, end }: Range): { start: number; end: number } {
  const [a, b] = [offsetOf(text, start), offsetOf(text, end)];
  return a <= b ? { start: a, end: b } : { start: b, end: a };
}

function offsetOf(text: string, { line, character }: Position): number {
  let lineStart = 0;
  for (let at = 0; at < line; at++) {
    const next = text.indexOf('\n', lineStart);
    if (next < 0) return text.length;
    lineStart = next + 1;
  }
  const newline = text.indexOf('\n', lineStart);
  const lineEnd = newline < 0 ? text.length : newline - (text[newline - 1] === '\r' ? 1 : 0);
  return Math.max(lineStart, Math.min(lineStart + character, lineEnd));
}

/** The range from the first to the last character. */
export function wholeRange(text: string): Range {
  const lines = text.split('\n');
  return {
    start: { line: 0, character: 0 },
    end: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
  };
}

/** The text before and after a range, at most `size` characters in all, cut at line ends where there are any. */
export function textAround(
  text: string,
  start: number,
  end: number,
  size: number,
): { before: string; after: string } {
  const half = size / 2;
  const limits = { before: Math.max(half, size - (text.length - end)), after: Math.max(half, size - start) };
  const before = text.slice(Math.max(0, start - limits.before), start).toWellFormed();
  const after = text.slice(end, end + limits.after).toWellFormed();
  return {
    before: start <= limits.before ? before : before.slice(before.indexOf('\n') + 1),
    after:
      text.length - end <= limits.after || !after.includes('\n')
        ? after
        : after.slice(0, after.lastIndexOf('\n')),
  };
}
