/** The models worth pulling on this workstation: of all suggested models those that fit its memory. Pure. */
import { type LocalUse, localUses, type ModelSuggestion } from '../../shared/local-models.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { type SuggestedModelId, suggestedModels } from '../engines/suggested-models.ts';

/**
 * The share of all memory that a model may take by its use; the rest is the editor's. A model that answers while the
 * user types must be fast and stays in memory beside a larger one.
 */
const memoryShares: Readonly<Record<LocalUse, number>> = {
  code: 0.65,
  general: 0.65,
  simple: 0.2,
  fill: 0.2,
};
const maxMemoryShare = 0.65;
const maxPerUse = 2;

/**
 * For each use the best model that fits and a smaller one, in the order of `localUses`, no model twice. Empty: none
 * fits.
 * @param definitions engines, which name the models in their registries
 */
export function modelSuggestions(
  memoryBytes: number,
  definitions: readonly Pick<EngineDefinition, 'kind' | 'pullNames'>[],
): readonly ModelSuggestion[] {
  const fitting = (use: LocalUse, share: number) =>
    Object.entries(suggestedModels).filter(
      ([, model]) => model.uses.includes(use) && model.memoryBytes <= memoryBytes * share,
    );
  const ids = localUses.flatMap((use) => {
    const comfortable = fitting(use, memoryShares[use]).slice(0, maxPerUse);
    const chosen = comfortable.length > 0 ? comfortable : fitting(use, maxMemoryShare).slice(-1);
    return chosen.map(([id]) => id as SuggestedModelId);
  });
  return [...new Set(ids)].map((id) => ({ ...suggestedModels[id], names: namesOf(id, definitions) }));
}

const namesOf = (
  id: SuggestedModelId,
  definitions: readonly Pick<EngineDefinition, 'kind' | 'pullNames'>[],
): ModelSuggestion['names'] =>
  Object.fromEntries(
    definitions.flatMap(({ kind, pullNames }) => (pullNames ? [[kind, pullNames[id]]] : [])),
  );
