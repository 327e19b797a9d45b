/** How much of a document a model reads around the cursor, and what room is left for other files. */
import { estimateTokens } from '../../routing/tokens.ts';
import type { CompletionContext } from '../completion-context.ts';
import type { FimTarget } from '../prompting/fim-target.ts';
import { snippetTokens } from './snippet-selection.ts';

/** What the model, and the patience of a user, allow. */
export type PromptLimits = {
  /** Tokens the model takes in and gives. `null`: nobody knows, and little is assumed. */
  readonly contextTokens: number | null;
  /** Tokens it may write. */
  readonly outputTokens: number;
  /** Tokens it is to read at most: reading takes time, or money. Absent: by `private`. */
  readonly promptTokens?: number;
  /** It runs on the user's machines: what it has read it keeps, up to the first difference, and what follows it reads slowly. */
  readonly private: boolean;
};

/** In tokens. */
export type TokenBudgets = { readonly prefix: number; readonly suffix: number; readonly context: number };

const defaultPromptTokens = { private: 2_048, cloud: 4_096 };
const unknownContextTokens = 4_096;
/** Estimates are wrong by a quarter. */
const estimateMargin = 0.75;
/** The suffix comes behind the prefix, which grows with each key: a local model reads all of it anew each time. */
const shares = {
  private: { prefix: 0.6, suffix: 0.08 },
  cloud: { prefix: 0.5, suffix: 0.2 },
};

/** Fixed by the limits alone: a room that followed the text would move the beginning of the prompt with each key. */
export function tokenBudgetsFor(limits: PromptLimits): TokenBudgets {
  const where = limits.private ? 'private' : 'cloud';
  const most =
    Math.floor((limits.contextTokens ?? unknownContextTokens) * estimateMargin) - limits.outputTokens;
  const tokens = Math.max(0, Math.min(most, limits.promptTokens ?? defaultPromptTokens[where]));
  const prefix = Math.floor(tokens * shares[where].prefix);
  const suffix = Math.floor(tokens * shares[where].suffix);
  return { prefix, suffix, context: tokens - prefix - suffix };
}

export type PrefixAndSuffix = Pick<FimTarget, 'prefix' | 'suffix'>;

/** The text around the cursor that fits: whole lines, save where one is longer than all the room. */
export const cutPrefixAndSuffix = (
  { before, after }: CompletionContext,
  room: TokenBudgets,
): PrefixAndSuffix => ({
  prefix: before.slice(prefixStart(before, room.prefix)),
  suffix: after.slice(0, suffixEnd(after, room.suffix)),
});

/**
 * All that a model reads. What of the other files does not fit is left out, the last first.
 * @param extra in the order in which it is read
 */
export function fitPrompt(
  context: CompletionContext,
  limits: PromptLimits,
  extra: FimTarget['snippets'],
): Pick<FimTarget, 'prefix' | 'suffix' | 'snippets'> {
  const room = tokenBudgetsFor(limits);
  let left = room.context;
  const fitting = extra.findIndex((excerpt) => {
    left -= snippetTokens(excerpt);
    return left < 0;
  });
  return { ...cutPrefixAndSuffix(context, room), snippets: fitting < 0 ? extra : extra.slice(0, fitting) };
}

/** The prefix begins at every so manieth line of the document at most, so that it begins the same for many keystrokes. */
const lineSteps = [64, 32, 16, 8, 4, 2, 1];
/** A step may leave this share of the room empty. */
const maxUnusedShare = 0.5;
/** The same within a line, in UTF-16 units. */
const unitStep = 256;

function prefixStart(before: string, budget: number): number {
  const cursorLine = lineStart(before, before.length);
  /** Where lines begin that fit with all behind them, from the cursor's up, and what they take in all. */
  const fitting: { start: number; tokens: number }[] = [];
  for (let start = cursorLine, end = before.length, tokens = 0; ; ) {
    tokens += estimateTokens(before.slice(start, end));
    if (tokens > budget) break;
    if (start === 0) return 0;
    fitting.push({ start, tokens });
    end = start;
    start = lineStart(before, end - 1);
  }
  const first = fitting.at(-1);
  if (!first) return unitStart(before, cursorLine, budget);

  const line = linesBefore(before, first.start);
  for (const step of lineSteps) {
    const found = fitting.at(-1 - (Math.ceil(line / step) * step - line));
    if (found && found.tokens >= budget * maxUnusedShare) return found.start;
  }
  return first.start;
}

/** The last of a line that is longer than the room. */
function unitStart(before: string, line: number, budget: number): number {
  const fits = (start: number) => estimateTokens(before.slice(start)) <= budget;
  const first = firstIndexWhere(line, before.length, fits);
  const stepped = line + Math.ceil((first - line) / unitStep) * unitStep;
  const start = estimateTokens(before.slice(stepped)) >= budget * maxUnusedShare ? stepped : first;
  return isInsidePair(before, start) ? start + 1 : start;
}

function suffixEnd(after: string, budget: number): number {
  let end = 0;
  for (let tokens = 0; end < after.length; ) {
    const next = nextLine(after, end);
    tokens += estimateTokens(after.slice(end, next));
    if (tokens > budget) break;
    end = next;
  }
  if (end > 0 || after === '') return end;
  const tooMuch = (size: number) => estimateTokens(after.slice(0, size)) > budget;
  const size = Math.max(0, firstIndexWhere(0, nextLine(after, 0), tooMuch) - 1);
  return isInsidePair(after, size) || isInsideLineEnd(after, size) ? size - 1 : size;
}

/** The least number from which on it holds; `to` if it holds for none below. */
function firstIndexWhere(from: number, to: number, holds: (at: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const isLineEnd = (text: string, at: number): boolean =>
  text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n');

/** Where the line begins that holds what is before the offset. */
function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !isLineEnd(text, start - 1)) start -= 1;
  return start;
}

/** Where the next line begins; the end of the text when there is none. */
function nextLine(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isLineEnd(text, at)) at += 1;
  return Math.min(at + 1, text.length);
}

function linesBefore(text: string, offset: number): number {
  let lines = 0;
  for (let at = 0; at < offset; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) lines += 1;
  }
  return lines;
}

const isInsidePair = (text: string, at: number): boolean =>
  /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(Math.max(0, at - 1), at + 1));

const isInsideLineEnd = (text: string, at: number): boolean => text[at - 1] === '\r' && text[at] === '\n';
