/** The contract of a loader: one origin of facts about models. */
import type { ModelId } from '../../shared/chat.ts';
import type { DetailFacts, DetailOrigin } from '../../shared/model-details.ts';
import type { ServedModel } from './model-set.ts';

export interface DetailLoader {
  readonly name: Exclude<DetailOrigin, 'list'>;
  /** Milliseconds after which facts are loaded again. */
  readonly maxAgeMs: number;
  /** Whether it could report facts of this model now. */
  appliesTo(model: ServedModel): boolean;
  /**
   * Facts of a batch of models; empty facts mean that nothing is known. A model that is absent from the result, or
   * every model when this rejects, is loaded again later.
   */
  load(models: readonly ServedModel[], signal: AbortSignal): Promise<ReadonlyMap<ModelId, DetailFacts>>;
}
