/** Transforms of text streams: they change the beginning or find the end. Leaving a loop early also leaves the source. */

/**
 * Holds back the beginning until `rewrite` can decide about it.
 * @param rewrite returns the replacement of the beginning; `undefined`: undecided, which it may not be when `isEnded`
 */
export async function* rewriteStart(
  text: AsyncIterable<string>,
  rewrite: (start: string, isEnded: boolean) => string | undefined,
): AsyncGenerator<string> {
  let buffer: string | undefined = '';
  for await (const piece of text) {
    if (buffer === undefined) {
      yield piece;
      continue;
    }
    buffer += piece;
    const start = buffer ? rewrite(buffer, false) : undefined;
    if (start === undefined) continue;
    buffer = undefined;
    if (start) yield start;
  }
  const rest = buffer && rewrite(buffer, true);
  if (rest) yield rest;
}

/** Removes a single space at the start; two are an indentation. */
export const stripLeadingSpace = (text: AsyncIterable<string>): AsyncGenerator<string> =>
  rewriteStart(text, (start, isEnded) => {
    if (start.length < 2 && start.startsWith(' ') && !isEnded) return undefined;
    return start.startsWith(' ') && start[1] !== ' ' ? start.slice(1) : start;
  });

/** Removes from the start a line that is already before the cursor, with any indentation. */
export function stripRepeatedLine(text: AsyncIterable<string>, line: string): AsyncGenerator<string> {
  const existing = line.trimStart();
  return rewriteStart(text, (start, isEnded) => {
    const trimmed = start.trimStart();
    if (trimmed.startsWith(existing)) return trimmed.slice(existing.length);
    return existing.startsWith(trimmed) && !isEnded ? undefined : start;
  });
}

/** Removes from the start the white space that is already before the cursor, as far as it is equal. */
export const stripRepeatedWhitespace = (
  text: AsyncIterable<string>,
  whitespace: string,
): AsyncGenerator<string> =>
  rewriteStart(text, (start, isEnded) => {
    let same = 0;
    while (same < whitespace.length && start[same] === whitespace[same]) same += 1;
    return same === start.length && same < whitespace.length && !isEnded ? undefined : start.slice(same);
  });

/** Removes from the start a fence that opens a block; unlike a closing one, it is followed by a language. */
export const stripOpeningFence = (text: AsyncIterable<string>, fence: string): AsyncGenerator<string> =>
  rewriteStart(text, (start, isEnded) => {
    const trimmed = start.trimStart();
    if (!isEnded && trimmed.length < fence.length && fence.startsWith(trimmed)) return undefined;
    if (!trimmed.startsWith(fence)) return start;
    const end = trimmed.indexOf('\n');
    if (end < 0) return isEnded ? start : undefined;
    return trimmed.slice(fence.length, end).trim() ? trimmed.slice(end + 1) : start;
  });

/** Passes text up to the first stop text, and holds back what may be the beginning of one. */
export async function* untilStopText(
  text: AsyncIterable<string>,
  stopTexts: readonly string[],
): AsyncGenerator<string> {
  let buffer = '';
  for await (const piece of text) {
    buffer += piece;
    const matches = stopTexts.map((stopText) => buffer.indexOf(stopText)).filter((index) => index >= 0);
    if (matches.length > 0) {
      const last = buffer.slice(0, Math.min(...matches));
      if (last) yield last;
      return;
    }
    const undecidedLength = Math.max(0, ...stopTexts.map((stopText) => partialMatchLength(buffer, stopText)));
    const certain = buffer.slice(0, buffer.length - undecidedLength);
    buffer = buffer.slice(buffer.length - undecidedLength);
    if (certain) yield certain;
  }
  if (buffer) yield buffer;
}

/** Length of the longest end of a text that is a beginning of the stop text. */
function partialMatchLength(text: string, stopText: string): number {
  let length = Math.min(text.length, stopText.length - 1);
  while (length > 0 && !text.endsWith(stopText.slice(0, length))) length -= 1;
  return length;
}
