/**
 * Unified diffs as models write them: wrong line numbers, no headers, context without its blank, several files.
 * https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 * https://github.com/openai/codex/blob/main/codex-rs/apply-patch/apply_patch_tool_instructions.md
 */
import { findLines, indentationOf, type LineEdit, type Reindentation, reindentLines } from './find-lines.ts';

export type DiffHunk = {
  /** Index of the line where it should begin, as the diff counts. Absent: it names none. */
  readonly start?: number;
  readonly lines: readonly DiffLine[];
};
export type DiffLine = { readonly sign: ' ' | '-' | '+'; readonly text: string };
export type FileDiff = {
  /** Without `a/` and `b/`. Absent: the diff names no file. */
  readonly path?: string;
  readonly hunks: readonly DiffHunk[];
};

const hunkHeader = /^@@(?:\s+-(\d+)(?:,\d+)?\s+\+\d+(?:,\d+)?\s+@@.*|.*)$/;
const ignored =
  /^(?:diff --git |index [0-9a-f]+\.\.|new file mode |deleted file mode |old mode |new mode |similarity index |rename (?:from|to) |\\ No newline|\*\*\* (?:Begin Patch|End Patch|End of File))/;

/** Whether the text of a code block is a diff. */
export function isDiff(text: string, language: string): boolean {
  if (/^\*\*\* Begin Patch/m.test(text)) return true;
  const hasChanges = /^[-+](?![-+]{2} )/m.test(text);
  if (/^(?:diff|patch|udiff|git-diff|unified-diff)$/.test(language)) return hasChanges;
  return hasChanges && (/^@@ .*@@/m.test(text) || /^--- \S.*\n\+\+\+ \S/m.test(text));
}

export function parseDiff(text: string): readonly FileDiff[] {
  const files: { path?: string; hunks: { start?: number; lines: DiffLine[] }[] }[] = [];
  const lines = text.split('\n');
  const file = () => files.at(-1) ?? startFile(undefined);
  const startFile = (path: string | undefined) => {
    const started = { ...(path ? { path } : {}), hunks: [] as { start?: number; lines: DiffLine[] }[] };
    files.push(started);
    return started;
  };
  const hunk = () => {
    const { hunks } = file();
    const last = hunks.at(-1);
    if (last) return last;
    const started = { lines: [] as DiffLine[] };
    hunks.push(started);
    return started;
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (ignored.test(line)) continue;
    const patched = /^\*\*\* (?:Update|Add|Delete) File: (.+)$/.exec(line);
    if (patched) {
      startFile(patched[1]?.trim());
      continue;
    }
    if (line.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ')) {
      startFile(pathOf(line, lines[at + 1] ?? ''));
      at += 1;
      continue;
    }
    const header = hunkHeader.exec(line);
    if (header) {
      const start = header[1] === undefined ? undefined : Number(header[1]) - 1;
      file().hunks.push({ ...(start === undefined ? {} : { start }), lines: [] });
      continue;
    }
    // Code that is left out between two parts.
    if (/^\s*(?:\.{3}|\u2026)\s*$/.test(line)) {
      file().hunks.push({ lines: [] });
      continue;
    }
    const sign = line[0];
    if (sign === '+' || sign === '-' || sign === ' ') hunk().lines.push({ sign, text: line.slice(1) });
    // The blank of a context line is often missing.
    else if (line !== '' || at < lines.length - 1) hunk().lines.push({ sign: ' ', text: line });
  }
  return files.map(({ hunks, ...rest }) => ({
    ...rest,
    hunks: hunks.filter(({ lines }) => lines.some(({ sign }) => sign !== ' ')),
  }));
}

function pathOf(before: string, after: string): string | undefined {
  const name = (line: string) => line.slice(4).replace(/\t.*/s, '').trim();
  const path = name(after) === '/dev/null' ? name(before) : name(after);
  return path.replace(/^[ab]\//, '') || undefined;
}

/** The edits that the hunks make. `undefined`: a hunk has no place in the file, or more than one. */
export function diffEdits(file: readonly string[], hunks: readonly DiffHunk[]): LineEdit[] | undefined {
  const edits: LineEdit[] = [];
  for (const { start, lines } of hunks) {
    const edit = hunkEdit(file, lines, start);
    if (!edit) return undefined;
    edits.push(edit);
  }
  return edits;
}

function hunkEdit(file: readonly string[], lines: readonly DiffLine[], start?: number): LineEdit | undefined {
  const isEmpty = file.every((line) => line === '');
  if (isEmpty && lines.every(({ sign }) => sign === '+'))
    return { start: 0, end: file.length, lines: lines.map(({ text }) => text) };
  // Empty lines around a hunk are often not those of the file.
  for (const trimmed of [lines, withoutEmptyContext(lines)]) {
    const wanted = trimmed.filter(({ sign }) => sign !== '+').map(({ text }) => text);
    const found = wanted.some((line) => line.trim() !== '') ? findLines(file, wanted, start) : 'none';
    if (found === 'several') return undefined;
    if (found === 'none') continue;
    const indentation = found.indentation && indentationIn(trimmed, file, found.start);
    return { start: found.start, end: found.end, lines: newLines(trimmed, file, found.start, indentation) };
  }
  return undefined;
}

/** How the file is indented otherwise: a removed line shows it better than context, which may lack its blank. */
function indentationIn(lines: readonly DiffLine[], file: readonly string[], start: number): Reindentation {
  const old = lines.filter(({ sign }) => sign !== '+');
  const isText = ({ text }: DiffLine) => text.trim() !== '';
  const removed = old.findIndex((line) => line.sign === '-' && isText(line));
  const at = removed < 0 ? old.findIndex(isText) : removed;
  return { from: indentationOf(old[at]?.text ?? ''), to: indentationOf(file[start + at] ?? '') };
}

/** Context keeps the file's own text; added lines are indented like it. */
function newLines(
  lines: readonly DiffLine[],
  file: readonly string[],
  start: number,
  indentation?: Reindentation,
): string[] {
  let at = start;
  return lines.flatMap(({ sign, text }) => {
    if (sign === '+') return reindentLines([text], indentation);
    const own = file[at] ?? '';
    at += 1;
    return sign === ' ' ? [own] : [];
  });
}

function withoutEmptyContext(lines: readonly DiffLine[]): readonly DiffLine[] {
  const isText = ({ sign, text }: DiffLine) => sign !== ' ' || text.trim() !== '';
  const first = lines.findIndex(isText);
  return lines.slice(Math.max(0, first), lines.findLastIndex(isText) + 1);
}

/** Whether all lines of a text are signed, and those with a minus are lines of the file: a diff without a header. */
export function isDiffOf(text: string, file: readonly string[]): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const removed = lines.filter((line) => line.startsWith('-'));
  if (removed.length === 0 || !lines.every((line) => /^[-+ ]/.test(line))) return false;
  const own = new Set(file.map((line) => line.trim()));
  return lines.some((line) => line.startsWith('+')) && removed.every((line) => own.has(line.slice(1).trim()));
}
