/** The structure of code, by its indentation and brackets alone: blocks, what they declare, and where a file has them. */
import { indentationOf } from './find-lines.ts';

/** The indices of a file's lines by their text and by what they declare: a file is searched for many lines. */
type LineIndex = {
  readonly byText: ReadonlyMap<string, readonly number[]>;
  readonly byName: ReadonlyMap<string, readonly number[]>;
};
const lineIndices = new WeakMap<readonly string[], LineIndex>();

function lineIndexOf(lines: readonly string[]): LineIndex {
  const cached = lineIndices.get(lines);
  if (cached) return cached;
  const by = (key: (line: string) => string) => {
    const indices = new Map<string, number[]>();
    for (const [at, line] of lines.entries()) {
      const places = indices.get(key(line));
      if (places) places.push(at);
      else indices.set(key(line), [at]);
    }
    return indices;
  };
  const index = { byText: by((line) => line.trim()), byName: by(declaredName) };
  lineIndices.set(lines, index);
  return index;
}

/**
 * The index of the only equal line, white space apart.
 * @param to the index before which it is searched. Absent: all lines
 */
export function placeOf(
  line: string,
  original: readonly string[],
  from: number,
  to = original.length,
): number | 'several' | undefined {
  const equal = (lineIndexOf(original).byText.get(line.trim()) ?? []).filter((at) => at >= from && at < to);
  const exact = equal.filter((at) => original[at]?.trimEnd() === line.trimEnd());
  const places = exact.length > 0 ? exact : equal;
  return places.length > 1 ? 'several' : places[0];
}

/** The line up to its value, body or parameters. */
export const declaredName = (line: string): string => (/^[^=({:]*/.exec(line.trim())?.[0] ?? '').trim();

/** Beginnings of lines that declare nothing. */
export const noDeclaration =
  /^(?:\W*|if|for|foreach|while|until|unless|switch|match|case|when|default|return|yield|throw|raise|else|elif|try|catch|except|finally|with|do|begin|import|from|use|using|require|include|export|export default|const|let|var|val|function|async|async function|class|def|fn|func|public|private|protected|static|new|await|print|assert|test|it|describe|- \w*)$/;

/** The index of the only line that equals this one, or else of the only one that declares the same. */
export function declarationPlace(
  line: string,
  original: readonly string[],
  from: number,
  to = original.length,
): number | undefined {
  const place = placeOf(line, original, from, to);
  if (place !== undefined) return place === 'several' ? undefined : place;
  const name = declaredName(line);
  if (noDeclaration.test(name) || name === line.trim()) return undefined;
  const places = (lineIndexOf(original).byName.get(name) ?? []).filter((at) => at < to);
  const [only] = places;
  return places.length === 1 && only !== undefined && only >= from ? only : undefined;
}

/** Whether a part stands where the original has more: what it does not repeat may be left out without a word. */
export function losesLines(part: readonly string[], replaced: readonly string[]): boolean {
  const width = indentationOf(part.find((line) => !isEmptyLine(line)) ?? '').length;
  const namesIn = (lines: readonly string[]) =>
    lines
      .filter((line) => !isEmptyLine(line) && !isCloser(line) && indentationOf(line).length <= width)
      .map(declaredName);
  const [own, others] = [new Set(namesIn(part)), new Set(namesIn(replaced))];
  // A changed line has lost its name and got another.
  const renamed = [...own].filter((name) => !others.has(name)).length;
  return [...others].filter((name) => !own.has(name)).length > renamed;
}

export const outermostLines = (lines: readonly string[]): readonly string[] => {
  const texts = lines.filter((line) => !isEmptyLine(line));
  const width = Math.min(...texts.map((line) => indentationOf(line).length));
  return texts.filter((line) => indentationOf(line).length === width);
};

/** The index after the block that begins at a line: up to what closes it, or to the next line that is not deeper. */
export function blockEnd(lines: readonly string[], header: number): number {
  const width = indentationOf(lines[header] ?? '').length;
  let end = header + 1;
  for (let at = header + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (isEmptyLine(line)) continue;
    if (indentationOf(line).length > width) {
      end = at + 1;
      continue;
    }
    if (indentationOf(line).length < width || !(isCloser(line) || /^\s*\{\s*$/.test(line))) return end;
    end = at + 1;
    // `) {`, `} else {`: the block continues.
    if (!/[{(:[]\s*$|\b(?:else|then|do|rescue|ensure)\b/.test(line)) return end;
  }
  return end;
}

export const opensCodeBlock = (line: string): boolean => /[{([:]\s*$|=>\s*$|\b(?:do|then)\s*$/.test(line);

/** Whether as many brackets close as open. */
export const isBalanced = (lines: readonly string[]): boolean => {
  const text = lines.join('\n');
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/[{[(]/g) === count(/[}\])]/g);
};

export const isCloser = (line: string): boolean =>
  /^\s*(?:[)\]}]|<\/|end\b|fi\b|done\b|esac\b|endif\b|else\b|elif\b|except\b|finally\b|rescue\b|ensure\b)/.test(
    line,
  );

export const isEmptyLine = (line: string | undefined): boolean => line === undefined || line.trim() === '';

export function withoutEmptyEnds(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !isEmptyLine(line));
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => !isEmptyLine(line)) + 1);
}
