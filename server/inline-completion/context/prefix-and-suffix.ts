/** Divides a prompt's token budget and cuts prefix and suffix to it. */
import { estimateTokens } from '../../routing/tokens.ts';
import type { CompletionContext } from '../completion-context.ts';
import type { FimTarget } from '../prompting/fim-target.ts';
import { snippetTokens } from './snippet-selection.ts';

export type PromptLimits = {
  /** Tokens of input and output together. `null`: unknown, and a low value is assumed. */
  readonly contextTokens: number | null;
  /** Tokens that the model may generate. */
  readonly outputTokens: number;
  /** Maximum tokens of the prompt: reading takes time, or money. Absent: a default that depends on `private`. */
  readonly promptTokens?: number;
  /** It runs on the user's machines: it caches the prompt up to the first difference, and reads the rest slowly. */
  readonly private: boolean;
};

/** In tokens. */
export type TokenBudgets = { readonly prefix: number; readonly suffix: number; readonly snippets: number };

const defaultPromptTokens = { private: 2_048, cloud: 4_096 };
const unknownContextTokens = 4_096;
/** Token estimates may be wrong by a quarter. */
const estimateMargin = 0.75;
/** The suffix follows the prefix, which grows with each key: a local model reads the whole suffix again each time. */
const shares = {
  private: { prefix: 0.6, suffix: 0.08 },
  cloud: { prefix: 0.5, suffix: 0.2 },
};

/** Depends on the limits only: budgets that depended on the text would move the beginning of the prompt with each key. */
export function tokenBudgetsFor(limits: PromptLimits): TokenBudgets {
  const location = limits.private ? 'private' : 'cloud';
  const maxTokens =
    Math.floor((limits.contextTokens ?? unknownContextTokens) * estimateMargin) - limits.outputTokens;
  const tokens = Math.max(0, Math.min(maxTokens, limits.promptTokens ?? defaultPromptTokens[location]));
  const prefix = Math.floor(tokens * shares[location].prefix);
  const suffix = Math.floor(tokens * shares[location].suffix);
  return { prefix, suffix, snippets: tokens - prefix - suffix };
}

export type PrefixAndSuffix = Pick<FimTarget, 'prefix' | 'suffix'>;

/** The text around the cursor that fits: whole lines, unless one line exceeds the budget. */
export const cutPrefixAndSuffix = (
  { before, after }: CompletionContext,
  budgets: TokenBudgets,
): PrefixAndSuffix => ({
  prefix: before.slice(prefixStart(before, budgets.prefix)),
  suffix: after.slice(0, suffixEnd(after, budgets.suffix)),
});

/**
 * The text parts of a prompt. Snippets that do not fit are omitted, the last first.
 * @param snippets in prompt order
 */
export function fitPrompt(
  context: CompletionContext,
  limits: PromptLimits,
  snippets: FimTarget['snippets'],
): Pick<FimTarget, 'prefix' | 'suffix' | 'snippets'> {
  const budgets = tokenBudgetsFor(limits);
  let remainingTokens = budgets.snippets;
  const overflow = snippets.findIndex((snippet) => {
    remainingTokens -= snippetTokens(snippet);
    return remainingTokens < 0;
  });
  return {
    ...cutPrefixAndSuffix(context, budgets),
    snippets: overflow < 0 ? snippets : snippets.slice(0, overflow),
  };
}

/** The prefix begins at a multiple of one of these lines, so that it begins at the same line for many keystrokes. */
const lineSteps = [64, 32, 16, 8, 4, 2, 1];
/** A step may leave this share of the budget unused. */
const maxUnusedShare = 0.5;
/** The step within a line, in UTF-16 units. */
const unitStep = 256;

function prefixStart(before: string, budget: number): number {
  const cursorLine = lineStart(before, before.length);
  /** Starts of the lines that fit with everything after them, from the cursor's up, and the tokens from there. */
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
    const candidate = fitting.at(-1 - (Math.ceil(line / step) * step - line));
    if (candidate && candidate.tokens >= budget * maxUnusedShare) return candidate.start;
  }
  return first.start;
}

/** Where the end of a line that exceeds the budget begins. */
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

/** The first index for which the condition holds; `to` if it holds for none below. */
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

/** Start of the line that contains the character before the offset. */
function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !isLineEnd(text, start - 1)) start -= 1;
  return start;
}

/** Start of the next line; the end of the text if there is none. */
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
