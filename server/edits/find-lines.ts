/** Finds lines in a file: exactly, else regardless of white space; only a place that is the only one counts. */

/** Lines of a file and what replaces them. */
export type LineEdit = {
  /** Index of the first line that is replaced. */
  readonly start: number;
  /** Index after the last line that is replaced; equal to `start` for an insertion. */
  readonly end: number;
  readonly lines: readonly string[];
};

/** Where lines are, and how much deeper than searched; `none` and `several`: there is no such place, or more than one. */
export type FoundLines = {
  readonly start: number;
  readonly end: number;
  readonly indentation?: Reindentation;
};
export type Reindentation = { readonly from: string; readonly to: string };
export type NotFound = 'none' | 'several';

/**
 * @param hint the index where the lines should begin: it decides between several places. Absent: nothing does
 */
export function findLines(
  file: readonly string[],
  wanted: readonly string[],
  hint?: number,
): FoundLines | NotFound {
  for (const normalize of [asIs, withoutTrailing, withoutWhitespace]) {
    const places = placesOf(file, wanted, normalize);
    const start = places.length > 1 && hint !== undefined && places.includes(hint) ? hint : places[0];
    if (start === undefined) continue;
    if (places.length > 1 && start !== hint) return 'several';
    const end = start + wanted.length;
    return normalize === withoutWhitespace
      ? { start, end, indentation: reindentationOf(wanted, file.slice(start, end)) }
      : { start, end };
  }
  return 'none';
}

const asIs = (line: string): string => line;
const withoutTrailing = (line: string): string => line.trimEnd();
const withoutWhitespace = (line: string): string => line.replace(/\s+/g, '');

/** A file is searched for many parts. */
const normalizedFiles = new WeakMap<readonly string[], Map<unknown, readonly string[]>>();

function normalizedLines(file: readonly string[], normalize: (line: string) => string): readonly string[] {
  const forms = normalizedFiles.get(file) ?? new Map<unknown, readonly string[]>();
  normalizedFiles.set(file, forms);
  const lines = forms.get(normalize) ?? file.map(normalize);
  forms.set(normalize, lines);
  return lines;
}

function placesOf(
  file: readonly string[],
  wanted: readonly string[],
  normalize: (line: string) => string,
): number[] {
  const searched = wanted.map(normalize);
  const [first] = searched;
  if (first === undefined) return [];
  const lines = normalizedLines(file, normalize);
  const places: number[] = [];
  for (let at = lines.indexOf(first); at >= 0; at = lines.indexOf(first, at + 1))
    if (searched.every((line, index) => lines[at + index] === line)) places.push(at);
  return places;
}

/** From the indentation of the first line with text to that of its counterpart. */
function reindentationOf(wanted: readonly string[], found: readonly string[]): Reindentation {
  const at = wanted.findIndex((line) => line.trim() !== '');
  return { from: indentationOf(wanted[at] ?? ''), to: indentationOf(found[at] ?? '') };
}

export const indentationOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? '';

/** The lines indented like the place where they were found. */
export function reindentLines(
  lines: readonly string[],
  { from, to }: Reindentation = { from: '', to: '' },
): readonly string[] {
  if (from === to) return lines;
  // Spaces that stand for the tabs of the file.
  const unit = /^ +$/.test(from) && /^\t+$/.test(to) ? from.length / to.length : undefined;
  return lines.map((line) => {
    if (line.trim() === '' || !line.startsWith(from)) return line;
    const rest = line.slice(from.length);
    const deeper =
      unit && Number.isInteger(unit) ? Math.floor((/^ */.exec(rest)?.[0].length ?? 0) / unit) : 0;
    return to + '\t'.repeat(deeper) + rest.slice(deeper * (unit ?? 0));
  });
}

/** The file with all edits. `undefined`: two of them overlap. */
export function applyLineEdits(file: readonly string[], edits: readonly LineEdit[]): string[] | undefined {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const result: string[] = [];
  let at = 0;
  for (const { start, end, lines } of sorted) {
    if (start < at) return undefined;
    result.push(...file.slice(at, start), ...lines);
    at = end;
  }
  return [...result, ...file.slice(at)];
}
