/** Text that may be offered, and text that was: where each is from, and whether the user has taken it or sent it away. */
import { contextAfterAccept, remainingSuggestionFrom } from './completion.ts';
import type { CacheHit } from './completion-cache.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import type { ResultType } from './completion-item.ts';
import type { ModelChoice } from './generator.ts';
import type { InFlightRequest } from './in-flight-request.ts';

/** What can be offered, before it is known whether it is still wanted. */
export type FoundSuggestion = {
  readonly suggestion: Suggestion;
  readonly source: SuggestionSource;
  readonly resultType: ResultType;
};
/** Who knows the text; a stream knows more of it as time goes by. */
export type SuggestionSource = Pick<InFlightRequest, 'model' | 'completion'>;
/** What the editor was given. */
export type ShownSuggestion = { readonly context: CompletionContext; readonly source: SuggestionSource };
/** What it was given for a document last. */
export type CurrentCompletion = ShownSuggestion & {
  readonly choice: ModelChoice;
  /** The user had just taken what stands before it. */
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
) => {
  const suggestion = await wait;
  return suggestion && { suggestion, source, resultType };
};

export const sharedResultType = ({ origin }: InFlightRequest): ResultType =>
  origin === 'model' ? 'shared' : origin;

export const isSameSuggestion = (one: Suggestion, other: Suggestion): boolean =>
  one.insertText === other.insertText && one.replacesAfter === other.replacesAfter;

/** The cursor is where accepting what was shown last leads, and has not been typed there. */
export function followsAcceptOf(last: ShownSuggestion | undefined, context: CompletionContext): boolean {
  if (!last?.source.completion) return false;
  const place = contextAfterAccept(last.context, last.source.completion);
  // A step of one unit is a key: whoever types all of it did not take it.
  const step = context.before.length - last.context.before.length;
  return step > 1 && place.before === context.before && place.after === context.after;
}

/** Whether the text leads, on the same line, along what the user has sent away; forgotten once it does not. */
export function isRejected(refused: Map<string, ShownSuggestion>, now: CompletionContext): boolean {
  const last = refused.get(now.uri);
  if (!last?.source.completion) return false;
  const along = remainingSuggestionFrom(last.context, last.source.completion, now) !== undefined;
  if (along && !now.before.slice(last.context.before.length).includes('\n')) return true;
  refused.delete(now.uri);
  return false;
}
