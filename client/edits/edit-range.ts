/** The arithmetic of a proposed change: where it goes, whether it still fits, and which files need a second question. */
import type { Range } from 'vscode-languageserver-protocol';
import type { CodeAnswer } from '../../shared/protocol.ts';

type Position = Range['start'];

/** The file as it would be; the change takes on the file's line ends. */
export function proposedText(original: string, code: Pick<CodeAnswer, 'text' | 'range'>): string {
  const text = withLineEndsOf(original, code.text);
  if (!code.range) return text;
  const start = offsetAt(original, code.range.start);
  const end = Math.max(start, offsetAt(original, code.range.end));
  return original.slice(0, start) + text + original.slice(end);
}

/** Whether the file is not as it was when it was sent; line ends alone do not count. */
export const hasChanged = (asked: string, now: string): boolean =>
  asked !== now && asked.replaceAll('\r\n', '\n') !== now.replaceAll('\r\n', '\n');

/**
 * Whether a change to this path may make the editor run or trust something: it then needs a second question.
 * @param path of a URI, with slashes
 */
export function isProtectedPath(scheme: string, path: string): boolean {
  if (scheme === 'vscode-userdata') return true;
  const segments = path.toLowerCase().split(/[/\\]+/);
  const name = segments.at(-1) ?? '';
  return (
    segments.slice(0, -1).some((folder) => folder === '.vscode' || folder === '.git') ||
    name === '.mcp.json' ||
    name === '.git' ||
    name.endsWith('.code-workspace')
  );
}

/**
 * The same place in a file that was edited since. What was edited inside it belongs to it; where the two cannot be told
 * apart it grows rather than shrinks.
 */
export function movedRange(before: string, range: Range, now: string): Range {
  const [start, end] = [offsetAt(before, range.start), offsetAt(before, range.end)];
  const longest = Math.min(before.length, now.length);
  let same = 0;
  while (same < longest && before[same] === now[same]) same++;
  let sameEnd = 0;
  while (sameEnd < longest - same && before.at(-1 - sameEnd) === now.at(-1 - sameEnd)) sameEnd++;
  const editedUntil = before.length - sameEnd;
  const shift = now.length - before.length;
  if (end <= same) return { start: positionAt(now, start), end: positionAt(now, end) };
  if (start >= editedUntil)
    return { start: positionAt(now, start + shift), end: positionAt(now, end + shift) };
  return {
    start: positionAt(now, Math.min(start, same)),
    end: positionAt(now, Math.max(end, editedUntil) + shift),
  };
}

function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

/** The offset of a zero-based position; positions past the end of a line or the text are clamped. */
export function offsetAt(text: string, { line, character }: Position): number {
  let start = 0;
  for (let passed = 0; passed < line; passed++) {
    const end = lineEnd(text, start);
    if (end === text.length) return text.length;
    start = text.startsWith('\r\n', end) ? end + 2 : end + 1;
  }
  return Math.min(start + character, lineEnd(text, start));
}

function lineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}

const withLineEndsOf = (original: string, text: string): string =>
  text.replace(/\r\n|\n/g, original.includes('\r\n') ? '\r\n' : '\n');
