/** The contract between when to ask (suggester.ts) and who is asked (routing and the models). */
import type { ModelId } from '../../shared/chat.ts';
import type { Shape, Situation } from './situation.ts';

/** What the text of a model is taken for: code that fills a gap, or a chat answer with fences and prose around it. */
export type Manner = 'fill' | 'chat';

/** Text on its way. */
export type Writing = {
  readonly model: ModelId;
  readonly manner: Manner;
  /** The text as it comes, raw. Ends when the model does; rejects with `RumboError`; ending the loop early closes the socket. */
  readonly text: AsyncIterable<string>;
};

export interface Writer {
  /**
   * Who would write for this situation now, without asking anybody; it is part of the cache's key. `undefined`: nobody
   * may, and nothing is to be sent.
   */
  choose(situation: Situation): { readonly model: ModelId; readonly shape: Shape; readonly usualMs: number | null } | undefined;
  /** Asks. Resolves once somebody speaks (with hedging, who speaks first). Rejects with `RumboError`. */
  write(situation: Situation, shape: Shape, signal: AbortSignal): Promise<Writing>;
}
