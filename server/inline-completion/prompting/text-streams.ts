/** Texts on their way, mended where they begin and where they end. Leaving a loop early leaves the source. */

/**
 * Holds the beginning back until it is known what becomes of it.
 * @param become what stands in its place; `undefined`: not to be told yet. At the end of the text (`ended`) it has to be
 */
export async function* rewriteStart(
  text: AsyncIterable<string>,
  become: (start: string, ended: boolean) => string | undefined,
): AsyncGenerator<string> {
  let held: string | undefined = '';
  for await (const piece of text) {
    if (held === undefined) {
      yield piece;
      continue;
    }
    held += piece;
    const start = held ? become(held, false) : undefined;
    if (start === undefined) continue;
    held = undefined;
    if (start) yield start;
  }
  const rest = held && become(held, true);
  if (rest) yield rest;
}

/** Without a single blank at the front; two are an indentation. */
export const stripLeadingSpace = (text: AsyncIterable<string>): AsyncGenerator<string> =>
  rewriteStart(text, (start, ended) => {
    if (start.length < 2 && start.startsWith(' ') && !ended) return undefined;
    return start.startsWith(' ') && start[1] !== ' ' ? start.slice(1) : start;
  });

/** Without a line at the front that stands there already; indented otherwise it is the same one. */
export function stripRepeatedLine(text: AsyncIterable<string>, line: string): AsyncGenerator<string> {
  const known = line.trimStart();
  return rewriteStart(text, (start, ended) => {
    const said = start.trimStart();
    if (said.startsWith(known)) return said.slice(known.length);
    return known.startsWith(said) && !ended ? undefined : start;
  });
}

/** Without the blanks at the front that stand there already, as many as are the same. */
export const stripRepeatedWhitespace = (
  text: AsyncIterable<string>,
  blanks: string,
): AsyncGenerator<string> =>
  rewriteStart(text, (start, ended) => {
    let same = 0;
    while (same < blanks.length && start[same] === blanks[same]) same += 1;
    return same === start.length && same < blanks.length && !ended ? undefined : start.slice(same);
  });

/** Without a fence that opens a block at the front, told from one that closes it by the language behind it. */
export const stripOpeningFence = (text: AsyncIterable<string>, fence: string): AsyncGenerator<string> =>
  rewriteStart(text, (start, ended) => {
    const said = start.trimStart();
    if (!ended && said.length < fence.length && fence.startsWith(said)) return undefined;
    if (!said.startsWith(fence)) return start;
    const end = said.indexOf('\n');
    if (end < 0) return ended ? start : undefined;
    return said.slice(fence.length, end).trim() ? said.slice(end + 1) : start;
  });

/** Up to the first of these words. What may be the beginning of one waits for what follows. */
export async function* untilStopText(
  text: AsyncIterable<string>,
  words: readonly string[],
): AsyncGenerator<string> {
  let held = '';
  for await (const piece of text) {
    held += piece;
    const ends = words.map((word) => held.indexOf(word)).filter((at) => at >= 0);
    if (ends.length > 0) {
      const last = held.slice(0, Math.min(...ends));
      if (last) yield last;
      return;
    }
    const open = Math.max(0, ...words.map((word) => partialMatchLength(held, word)));
    const sure = held.slice(0, held.length - open);
    held = held.slice(held.length - open);
    if (sure) yield sure;
  }
  if (held) yield held;
}

/** How many units at the end of a text could be the beginning of a word. */
function partialMatchLength(text: string, word: string): number {
  let length = Math.min(text.length, word.length - 1);
  while (length > 0 && !text.endsWith(word.slice(0, length))) length -= 1;
  return length;
}
