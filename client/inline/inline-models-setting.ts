/** Computes `rumbo.inline.models` from the selected models. Pure. */
import { providerOf } from '../../shared/chat.ts';
import type { InlineCandidate } from '../../shared/inline.ts';

/**
 * Keeps the current entries that still apply. Exactly all local models become the empty list, so that
 * models downloaded later are included.
 * @param current the setting's current entries
 * @returns `undefined`: no model is selected, which the setting cannot express
 */
export function modelsSetting(
  candidates: readonly InlineCandidate[],
  selected: ReadonlySet<string>,
  current: readonly string[],
): readonly string[] | undefined {
  if (selected.size === 0) return undefined;
  const everyLocal = candidates.every(({ model, source }) => selected.has(model) === (source === 'local'));
  if (everyLocal) return [];
  const candidateIds = new Set<string>(candidates.map(({ model }) => model));
  const ofProvider = (name: string) => candidates.filter(({ model }) => providerOf(model) === name);
  /** Whether an entry names only selected models, or models that are not listed at the moment. */
  const applies = (entry: string) =>
    entry.endsWith('/*')
      ? ofProvider(providerOf(entry)).every(({ model }) => selected.has(model))
      : selected.has(entry) || !candidateIds.has(entry);
  const remaining = current.filter(applies);
  const covered = (model: string) =>
    remaining.includes(model) || remaining.includes(`${providerOf(model)}/*`);
  return [
    ...remaining,
    ...candidates.map(({ model }) => model).filter((id) => selected.has(id) && !covered(id)),
  ];
}
