/** Whether a line of a suggestion repeats a line below the cursor. */

import type { CursorContext } from './cursor-context.ts';
import { columnsOf } from './indentation.ts';

/** The first line of a call that spans lines, or an annotation above a declaration: many statements look like that. */
const ambiguousStart = /^(?:await\s+)?[\w.$]+\($|^@[\w.]+$|^#\[.*\]$/;

/**
 * Closers never count as repeated: the bracket balancer counts them.
 *
 * @param line the whole line
 * @param columns its indentation in the document
 * @param where `inText`: inside a string or a comment; `isInner`: inside a block that the suggestion opened
 * @returns `perhaps`: the next line decides
 */
export function repeatsBelow(
  { linesBelow, indentation }: CursorContext,
  line: string,
  columns: number,
  { inText, isInner }: { readonly inText: boolean; readonly isInner: boolean },
): 'yes' | 'no' | 'perhaps' {
  const text = line.trim();
  if (!inText && /^[)\]};,\s]*$/.test(text)) return 'no';
  const index = linesBelow.findIndex((other, index) => {
    if (columnsOf(other, indentation) !== columns) return false;
    if (index === 0) return inText ? text === other.trim() : isNearlyEqual(text, other);
    return index === 1 && !isInner && text.length >= 10 && !text.endsWith('(') && text === other.trim();
  });
  if (index < 0) return 'no';
  return index === 0 && (ambiguousStart.test(text) || !/[\p{L}\d]/u.test(text)) ? 'perhaps' : 'yes';
}

/** The lines are equal, or differ only as two spellings of one statement do. */
function isNearlyEqual(one: string, other: string): boolean {
  if (one.trim() === other.trim()) return true;
  const [a, b] = [comparableTokens(one), comparableTokens(other)];
  if (a.length < 2 || a.length !== b.length) return false;
  const different = a.flatMap((word, index) => (word === b[index] ? [] : [[word, b[index] ?? ''] as const]));
  if (different.length === 0) return true;
  const [first] = different;
  return a.length >= 4 && different.length === 1 && first !== undefined && differsByOneLetter(...first);
}

/** The tokens of a line without white space, kind of quotes, final punctuation and trailing comment. */
const comparableTokens = (line: string): readonly string[] =>
  line
    .replace(/(?<!\s)\s+(?:\/\/|#|--)\s.*$/s, '')
    .trim()
    .replace(/[;,]$/, '')
    .replaceAll(/["'`]/g, '"')
    .match(/[\p{L}\d_$]+|[^\s\p{L}\d_$]/gu) ?? [];

/** Long names that differ by one letter, as a typo does; digits and counting letters (`requestA`) are no typo. */
function differsByOneLetter(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < 7 || long.length - short.length > 1 || /\d/.test(one + other)) return false;
  if (/[A-Z]$/.test(one) && /[A-Z]$/.test(other)) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start += 1;
  return short.slice(start + (short.length === long.length ? 1 : 0)) === long.slice(start + 1);
}
