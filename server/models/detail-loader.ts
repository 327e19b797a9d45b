/** The contract of whatever finds out details of models. */
import type { ModelId } from '../../shared/chat.ts';
import type { DetailOrigin } from '../../shared/model-details.ts';
import type { ModelFacts } from './model-facts.ts';
import type { ServedModel } from './model-set.ts';

export interface DetailLoader {
  readonly name: Exclude<DetailOrigin, 'list'>;
  /** How long what it found holds, in milliseconds. */
  readonly maxAgeMs: number;
  /** Whether it could say something of this model now. */
  appliesTo(model: ServedModel): boolean;
  /**
   * What it finds of a batch; an empty finding means that there is nothing to say. A model that is absent from the
   * result, or all of them when it rejects, is asked about again later.
   */
  load(models: readonly ServedModel[], signal: AbortSignal): Promise<ReadonlyMap<ModelId, ModelFacts>>;
}
