/** Suggestions that may be shown, and the one that is: its source, and whether the user has just accepted or rejected it. */
import { contextAfterAccept, remainingSuggestionFrom } from './completion.ts';
import type { CacheHit } from './completion-cache.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import type { ResultType } from './completion-item.ts';
import type { ModelChoice } from './generator.ts';
import type { InFlightRequest } from './in-flight-request.ts';

/** A suggestion that may be shown, if the document has not changed in the meantime. */
export type FoundSuggestion = {
  readonly suggestion: Suggestion;
  readonly source: SuggestionSource;
  readonly resultType: ResultType;
};
/** Where its text comes from; the completion of a stream grows over time. */
export type SuggestionSource = Pick<InFlightRequest, 'model' | 'completion'>;
/** A suggestion that the editor was given. */
export type ShownSuggestion = { readonly context: CompletionContext; readonly source: SuggestionSource };
/** The last suggestion of a document. */
export type CurrentCompletion = ShownSuggestion & {
  readonly choice: ModelChoice;
  /** The user had just accepted the text before it. */
  readonly followsAccept: boolean;
};

export const fromCacheHit = ({ completion, suggestion }: CacheHit): FoundSuggestion => ({
  suggestion,
  source: { model: completion.model, completion },
  resultType: completion.origin === 'model' ? 'cache' : completion.origin,
});

export const fromInFlight = async (
  source: InFlightRequest,
  wait: Promise<Suggestion | undefined>,
  resultType: ResultType,
): Promise<FoundSuggestion | undefined> => {
  const suggestion = await wait;
  return suggestion && { suggestion, source, resultType };
};

export const sharedResultType = ({ origin }: InFlightRequest): ResultType =>
  origin === 'model' ? 'shared' : origin;

export const isSameSuggestion = (one: Suggestion, other: Suggestion): boolean =>
  one.insertText === other.insertText && one.replacesAfter === other.replacesAfter;

/** The user has just accepted this suggestion: the cursor is where accepting leads, and did not get there by typing. */
export function isAccepted(last: ShownSuggestion | undefined, now: CompletionContext): boolean {
  if (!last?.source.completion) return false;
  const accepted = contextAfterAccept(last.context, last.source.completion);
  // A step of one unit is a keystroke: the user has typed all of it and accepted nothing.
  const step = now.before.length - last.context.before.length;
  return step > 1 && accepted.before === now.before && accepted.after === now.after;
}

/** The user types, on the same line, along this rejected suggestion. */
export function isTypedAlong({ context, source }: ShownSuggestion, now: CompletionContext): boolean {
  if (!source.completion) return false;
  const isAlong = remainingSuggestionFrom(context, source.completion, now) !== undefined;
  return isAlong && !now.before.slice(context.before.length).includes('\n');
}
