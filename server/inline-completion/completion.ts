/**
 * What a model said at one place, read at another: whoever types along an answer can have the rest of it. Accepting it
 * always leads to the same document, wherever along it the cursor is.
 */
import type { CompletionContext, Suggestion } from './completion-context.ts';

/** Text for a place in a document. Offsets are UTF-16 units. */
export type Completion = {
  /** Where its text begins in the document. */
  readonly start: number;
  /** How much of the document the model had seen before the cursor: a shorter one has not been answered. */
  readonly requestedAt: number;
  /** All that comes between the text before `start` and what is kept after the cursor. */
  readonly insert: string;
  /** Units at the end of the document that stay as they were. */
  readonly suffixUnits: number;
};

export const toCompletion = (context: CompletionContext, suggestion: Suggestion): Completion => ({
  start: context.before.length - suggestion.replacesBefore,
  requestedAt: effectivePrefixUnits(context),
  insert: suggestion.insertText,
  suffixUnits: context.after.length - suggestion.replacesAfter,
});

/**
 * What is left of an answer here; `more`: the text leads along it, but there is nothing of it left to show, or nothing yet;
 * `undefined`: the text leads elsewhere. That the document up to `start` is the same is for the caller to know.
 * @param kept says whether this is the end of the document that the answer keeps
 */
export function remainingSuggestion(
  answer: Completion,
  { before, after, selectedCompletion }: CompletionContext,
  kept: (end: string) => boolean,
): Suggestion | 'more' | undefined {
  const { start, requestedAt, insert, suffixUnits } = answer;
  const replacesBefore = selectedCompletion?.replaces ?? 0;
  const base = before.length - replacesBefore;
  if (base < start || base + (selectedCompletion?.text.length ?? 0) < requestedAt) return undefined;
  const typed = before.slice(start, base) + (selectedCompletion?.text ?? '');
  if (typed.length >= insert.length) return typed.startsWith(insert) ? 'more' : undefined;
  if (!insert.startsWith(typed)) return undefined;
  const replacesAfter = after.length - suffixUnits;
  const replaced = after.slice(0, Math.max(0, replacesAfter));
  if (replacesAfter < 0 || /[\r\n]/.test(replaced) || !kept(after.slice(replacesAfter))) return undefined;
  const rest = insert.slice(typed.length);
  // A closer that the editor put in by itself has to come in the rest; it may not have been said yet.
  if (rest === replaced || !containsInOrder(rest, replaced)) return 'more';
  return { insertText: insert.slice(base - start), replacesBefore, replacesAfter };
}

/** The same for an answer known from elsewhere in the same document, whole texts compared. @param asked a place where it holds */
export function remainingSuggestionFrom(
  asked: CompletionContext,
  answer: Completion,
  now: CompletionContext,
): Suggestion | 'more' | undefined {
  if (!now.before.startsWith(asked.before.slice(0, answer.start))) return undefined;
  return remainingSuggestion(answer, now, (end) => asked.after.endsWith(end));
}

/** Units of the document before the cursor, with what the suggest widget has selected put in. */
export const effectivePrefixUnits = ({ before, selectedCompletion }: CompletionContext): number =>
  before.length + (selectedCompletion ? selectedCompletion.text.length - selectedCompletion.replaces : 0);

/** That text. */
export const effectivePrefix = ({ before, selectedCompletion }: CompletionContext): string =>
  selectedCompletion
    ? before.slice(0, before.length - selectedCompletion.replaces) + selectedCompletion.text
    : before;

/**
 * Whether a question asked there may be answered here too, as long as nobody knows the answer: the user has only typed on,
 * and the editor has put in closers or had them typed over.
 */
export function hasOnlyTypedSince(asked: CompletionContext, now: CompletionContext): boolean {
  return effectivePrefix(now).startsWith(effectivePrefix(asked)) && differByClosers(asked.after, now.after);
}

/** The place after the answer once it is accepted. What number the change will have is not known: texts decide. */
export function contextAfterAccept(
  asked: CompletionContext,
  { start, insert, suffixUnits }: Completion,
): CompletionContext {
  const { selectedCompletion: _, ...rest } = asked;
  const after = asked.after.slice(asked.after.length - suffixUnits);
  return { ...rest, before: asked.before.slice(0, start) + insert, after, trigger: 'automatic' };
}

/** Whether accepting an answer may lead from here to that place. */
export const acceptMayLeadTo = (place: CompletionContext, now: CompletionContext): boolean =>
  place.before.startsWith(effectivePrefix(now)) && now.after.endsWith(place.after);

const maxClosers = 16;
const closers = /^[)\]}>"'`;,]*$/;

function differByClosers(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const more = long.length - short.length;
  return more <= maxClosers && closers.test(long.slice(0, more)) && long.endsWith(short);
}

/** Whether the text has these units one after the other, with others between them. */
function containsInOrder(text: string, units: string): boolean {
  let at = 0;
  for (const unit of units) {
    at = text.indexOf(unit, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
