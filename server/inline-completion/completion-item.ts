/** What the editor is offered, and where it came from. */
import type { ModelId } from '../../shared/chat.ts';
import type { Suggestion } from './completion-context.ts';

export type CompletionItem = {
  /** Names this offer in `accepted` and `rejected`; never used twice. */
  readonly id: string;
  readonly suggestion: Suggestion;
  /** Who wrote it. */
  readonly model: ModelId;
  readonly resultType: ResultType;
};

/**
 * `model`: asked for here. `shared`: from a request of an earlier keystroke that was still under way. `typed-through`: what is
 * left of what was shown last. `cache`: from an answer to an earlier question. `streak`: from what a model wrote past the
 * end of its last answer. `speculated`: asked for before the user had accepted what comes before it.
 */
export type ResultType = 'model' | 'shared' | 'typed-through' | 'cache' | 'streak' | 'speculated';
