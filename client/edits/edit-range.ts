/** Computations on a proposed change: its range, whether the file has changed, and which files need a confirmation. */
import type { Range } from 'vscode-languageserver-protocol';
import type { CodeAnswer } from '../../shared/protocol.ts';

type Position = Range['start'];

/** The text of the file with the change applied; the change gets the file's line endings. */
export function proposedText(original: string, code: Pick<CodeAnswer, 'text' | 'range'>): string {
  const text = withLineEndingsOf(original, code.text);
  if (!code.range) return text;
  const start = offsetAt(original, code.range.start);
  const end = Math.max(start, offsetAt(original, code.range.end));
  return original.slice(0, start) + text + original.slice(end);
}

/** Whether the text differs from what was sent; line endings do not count. */
export const hasChanged = (sent: string, current: string): boolean =>
  sent !== current && sent.replaceAll('\r\n', '\n') !== current.replaceAll('\r\n', '\n');

/**
 * Whether a change to this path can make the editor or git run or trust something: it then needs a confirmation.
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
 * The same range in a text that was edited since. Edits inside the range belong to it; where the position of an edit is
 * ambiguous, the range grows.
 */
export function movedRange(before: string, range: Range, current: string): Range {
  const [start, end] = [offsetAt(before, range.start), offsetAt(before, range.end)];
  const longest = Math.min(before.length, current.length);
  let same = 0;
  while (same < longest && before[same] === current[same]) same++;
  let sameEnd = 0;
  while (sameEnd < longest - same && before.at(-1 - sameEnd) === current.at(-1 - sameEnd)) sameEnd++;
  const editedUntil = before.length - sameEnd;
  const shift = current.length - before.length;
  if (end <= same) return { start: positionAt(current, start), end: positionAt(current, end) };
  if (start >= editedUntil)
    return { start: positionAt(current, start + shift), end: positionAt(current, end + shift) };
  return {
    start: positionAt(current, Math.min(start, same)),
    end: positionAt(current, Math.max(end, editedUntil) + shift),
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

const withLineEndingsOf = (original: string, text: string): string =>
  text.replace(/\r\n|\n/g, original.includes('\r\n') ? '\r\n' : '\n');
