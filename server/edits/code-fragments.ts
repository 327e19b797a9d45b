/** Parts of a file that were answered instead of the whole: put where the file has them, if there is one such place. */

import {
  blockEnd,
  declarationPlace,
  declaredName,
  isBalanced,
  isCloser,
  losesLines,
  withoutEmptyEnds,
} from './code-structure.ts';
import { applyLineEdits, indentationOf, type LineEdit, reindentLines } from './find-lines.ts';

/** Lines with text below which a file is too short for a part of it to be recognized. */
const minFileLines = 10;
/** Share of the file's lines that an answer has at most, if it is a part. */
const maxShare = 0.7;
/** The same if nothing else shows that it is a part. */
const maxRemnant = 0.2;
const minRemnantFileLines = 20;

/** Names that are missing in a part of a file, at least. */
const minLostNames = 3;

/** The user asked for less code. */
const shortening =
  /\b(?:delet|remov|drop|strip|clear|empt(?:y|ied)|(?:keep|only|just) (?:keep|only|just|the)\b|shorten|shorter|minif|rewrit|from scratch|start over|extract|borr|elimin|quit|vac[i\u00ed]|deja s[o\u00f3]lo|acort|reescrib|l\u00f6sch|entfern|supprim)/i;

/** Whether the answer has only a part of the file, although the user did not ask for less. */
export function isFragment(code: readonly string[], file: readonly string[], prompt: string): boolean {
  const texts = file.filter((line) => line.trim() !== '');
  const own = code.filter((line) => line.trim() !== '');
  const [header = ''] = texts;
  const [first = ''] = own;
  if (texts.length < minFileLines || own.length > texts.length * maxShare || shortening.test(prompt))
    return false;
  const isRemnant = texts.length >= minRemnantFileLines && own.length <= texts.length * maxRemnant;
  if (own.some((line) => line.trim() === header.trim())) return isRemnant || losesMost(own, texts);
  const startsInside = texts.slice(1).some((line) => line.trim() === first.trim());
  const isIndented = indentationOf(first) !== '' && indentationOf(header) === '';
  return startsInside || isIndented || isRemnant;
}

/** Whether most of what the file declares is missing. */
function losesMost(code: readonly string[], file: readonly string[]): boolean {
  const own = new Set(code.map(declaredName));
  const names = [
    ...new Set(file.filter((line) => indentationOf(line) === '' && !isCloser(line)).map(declaredName)),
  ];
  const lost = names.filter((name) => !own.has(name)).length;
  return lost >= minLostNames && lost > names.length / 2;
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
  if (losesLines(lines, file.slice(start, end))) return undefined;
  const indentation = { from: indentationOf(first), to: indentationOf(file[start] ?? '') };
  return { start, end, lines: reindentLines(lines, indentation) };
}
