/** The contract between when to ask (suggester.ts) and what is shown (show/): pure functions, handed in. */
import type { Shape, Situation, Suggestion } from './situation.ts';
import type { Manner } from './writer.ts';

export interface Show {
  /** Whether this is a place for ghost text that the user did not ask for. */
  mayAsk(situation: Situation): boolean;
  /** How much fits here. */
  shapeFor(situation: Situation, known: { readonly acceptedJustBefore: boolean }): Shape;
  showing(situation: Situation, how: { readonly shape: Shape; readonly manner: Manner }): Showing;
}

/** Raw text of a model on its way to a suggestion. */
export interface Showing {
  /** More text has come. `true`: the suggestion is whole, no more is needed. */
  read(delta: string): boolean;
  /** What is sure so far: a beginning of all it will ever be. `undefined`: nothing yet. */
  suggestion(): Suggestion | undefined;
  /** No more text comes, or no more is needed. `rest`: the raw text past the end of the suggestion. */
  end(): { readonly suggestion?: Suggestion | undefined; readonly rest: string };
}
