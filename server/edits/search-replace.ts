/** Search and replace blocks in an answer, in the notations that coding tools have taught to models. */
import { findLines, type LineEdit, reindentLines } from './find-lines.ts';

export type SearchReplace = {
  readonly search: readonly string[];
  readonly replace: readonly string[];
};

/** Where each notation begins, divides and ends: Aider and others, Cline, and tags. Markers stand alone on their lines. */
const notations: readonly (readonly [start: RegExp, divider: RegExp, end: RegExp])[] = [
  [
    /^<{5,9} ?(?:SEARCH|ORIGINAL|OLD|BEFORE)\b.*$/i,
    /^={5,9}\s*$/,
    /^>{5,9}(?: ?(?:REPLACE|UPDATED|NEW|AFTER)\b.*)?$/i,
  ],
  [/^-{5,9} ?SEARCH\b.*$/i, /^={5,9}\s*$/, /^\+{5,9} ?REPLACE\b.*$/i],
  [
    /^<(?:search|old_string|old_str|old_code|original)>$/i,
    /^<\/(?:search|old_string|old_str|old_code|original)>$/i,
    /^<\/(?:replace|new_string|new_str|new_code|updated)>$/i,
  ],
];
const secondTag = /^<(?:replace|new_string|new_str|new_code|updated)>$/i;

/** The blocks of an answer, fenced or not. Empty: it has none. `undefined`: one is not complete. */
export function searchReplaceBlocks(answer: string): readonly SearchReplace[] | undefined {
  const lines = answer.replace(/\r\n?/g, '\n').split('\n');
  const blocks: SearchReplace[] = [];
  for (let at = 0; at < lines.length; at++) {
    const notation = notations.find(([start]) => start.test((lines[at] ?? '').trim()));
    if (!notation) continue;
    const [start, divider, end] = notation;
    const dividerAt = lines.findIndex((line, index) => index > at && divider.test(line.trim()));
    const endAt = lines.findIndex((line, index) => index > dividerAt && end.test(line.trim()));
    if (dividerAt < 0 || endAt < 0 || lines.slice(at + 1, endAt).some((line) => start.test(line.trim())))
      return undefined;
    const replace = lines.slice(dividerAt + 1, endAt);
    const tagAt = replace.findIndex((line) => secondTag.test(line.trim()));
    blocks.push({ search: lines.slice(at + 1, dividerAt), replace: replace.slice(tagAt + 1) });
    at = endAt;
  }
  return blocks;
}

/** Whether an answer contains the beginning of a block. */
export const hasSearchMarker = (answer: string): boolean =>
  answer.split('\n').some((line) => notations.some(([start]) => start.test(line.trim())));

/** The edits that the blocks make. `undefined`: one has no place in the file, or more than one. */
export function searchReplaceEdits(
  file: readonly string[],
  blocks: readonly SearchReplace[],
): LineEdit[] | undefined {
  const edits: LineEdit[] = [];
  for (const { search, replace } of blocks) {
    const isNew = search.every((line) => line.trim() === '');
    if (isNew && file.every((line) => line === '')) {
      edits.push({ start: 0, end: file.length, lines: replace });
      continue;
    }
    const found = isNew ? 'none' : findTrimmed(file, search);
    if (typeof found === 'string') return undefined;
    edits.push({ start: found.start, end: found.end, lines: reindentLines(replace, found.indentation) });
  }
  return edits;
}

/** Empty lines around what is searched are often not those of the file. */
function findTrimmed(file: readonly string[], search: readonly string[]) {
  const found = findLines(file, search);
  if (found !== 'none') return found;
  const first = search.findIndex((line) => line.trim() !== '');
  return findLines(file, search.slice(first, search.findLastIndex((line) => line.trim() !== '') + 1));
}
