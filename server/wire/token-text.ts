/** Special tokens at the beginning, in the middle and at the end of a text that may go on. */
import { isInsideCode } from './inside-code.ts';
import { channelStart, channelText, turnEnds, turnStarts } from './special-tokens.ts';

/** The text that was held back until the end: tokens at the end of an answer are no part of it. */
export function withoutEndTokens(answer: string, held: string, isText: (token: string) => boolean): string {
  const token = endTokenOf(held, isText);
  if (!token || skipTokens(held.slice(token.length))?.trim() !== '') return held;
  // “The token is <|im_end|>”: the sentence ends with it.
  const isWord = token !== '</s>' && /[\p{L}:,][^\S\n]$/u.test(answer) && !isInsideCode(answer);
  const inBackquotes = /`[^`\n]*$/.test(answer) && !/(?:^|\n)[^\S\n]*`{3,}/.test(answer);
  return isWord || inBackquotes ? held : '';
}

/** A loop: the closure of a `find` would be optimized again and again. */
function endTokenOf(held: string, isText: (token: string) => boolean): string | undefined {
  for (const token of turnEnds) if (held.startsWith(token) && !isText(token)) return token;
  return undefined;
}

/** The text after further tokens of the same end. `undefined`: more text has to decide. */
export function skipTokens(text: string): string | undefined {
  let rest = text;
  for (;;) {
    const trimmed = rest.trimStart();
    const token = turnEnds.find((each) => trimmed.startsWith(each));
    if (!token) {
      const isOpen =
        mayBegin(trimmed, turnEnds) || mayBegin(trimmed, turnStarts) || mayBegin(trimmed, [channelStart]);
      return isOpen && trimmed !== '' ? undefined : rest;
    }
    rest = trimmed.slice(token.length);
  }
}

/** Tags in any case, tokens exactly. */
export const startsWithToken = (text: string, token: string): boolean =>
  text.startsWith(token) || (isTag(token) && text.slice(0, token.length).toLowerCase() === token);

const isTag = (token: string): boolean => /^<\/?[a-z]/.test(token);

/** Whether all of the text is the beginning of a token. */
export const mayBegin = (text: string, tokens: readonly string[]): boolean =>
  tokens.some(
    (token) => text.length < token.length && token.startsWith(isTag(token) ? text.toLowerCase() : text),
  );

export const isPartOf = (text: string, word: string): boolean =>
  text.length < word.length && word.startsWith(text);

export const mayBeHeader = (text: string): boolean =>
  ['analysis', 'commentary', 'final'].some(
    (name) => isPartOf(text, `${name}${channelText}`) || isPartOf(text, `assistant${name}${channelText}`),
  );

export function firstOf(text: string, tokens: readonly string[]): { token: string; at: number } | undefined {
  let first: { token: string; at: number } | undefined;
  const lower = text.toLowerCase();
  for (const token of tokens) {
    const at = isTag(token) ? lower.indexOf(token) : text.indexOf(token);
    if (at >= 0 && (!first || at < first.at)) first = { token, at };
  }
  return first;
}

/** Characters at the end of a text that may begin one of the tokens. */
export function undecidedLength(text: string, tokens: readonly string[]): number {
  const longest = Math.max(...tokens.map(({ length }) => length));
  for (let length = Math.min(text.length, longest - 1); length > 0; length--) {
    const end = text.slice(-length);
    if (tokens.some((token) => token.startsWith(end) || token.startsWith(end.toLowerCase()))) return length;
  }
  return 0;
}
