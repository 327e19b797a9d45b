/**
 * A completion generated at one position and used at others: while the user types along its text, the rest of it can be
 * shown. Accepting it leads to the same document from every cursor position along it.
 */
import type { CompletionContext, Suggestion } from './completion-context.ts';

/** Text for a position in a document. Offsets are UTF-16 units. */
export type Completion = {
  /** Where its text begins in the document. */
  readonly start: number;
  /** Length of the document before the cursor in the model's prompt: the completion does not apply to a shorter one. */
  readonly requestedAt: number;
  /** All text between the text before `start` and the unchanged suffix. */
  readonly insert: string;
  /** Units at the end of the document that do not change. */
  readonly suffixUnits: number;
};

export const toCompletion = (context: CompletionContext, suggestion: Suggestion): Completion => ({
  start: context.before.length - suggestion.replacesBefore,
  requestedAt: effectivePrefixUnits(context),
  insert: suggestion.insertText,
  suffixUnits: context.after.length - suggestion.replacesAfter,
});

/**
 * The rest of a completion at this position; `no-text`: the document agrees with it, but no text of it is left to show, or
 * none has arrived yet; `undefined`: the document diverges from it. The caller guarantees that the document up to `start`
 * is the same.
 * @param isSameSuffix whether this is the end of the document that the completion leaves unchanged
 */
export function remainingSuggestion(
  completion: Completion,
  { before, after, selectedCompletion }: CompletionContext,
  isSameSuffix: (end: string) => boolean,
): Suggestion | 'no-text' | undefined {
  const { start, requestedAt, insert, suffixUnits } = completion;
  const replacesBefore = selectedCompletion?.replaces ?? 0;
  const base = before.length - replacesBefore;
  if (base < start || base + (selectedCompletion?.text.length ?? 0) < requestedAt) return undefined;
  const typed = before.slice(start, base) + (selectedCompletion?.text ?? '');
  if (typed.length >= insert.length) return typed.startsWith(insert) ? 'no-text' : undefined;
  if (!insert.startsWith(typed)) return undefined;
  const replacesAfter = after.length - suffixUnits;
  const replaced = after.slice(0, Math.max(0, replacesAfter));
  if (replacesAfter < 0 || /[\r\n]/.test(replaced) || !isSameSuffix(after.slice(replacesAfter)))
    return undefined;
  const rest = insert.slice(typed.length);
  // The rest has to contain a closer that the editor inserted by itself; the model may not have generated it yet.
  if (rest === replaced || !containsInOrder(rest, replaced)) return 'no-text';
  return { insertText: insert.slice(base - start), replacesBefore, replacesAfter };
}

/** The same for a completion of the same document, comparing whole texts. @param origin a position where the completion is valid */
export function remainingSuggestionFrom(
  origin: CompletionContext,
  completion: Completion,
  now: CompletionContext,
): Suggestion | 'no-text' | undefined {
  if (!now.before.startsWith(origin.before.slice(0, completion.start))) return undefined;
  return remainingSuggestion(completion, now, (end) => origin.after.endsWith(end));
}

/** Units of the document before the cursor, as if the entry selected in the suggest widget were inserted. */
export const effectivePrefixUnits = ({ before, selectedCompletion }: CompletionContext): number =>
  before.length + (selectedCompletion ? selectedCompletion.text.length - selectedCompletion.replaces : 0);

/** That text. */
export const effectivePrefix = ({ before, selectedCompletion }: CompletionContext): string =>
  selectedCompletion
    ? before.slice(0, before.length - selectedCompletion.replaces) + selectedCompletion.text
    : before;

/**
 * Whether a request for `requested` may also answer `now` while its completion is still unknown: the user has only typed
 * on, and the editor has inserted closers or the user has typed over them.
 */
export function hasOnlyTypedSince(requested: CompletionContext, now: CompletionContext): boolean {
  return (
    effectivePrefix(now).startsWith(effectivePrefix(requested)) && differByClosers(requested.after, now.after)
  );
}

/** The position after the completion once it is accepted. Its document version is not known: texts decide. */
export function contextAfterAccept(
  requested: CompletionContext,
  { start, insert, suffixUnits }: Completion,
): CompletionContext {
  const { selectedCompletion: _, ...rest } = requested;
  const after = requested.after.slice(requested.after.length - suffixUnits);
  return { ...rest, before: requested.before.slice(0, start) + insert, after, trigger: 'automatic' };
}

/** Whether accepting some completion at `now` may lead to `later`. */
export const acceptMayLeadTo = (later: CompletionContext, now: CompletionContext): boolean =>
  later.before.startsWith(effectivePrefix(now)) && now.after.endsWith(later.after);

const maxClosers = 16;
const closers = /^[)\]}>"'`;,]*$/;

function differByClosers(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const more = long.length - short.length;
  return more <= maxClosers && closers.test(long.slice(0, more)) && long.endsWith(short);
}

/** Whether the text contains these units in this order, with others between them. */
function containsInOrder(text: string, units: string): boolean {
  let at = 0;
  for (const unit of units) {
    at = text.indexOf(unit, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
