/** A suggestion, made of one line after the other: where each begins, what of it is wanted, and where it is enough. */
import type { Shape } from '../situation.ts';
import type { Manner } from '../writer.ts';
import { closersOf } from './closers.ts';
import { columnsInDocument, columnsOf, indentOf, isBlank, type Previous } from './indentation.ts';
import { closes, continues } from './languages.ts';
import type { Place } from './place.ts';
import { splits } from './raw-lines.ts';
import { isNearlyEqual } from './repeats-below.ts';

/** Lines of a suggestion at most. */
const mostLines = 50;

export type Composed = {
  /** The document's indentation; `\n` between lines. */
  readonly text: string;
  /** Units of the tail that `text` holds. */
  readonly consumed: number;
};

export function composing(place: Place, shape: Shape, manner: Manner) {
  const { language, indentation, prefix, tail, tailKind } = place;
  const isEmptyLine = isBlank(prefix);
  const opensHere = !isEmptyLine && !place.within && language.opens.test(prefix);
  const closers = closersOf(place);
  const out: string[] = [];
  const rest: string[] = [];
  let finished = false;
  /** What comes later is worth keeping for the next suggestion. */
  let keepsRest = false;
  /** Empty lines that are shown once something follows them. */
  let blanks = 0;
  /** Column of the statement, and whether its body has begun. */
  let base = place.expected;
  let deeper = false;
  /** Column of the first line on a line of its own, where the cursor's line opens a block. */
  let body: number | undefined;
  /** The block has been closed; only closers of what is around it may follow. */
  let closed = false;
  let previous: Previous = { columns: place.base, opens: opensHere };
  let columnsFor = columnsInDocument(indentation, false);
  /** All of a block is wanted that the document opened, not one statement. */
  const fillsBody =
    opensHere || (isEmptyLine && language.opens.test(place.above.at(-1) ?? '') && place.expected > 0);

  return {
    put(line: string): void {
      if (finished) {
        if (keepsRest) rest.push(line);
        return;
      }
      if (isBlank(line)) return void blank();
      if (out.length > 0) return void further(line);
      if (blanks > 0 && !isEmptyLine) return void below(line, blanks);
      if (manner === 'chat' && startsBlock.test(prefix) && opensHere && !isBlank(line))
        return void below(line, 1);
      first(line);
    },
    /** Nothing that comes can change what is shown. */
    get finished() {
      return finished;
    },
    /** What is shown so far. */
    composed: (): Composed => ({ text: out.join('\n'), consumed: closers.consumed }),
    /** What is shown when nothing more comes: with what the suggestion opened closed. */
    whole(): Composed {
      if (out.length === 0 || isBlank(out.join(''))) return { text: '', consumed: 0 };
      return { text: out.join('\n') + ending(), consumed: closers.consumed };
    },
    /** What came after, as the model said it, with the line end before it. */
    rest: (): string => (keepsRest && rest.some((line) => !isBlank(line)) ? ['', ...rest].join('\n') : ''),
  };

  function blank(): void {
    if (out.length > 0 && inString()) out.push('');
    else if (out.length > 0 && shape === 'line') finish(true);
    else blanks += 1;
  }

  function first(line: string): void {
    blanks = 0;
    let text = line;
    let pad = '';
    if (isEmptyLine && !inString()) {
      const own = columnsOf(line, indentation);
      text = line.trimStart();
      // A model may say the cursor's line from its beginning, or go on from where it stands.
      const wanted = closes.test(text)
        ? place.base
        : own - place.base >= 2
          ? Math.max(own, place.expected)
          : place.expected;
      pad = padding(prefix, place.base, wanted);
      base = wanted;
      columnsFor = columnsInDocument(indentation, manner === 'chat' && own === 0);
      previous = { columns: wanted, opens: false };
    } else if (/\s$/.test(prefix)) text = line.trimStart();
    if (tailKind !== 'closing' && tailKind !== 'code' && repeats(prefix + text, base)) return finish(false);
    const fitted = closers.fit(tailKind === 'code' ? beforeTail(text) : text, prefix);
    if (isBlank(fitted.text)) return finish(false);
    out.push(pad + trimmed(fitted.text));
    settle(fitted.text, base, fitted.stop);
  }

  /** The model begins on a new line. */
  function below(line: string, breaks: number): void {
    const goesOn =
      opensHere ||
      incomplete.test(prefix) ||
      place.stack.some(({ kind }) => kind === 'bracket' && isBlank(tail));
    blanks = 0;
    if (tailKind === 'code' || (shape === 'line' && !goesOn)) return finish(false);
    if (opensHere && manner === 'chat' && columnsOf(line, indentation) === 0 && !closes.test(line))
      columnsFor = columnsInDocument(indentation, true);
    base = place.base;
    out.push('');
    blanks = Math.min(1, breaks - 1);
    further(line);
    if (out.length === 1) out.length = 0;
  }

  function further(line: string): void {
    if (tail.trim() !== '' && !mayGoOn()) return finish(false);
    const verbatim = inString();
    const own = columnsOf(line, indentation);
    const text = line.trimStart();
    const columns = verbatim ? own : columnsFor(own, text, previous, blanks > 0);
    if (!verbatim) {
      if (endsBefore(text, columns)) {
        finish(true);
        for (; blanks > 0; blanks -= 1) rest.push('');
        rest.push(indentOf(columns, indentation) + text);
        return;
      }
      if (repeats(text, columns)) return finish(false);
    }
    const depth = closers.depth;
    body ??= opensHere ? Math.min(columns, place.base + 1) : base;
    const fitted = closers.fit(text, '');
    if (isBlank(fitted.text)) return finish(false);
    for (; blanks > 0; blanks -= 1) out.push('');
    out.push(verbatim ? line.trimEnd() : indentOf(columns, indentation) + trimmed(fitted.text));
    if (columns > base || depth > 0) deeper = true;
    settle(fitted.text, columns, fitted.stop);
  }

  /** What follows from a line that has been added. */
  function settle(text: string, columns: number, stop: boolean): void {
    previous = { columns, opens: !inString() && language.opens.test(text) };
    if (stop) return finish(false);
    if (shape === 'line' || tailKind === 'code') return finish(true);
    if (out.length >= mostLines) return finish(false);
    if (closers.depth > 0 || inString()) return;
    if (language.statementEnd?.test(text)) return finish(true);
    // What the document opened above has come to its end.
    if (
      out.length === 1 ||
      !closes.test(text) ||
      columns >= bodyColumns() ||
      previous.opens ||
      waitsForTail()
    )
      return;
    if (!closers.isMissed) return finish(true);
    closed = true;
  }

  function endsBefore(text: string, columns: number): boolean {
    if (closers.depth > 0 || (out.length === 1 && out[0] === '')) return false;
    if (closed) return !closes.test(text);
    if (columns < bodyColumns()) {
      if (closes.test(text)) return false;
      return !(
        fillsBody &&
        continues.test(text) &&
        columns >= bodyColumns() - indentation.size &&
        !place.below.some((line) => continues.test(line))
      );
    }
    if (waitsForTail() || fillsBody) return false;
    if (blanks > 0) return !(deeper && columns > base);
    return deeper && columns <= base && !continues.test(text) && !braceAlone.test(text);
  }

  /** Text has to stand at least here to belong to the block. */
  function bodyColumns(): number {
    return body ?? (opensHere ? place.base + 1 : base);
  }

  /** What closes the cursor's line has not been said yet. */
  function waitsForTail(): boolean {
    return tail.slice(closers.consumed).trim() !== '';
  }

  /** A line that what stands behind the cursor may be pushed down for. */
  function mayGoOn(): boolean {
    if (!waitsForTail() || closers.depth > 0) return true;
    if (closers.consumed > 0 || tailKind === 'code') return false;
    return out[0] === '' || incomplete.test(out.at(-1) ?? '');
  }

  function repeats(line: string, columns: number): boolean {
    if (!/\p{L}|\d{2}/u.test(line) || closes.test(line)) return false;
    const text = line.trim();
    return place.below.some((below, index) => {
      const level = columnsOf(below, indentation) === columns;
      if (index === 0 && level && isNearlyEqual(text, below)) return true;
      return text.length >= 10 && closers.depth === 0 && text === below.trim() && (index < 3 || level);
    });
  }

  /** A line for the middle of another one, without what stands behind the cursor. */
  function beforeTail(text: string): string {
    const behind = tail.trim();
    const at = behind.length > 1 ? text.indexOf(behind) : -1;
    if (at >= 0 && isEdge(text, at) && (behind.length > 3 || text.slice(at).trim() === behind))
      return upTo(text, at);
    const said = text.trimEnd();
    for (let length = Math.min(said.length, behind.length); length > 0; length--) {
      const from = said.length - length;
      if (said.endsWith(behind.slice(0, length)) && isEdge(said, from) && isEdge(behind, length))
        return upTo(text, from);
    }
    return text;
  }

  /** Blanks at the end stay where the tail brings none. */
  function upTo(text: string, at: number): string {
    return splits(text, at) ? text : text.slice(0, at);
  }

  function trimmed(text: string): string {
    const end = text.trimEnd();
    const joins =
      tailKind === 'code' &&
      out.length === 0 &&
      end.length < text.length &&
      /^[\p{L}\d_$=+*/<>&|?-]/u.test(tail);
    return joins ? `${end} ` : end;
  }

  function inString(): boolean {
    const top = closers.stack.at(-1);
    return top?.kind === 'string' && !top.oneLine;
  }

  function finish(worthKeeping: boolean): void {
    finished = true;
    keepsRest = worthKeeping && tail.slice(closers.consumed).trim() === '';
  }

  /** Closers that are still owed, and the line end that what stands behind the cursor is to follow. */
  function ending(): string {
    const lastLine = out.at(-1) ?? '';
    const owed =
      shape === 'line' && tailKind === 'none' ? [] : closers.owed().filter(({ kind }) => kind !== 'comment');
    if (owed.length > 0) {
      if (owed.some(({ kind }) => kind === 'string' || kind === 'head')) return '';
      const own = columnsOf(lastLine.trim() === '' ? prefix : lastLine, indentation);
      const onOneLine = out.length === 1;
      let text = '';
      let column = onOneLine ? own : own + (previous.opens ? indentation.size : 0);
      owed.forEach(({ close, kind }, index) => {
        const ownLine = kind !== 'bracket' || close === '}';
        column = Math.max(place.base, column - indentation.size);
        const glued = onOneLine
          ? kind === 'bracket' || kind === 'tag'
          : !ownLine ||
            (index > 0 &&
              kind === 'bracket' &&
              owed[index - 1]?.kind === 'bracket' &&
              owed[index - 1]?.close !== '}');
        text += glued ? close : `\n${indentOf(column, indentation)}${close}`;
      });
      return text;
    }
    const isOpen =
      out[0] === '' && out.length > 1 && opensHere && closers.consumed === 0 && tailKind === 'closing';
    return isOpen && /^\s*(?:[)\]}]|<\/)/.test(tail) ? `\n${indentOf(place.base, indentation)}` : '';
  }
}

/** A line that the next one belongs to. */
const incomplete = /(?:[,([{=+*/<>&|?:.\\-]|=>|\b(?:and|or|in|return|await|new|not|extends|implements))\s*$/;

/** A line after which statements stand on lines of their own. */
const startsBlock =
  /(?:\)|=>|\b(?:else|try|finally|do|class\s[^{]*|struct\s[^{]*|->\s*[^{]*))\s*\{$|^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*:$|^\s*(?:def|class|module)\b[^=;]*$/;

/** A brace on a line of its own belongs to the line above it. */
const braceAlone = /^\{\s*$/;

const isEdge = (text: string, at: number): boolean => {
  const [one = '', other = ''] = [text[at - 1], text[at]];
  if (/[\p{L}\d_$]/u.test(one) && /[\p{L}\d_$]/u.test(other)) return false;
  return !(one === other && /[=+&|.*?-]/.test(one));
};

const padding = (prefix: string, from: number, to: number): string => {
  if (to <= from) return '';
  return prefix.includes('\t') ? '\t' : ' '.repeat(to - from);
};
