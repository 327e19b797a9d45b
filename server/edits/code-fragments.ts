/** Parts of a file that were answered instead of the whole: put where the file has them, if there is one such place. */
import { applyLineEdits, indentationOf, type LineEdit, reindentLines } from './find-lines.ts';
import { blockEnd, declarationPlace, declaredName, isCloser } from './omissions.ts';

/** Lines with text below which a file is too short for a part of it to be recognized. */
const minFileLines = 10;
/** Share of the file's lines that an answer has at most, if it is a part. */
const maxShare = 0.7;
/** The same if nothing else shows that it is a part. */
const maxRemnant = 0.2;
const minRemnantFileLines = 20;

/** The user asked for less code. */
const shortening =
  /\b(?:delet|remov|drop|strip|clear|empt|only|keep|shorten|shorter|simplif|minif|reduc|replace|rewrit|from scratch|start over|split|extract|move|borr|elimin|quit|vac[i\u00ed]|s[o\u00f3]lo|acort|simplific|reescrib|reemplaz|l\u00f6sch|entfern|supprim)/i;

/** Whether the answer has only a part of the file, although the user did not ask for less. */
export function isFragment(code: readonly string[], file: readonly string[], prompt: string): boolean {
  const texts = file.filter((line) => line.trim() !== '');
  const own = code.filter((line) => line.trim() !== '');
  const [header = ''] = texts;
  const [first = ''] = own;
  if (texts.length < minFileLines || own.length > texts.length * maxShare || shortening.test(prompt))
    return false;
  const names = new Set(own.map((line) => line.trim()));
  if (names.has(header.trim()))
    return texts.length >= minRemnantFileLines && own.length <= texts.length * maxRemnant;
  const startsInside = texts.slice(1).some((line) => line.trim() === first.trim());
  const isIndented = indentationOf(first) !== '' && indentationOf(header) === '';
  return (
    startsInside ||
    isIndented ||
    (texts.length >= minRemnantFileLines && own.length <= texts.length * maxRemnant)
  );
}

/** The file with the parts in their places. `undefined`: a place is not certain. */
export function spliceFragments(
  fragments: readonly (readonly string[])[],
  file: readonly string[],
): readonly string[] | undefined {
  const edits: LineEdit[] = [];
  for (const fragment of fragments) {
    const edit = fragmentEdit(fragment, file);
    if (!edit) return undefined;
    edits.push(edit);
  }
  return applyLineEdits(file, edits);
}

/** One or several blocks of code that begin with lines of the file. */
function fragmentEdit(fragment: readonly string[], file: readonly string[]): LineEdit | undefined {
  const lines = withoutEmptyEnds(fragment);
  const [first] = lines;
  if (first === undefined || !isBalanced(lines)) return undefined;
  const start = declarationPlace(first, file, 0);
  const width = indentationOf(first).length;
  const isHeader = (line: string, column: number) =>
    line.trim() !== '' && indentationOf(line).length === column && !isCloser(line);
  if (start === undefined) return undefined;
  if (lines.some((line) => line.trim() !== '' && indentationOf(line).length < width)) return undefined;
  const last = lines.findLast((line) => isHeader(line, width)) ?? first;
  const lastStart = last === first ? start : declarationPlace(last, file, start);
  if (lastStart === undefined) return undefined;
  const end = blockEnd(file, lastStart);
  // What stands between in the file would be lost.
  const own = new Set(lines.map(declaredName));
  const column = indentationOf(file[start] ?? '').length;
  const between = file.slice(start, end).filter((line) => isHeader(line, column));
  if (between.some((line) => !own.has(declaredName(line)))) return undefined;
  const indentation = { from: indentationOf(first), to: indentationOf(file[start] ?? '') };
  return { start, end, lines: reindentLines(lines, indentation) };
}

const isBalanced = (lines: readonly string[]): boolean => {
  const text = lines.join('\n');
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/\{/g) === count(/\}/g) && count(/\(/g) === count(/\)/g);
};

function withoutEmptyEnds(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1);
}
