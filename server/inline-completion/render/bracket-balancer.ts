/** Closers in a line that is to be shown: which are wanted, which stand behind the cursor already, and which end nothing. */

import { type Opening, type ScanToken, scanCode } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import { startsWithCloser } from './languages.ts';

export type BalancedLine = {
  /** What is left of the line; empty: nothing of it is wanted. */
  readonly text: string;
  /** Something was cut: what the model goes on with belongs elsewhere. */
  readonly isCut: boolean;
};

/** Follows the brackets of a suggestion, line by line. */
export function bracketBalancer(cursor: CursorContext) {
  const { language, lineSuffix, suffixKind } = cursor;
  let stack: readonly Opening[] = cursor.openings;
  let consumed = 0;
  let pool = cursor.unmatchedClosers(0);
  /** Closers after the cursor that had no opener before a suggestion came: code amid a change. */
  const lacking = new Map(
    [...pool].map(([closer, count]) => [closer, Math.max(0, count - countClosers(stack, closer))]),
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
    fit(line: string, lead: string): BalancedLine {
      const tokens: ScanToken[] = [];
      const next = [...stack];
      scanCode(`${line}\n`, language, next, {
        fromModel: true,
        leadingText: lead,
        onToken: (token) => tokens.push(token),
      });
      const closing = tokens.filter(({ kind }) => kind === 'close');

      for (const token of closing) {
        const { text, start, opening } = token;
        if (opening?.fromModel) continue;
        const inTail = endInTail(text);
        if (inTail !== undefined && suffixKind === 'code') return keep(line.slice(0, start), lead, true);
        if (inTail !== undefined) consume(inTail);
        else if (opening && opening === cursor.openings.at(-1) && cursor.isEnclosingClosed)
          return cut(line, token, lead);
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
      const outer = stack.filter(({ fromModel }) => !fromModel);
      return outer.some(({ close }) => countClosers(outer, close) > (pool.get(close) ?? 0));
    },

    /** What the suggestion opened and nothing closes when it ends here, the innermost first. */
    owed(): readonly Opening[] {
      const spare = new Map(pool);
      for (const { fromModel, close } of stack) if (!fromModel) spare.set(close, (spare.get(close) ?? 0) - 1);
      const owed: Opening[] = [];
      for (const opening of stack.filter(({ fromModel }) => fromModel)) {
        const left = spare.get(opening.close) ?? 0;
        if (left > 0) spare.set(opening.close, left - 1);
        else owed.push(opening);
      }
      return owed.toReversed();
    },
  };

  /** The line up to a closer that is not wanted, with the sign that ends the statement. */
  function cut(line: string, { start, end }: ScanToken, lead: string): BalancedLine {
    const before = line.slice(0, start).trimEnd();
    const sign = /^\s*([;,])\s*$/.exec(line.slice(end))?.[1] ?? '';
    if (isBlank(before)) return { text: '', isCut: true };
    return keep(before + (startsWithCloser(before, language) ? '' : sign), lead, true);
  }

  function keep(text: string, lead: string, stop: boolean): BalancedLine {
    const next = [...stack];
    scanCode(`${text}\n`, language, next, { fromModel: true, leadingText: lead });
    stack = next;
    if (suffixKind === 'closing') consumeSigns(text.trimEnd());
    return { text, isCut: stop };
  }

  /** Signs at the end of the line that stand behind the cursor too: `;`, `,`, and the brace of a body. */
  function consumeSigns(text: string): void {
    const rest = lineSuffix.slice(consumed).trimEnd();
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
    return (pool.get(closer) ?? 0) - countClosers(open, closer) > (lacking.get(closer) ?? 0);
  }

  function consume(units: number): void {
    consumed = units;
    pool = cursor.unmatchedClosers(consumed);
  }

  function depth(): number {
    return stack.filter(({ fromModel, kind }) => fromModel && kind !== 'comment').length;
  }

  /** Where the closer ends in the tail, if it comes next there. */
  function endInTail(text: string): number | undefined {
    let at = consumed;
    while (lineSuffix[at] === ' ' || lineSuffix[at] === '\t') at += 1;
    return lineSuffix.startsWith(text, at) ? at + text.length : undefined;
  }
}

const countClosers = (openings: readonly Opening[], closer: string): number =>
  openings.filter(({ close }) => close === closer).length;
