/** Closers in a line that is to be shown: which are wanted, which stand behind the cursor already, and which end nothing. */

import type { CursorPosition } from './cursor-position.ts';
import { isBlank } from './indentation.ts';
import { isCloser } from './languages.ts';
import { type Opening, scan, type Token } from './scan.ts';

export type Fitted = {
  /** What is left of the line; empty: nothing of it is wanted. */
  readonly text: string;
  /** Something was cut: what the model goes on with belongs elsewhere. */
  readonly stop: boolean;
};

/** Follows the brackets of a suggestion, line by line. */
export function closersOf(place: CursorPosition) {
  const { language, tail, tailKind } = place;
  let stack: readonly Opening[] = place.stack;
  let consumed = 0;
  let pool = place.closersAfter(0);
  /** Closers after the cursor that had no opener before a suggestion came: code amid a change. */
  const lacking = new Map(
    [...pool].map(([closer, count]) => [closer, Math.max(0, count - countOf(stack, closer))]),
  );

  return {
    /** Units of the tail that the suggestion holds itself. */
    get consumed() {
      return consumed;
    },
    /** What is open at the end of the suggestion, the innermost last. */
    get stack() {
      return stack;
    },
    /** How much is open that the suggestion opened. */
    get depth() {
      return depth();
    },

    /** @param lead what stands before the line's text on the same line */
    fit(line: string, lead: string): Fitted {
      const tokens: Token[] = [];
      const next = [...stack];
      scan(`${line}\n`, language, next, { own: true, lead, visit: (token) => tokens.push(token) });
      const closing = tokens.filter(({ kind }) => kind === 'close');

      for (const token of closing) {
        const { text, at, opening } = token;
        if (opening?.own) continue;
        const inTail = endInTail(text);
        if (inTail !== undefined && tailKind === 'code') return keep(line.slice(0, at), lead, true);
        if (inTail !== undefined) consume(inTail);
        else if (opening && opening === place.stack.at(-1) && place.isEnded) return cut(line, token, lead);
        else if (!opening && !(language.looseBrackets && text === ')')) return cut(line, token, lead);
      }
      // A line may close more than it opens as long as enough stays open for the closers that follow the cursor.
      const extra = closing.find(
        ({ text, opening }) =>
          (opening?.kind === 'bracket' || opening?.kind === 'tag' || opening?.kind === 'word') &&
          endsTooMuch(text, next),
      );
      return extra ? cut(line, extra, lead) : keep(line, lead, false);
    },

    /** Something that the document opened before the cursor has its closer neither below nor in the suggestion. */
    get isMissed() {
      const outer = stack.filter(({ own }) => !own);
      return outer.some(({ close }) => countOf(outer, close) > (pool.get(close) ?? 0));
    },

    /** What the suggestion opened and nothing closes when it ends here, the innermost first. */
    owed(): readonly Opening[] {
      const spare = new Map(pool);
      for (const { own, close } of stack) if (!own) spare.set(close, (spare.get(close) ?? 0) - 1);
      const owed: Opening[] = [];
      for (const opening of stack.filter(({ own }) => own)) {
        const left = spare.get(opening.close) ?? 0;
        if (left > 0) spare.set(opening.close, left - 1);
        else owed.push(opening);
      }
      return owed.toReversed();
    },
  };

  /** The line up to a closer that is not wanted, with the sign that ends the statement. */
  function cut(line: string, { at, end }: Token, lead: string): Fitted {
    const before = line.slice(0, at).trimEnd();
    const sign = /^\s*([;,])\s*$/.exec(line.slice(end))?.[1] ?? '';
    if (isBlank(before)) return { text: '', stop: true };
    return keep(before + (isCloser(before, language) ? '' : sign), lead, true);
  }

  function keep(text: string, lead: string, stop: boolean): Fitted {
    const next = [...stack];
    scan(`${text}\n`, language, next, { own: true, lead });
    stack = next;
    if (tailKind === 'closing') consumeSigns(text.trimEnd());
    return { text, stop };
  }

  /** Signs at the end of the line that stand behind the cursor too: `;`, `,`, and the brace of a body. */
  function consumeSigns(text: string): void {
    const rest = tail.slice(consumed).trimEnd();
    const signs = rest.trimStart();
    if (language.prose) {
      let length = signs.length;
      while (length > 0 && !text.endsWith(signs.slice(0, length))) length -= 1;
      if (length > 0) consume(consumed + rest.length - signs.length + length);
    } else if (
      /^[;,:{\s]+$/.test(signs) &&
      text.endsWith(signs) &&
      depth() <= (signs.endsWith('{') ? 1 : 0)
    ) {
      consume(consumed + rest.length);
    }
  }

  function endsTooMuch(closer: string, open: readonly Opening[]): boolean {
    return (pool.get(closer) ?? 0) - countOf(open, closer) > (lacking.get(closer) ?? 0);
  }

  function consume(units: number): void {
    consumed = units;
    pool = place.closersAfter(consumed);
  }

  function depth(): number {
    return stack.filter(({ own, kind }) => own && kind !== 'comment').length;
  }

  /** Where the closer ends in the tail, if it comes next there. */
  function endInTail(text: string): number | undefined {
    let at = consumed;
    while (tail[at] === ' ' || tail[at] === '\t') at += 1;
    return tail.startsWith(text, at) ? at + text.length : undefined;
  }
}

const countOf = (openings: readonly Opening[], closer: string): number =>
  openings.filter(({ close }) => close === closer).length;
