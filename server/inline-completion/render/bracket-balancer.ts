/** Closers in the lines of a suggestion: which are needed, which already follow the cursor, and which close nothing. */

import { type Opening, type ScanToken, scanCode } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import { type LanguageSyntax, startsWithCloser } from './languages.ts';

export type BalancedLine = {
  /** The part of the line to show. Empty: none of it. */
  readonly text: string;
  /** The line was cut: the model's text after it belongs elsewhere. */
  readonly isCut: boolean;
};

/** Follows the brackets of a suggestion, line by line. */
export function bracketBalancer(cursor: CursorContext) {
  const { language, lineSuffix, suffixKind } = cursor;
  let openings: readonly Opening[] = cursor.openings;
  let consumedUnits = 0;
  let closersAfterCursor = cursor.unmatchedClosers(0);
  /** Closers after the cursor that had no opener before the suggestion: code in the middle of a change. */
  const unopened = new Map(
    [...closersAfterCursor].map(([closer, count]) => [
      closer,
      Math.max(0, count - countClosers(openings, closer)),
    ]),
  );

  return {
    /** Units of the line suffix that the suggestion repeats and therefore replaces. */
    get consumedUnits() {
      return consumedUnits;
    },
    /** What is open at the end of the suggestion, the innermost last. */
    get openings() {
      return openings;
    },
    /** How many openings of the suggestion are open. */
    get depth() {
      return depth();
    },

    /** @param leadingText the text before `line` on the same line */
    balance(line: string, leadingText: string): BalancedLine {
      const tokens: ScanToken[] = [];
      const openAfter = [...openings];
      const onToken = (token: ScanToken) => tokens.push(token);
      scanCode(`${line}\n`, language, openAfter, { fromModel: true, leadingText, onToken });
      const closing = tokens.filter(({ kind }) => kind === 'close');
      const consumedBefore = new Map<ScanToken, number>();

      for (const token of closing) {
        const { text, start, opening } = token;
        consumedBefore.set(token, consumedUnits);
        if (opening?.fromModel) continue;
        const endInSuffix = closerEndInSuffix(text);
        if (endInSuffix !== undefined && suffixKind === 'code')
          return add(line.slice(0, start), leadingText, true);
        if (endInSuffix !== undefined) consume(endInSuffix);
        else if (opening && opening === cursor.openings.at(-1) && cursor.isEnclosingClosed)
          return cutBefore(line, token, leadingText);
        else if (!opening && !(language.looseBrackets && text === ')'))
          return cutBefore(line, token, leadingText);
      }
      // A line may close more than it opens as long as enough stays open for the closers that follow the cursor.
      const surplus = closing.find(
        ({ text, opening }) =>
          (opening?.kind === 'bracket' || opening?.kind === 'tag' || opening?.kind === 'word') &&
          closesTooMuch(text, openAfter),
      );
      if (!surplus) return add(line, leadingText, false);
      // The closers after the cut are not shown, so they replace nothing.
      consume(consumedBefore.get(surplus) ?? consumedUnits);
      return cutBefore(line, surplus, leadingText);
    },

    /** An opening of the document before the cursor has no closer, neither below nor in the suggestion. */
    get hasMissingCloser() {
      const outer = openings.filter(({ fromModel }) => !fromModel);
      return outer.some(({ close }) => countClosers(outer, close) > (closersAfterCursor.get(close) ?? 0));
    },

    /** Openings of the suggestion that stay open if it ends here, the innermost first. */
    unclosedOpenings: () => unclosedOpenings(openings, closersAfterCursor),
  };

  /** The line up to an unneeded closer, with the punctuation that ends the statement. */
  function cutBefore(line: string, { start, end }: ScanToken, leadingText: string): BalancedLine {
    const before = line.slice(0, start).trimEnd();
    const sign = /^\s*([;,])\s*$/.exec(line.slice(end))?.[1] ?? '';
    if (isBlank(before)) return { text: '', isCut: true };
    return add(before + (startsWithCloser(before, language) ? '' : sign), leadingText, true);
  }

  function add(text: string, leadingText: string, isCut: boolean): BalancedLine {
    const openAfter = [...openings];
    scanCode(`${text}\n`, language, openAfter, { fromModel: true, leadingText });
    openings = openAfter;
    if (suffixKind === 'closing') {
      const units = repeatedPunctuation(text.trimEnd(), lineSuffix.slice(consumedUnits), language, depth());
      if (units > 0) consume(consumedUnits + units);
    }
    return { text, isCut };
  }

  function closesTooMuch(closer: string, open: readonly Opening[]): boolean {
    const missing = (closersAfterCursor.get(closer) ?? 0) - countClosers(open, closer);
    return missing > (unopened.get(closer) ?? 0);
  }

  function consume(units: number): void {
    consumedUnits = units;
    closersAfterCursor = cursor.unmatchedClosers(consumedUnits);
  }

  function depth(): number {
    return openings.filter(({ fromModel, kind }) => fromModel && kind !== 'comment').length;
  }

  /** Where the closer ends in the line suffix. `undefined`: something else comes next there. */
  function closerEndInSuffix(closer: string): number | undefined {
    let at = consumedUnits;
    while (lineSuffix[at] === ' ' || lineSuffix[at] === '\t') at += 1;
    return lineSuffix.startsWith(closer, at) ? at + closer.length : undefined;
  }
}

export type BracketBalancer = ReturnType<typeof bracketBalancer>;

function unclosedOpenings(
  openings: readonly Opening[],
  closersAfterCursor: ReadonlyMap<string, number>,
): readonly Opening[] {
  const spare = new Map(closersAfterCursor);
  for (const { fromModel, close } of openings) if (!fromModel) spare.set(close, (spare.get(close) ?? 0) - 1);
  const unclosed: Opening[] = [];
  for (const opening of openings.filter(({ fromModel }) => fromModel)) {
    const left = spare.get(opening.close) ?? 0;
    if (left > 0) spare.set(opening.close, left - 1);
    else unclosed.push(opening);
  }
  return unclosed.toReversed();
}

/** Units of `suffix` up to the end of punctuation that also ends the line: `;`, `,`, and the brace of a body. */
function repeatedPunctuation(line: string, suffix: string, { prose }: LanguageSyntax, depth: number): number {
  const rest = suffix.trimEnd();
  const signs = rest.trimStart();
  if (prose) {
    let length = signs.length;
    while (length > 0 && !line.endsWith(signs.slice(0, length))) length -= 1;
    return length > 0 ? rest.length - signs.length + length : 0;
  }
  const isRepeated =
    /^[;,:{\s]+$/.test(signs) && line.endsWith(signs) && depth <= (signs.endsWith('{') ? 1 : 0);
  return isRepeated ? rest.length : 0;
}

const countClosers = (openings: readonly Opening[], closer: string): number =>
  openings.filter(({ close }) => close === closer).length;
