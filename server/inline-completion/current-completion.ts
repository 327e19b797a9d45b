/** Text that may be offered, and text that was: where each is from, and whether the user has taken it or sent it away. */
import { followFrom, whenAccepted } from './completion.ts';
import type { Found } from './completion-cache.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import type { HowItCame } from './completion-item.ts';
import type { Choice } from './generator.ts';
import type { Flight } from './in-flight-request.ts';

/** What can be offered, before it is known whether it is still wanted. */
export type Find = { readonly suggestion: Suggestion; readonly source: Source; readonly how: HowItCame };
/** Who knows the text; a stream knows more of it as time goes by. */
export type Source = Pick<Flight, 'model' | 'answer'>;
/** What the editor was given. */
export type Shown = { readonly situation: CompletionContext; readonly source: Source };
/** What it was given for a document last. */
export type Last = Shown & {
  readonly asked: Choice;
  /** The user had just taken what stands before it. */
  readonly followsAccept: boolean;
};

export const asFind = ({ answer, suggestion }: Found): Find => ({
  suggestion,
  source: { model: answer.model, answer },
  how: answer.origin === 'model' ? 'cache' : answer.origin,
});

export const found = async (source: Flight, wait: Promise<Suggestion | undefined>, how: HowItCame) => {
  const suggestion = await wait;
  return suggestion && { suggestion, source, how };
};

export const howShared = ({ origin }: Flight): HowItCame => (origin === 'model' ? 'shared' : origin);

export const isSame = (one: Suggestion, other: Suggestion): boolean =>
  one.insert === other.insert && one.replacesAfter === other.replacesAfter;

/** The cursor is where accepting what was shown last leads, and has not been typed there. */
export function acceptedJustBefore(last: Shown | undefined, situation: CompletionContext): boolean {
  if (!last?.source.answer) return false;
  const place = whenAccepted(last.situation, last.source.answer);
  // A step of one unit is a key: whoever types all of it did not take it.
  const step = situation.before.length - last.situation.before.length;
  return step > 1 && place.before === situation.before && place.after === situation.after;
}

/** Whether the text leads, on the same line, along what the user has sent away; forgotten once it does not. */
export function isRefused(refused: Map<string, Shown>, now: CompletionContext): boolean {
  const last = refused.get(now.uri);
  if (!last?.source.answer) return false;
  const along = followFrom(last.situation, last.source.answer, now) !== undefined;
  if (along && !now.before.slice(last.situation.before.length).includes('\n')) return true;
  refused.delete(now.uri);
  return false;
}
