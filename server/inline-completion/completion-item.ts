/** One inline completion item for the editor, and how it was obtained. */
import type { ModelId } from '../../shared/chat.ts';
import type { Suggestion } from './completion-context.ts';

export type CompletionItem = {
  /** Identifies the item in `rumbo/inline/event`; never used twice. */
  readonly id: string;
  readonly suggestion: Suggestion;
  /** The model that generated it. */
  readonly model: ModelId;
  readonly resultType: ResultType;
};

/**
 * `model`: requested for this position. `shared`: from a request of an earlier keystroke that was still in flight.
 * `typing-as-suggested`: the rest of the item shown last. `cache`: from a completion of an earlier request. `read-ahead`:
 * from text that a model generated past the end of its last completion. `speculative`: requested before the user accepted
 * the preceding completion.
 */
export type ResultType = 'model' | 'shared' | 'typing-as-suggested' | 'cache' | 'read-ahead' | 'speculative';
