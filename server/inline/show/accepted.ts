/** The document once a suggestion is in it. */
import type { Situation, Suggestion } from '../situation.ts';

/** Where the user is after an accept; the version is the next one. */
export function accepted(
  situation: Situation,
  { insert, replacesBefore, replacesAfter }: Suggestion,
): Situation {
  const { selected, ...same } = situation;
  return {
    ...same,
    version: situation.version + 1,
    before: situation.before.slice(0, situation.before.length - replacesBefore) + insert,
    after: situation.after.slice(replacesAfter),
  };
}
