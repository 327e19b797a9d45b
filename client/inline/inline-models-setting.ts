/** `rumbo.inline.models` from what was ticked. Pure. */
import { providerOf } from '../../shared/chat.ts';
import type { InlineCandidate } from '../../shared/inline.ts';

/**
 * What was written before is kept where it says the same. Every local model and no other is the empty list, so that
 * models fetched later write, too.
 * @param said the setting as it is
 * @returns `undefined`: nobody is ticked, which the setting cannot say
 */
export function modelsSetting(
  candidates: readonly InlineCandidate[],
  ticked: ReadonlySet<string>,
  said: readonly string[],
): readonly string[] | undefined {
  if (ticked.size === 0) return undefined;
  const everyLocal = candidates.every(({ model, source }) => ticked.has(model) === (source === 'local'));
  if (everyLocal) return [];
  const known = new Set<string>(candidates.map(({ model }) => model));
  const ofProvider = (name: string) => candidates.filter(({ model }) => providerOf(model) === name);
  /** It still says what is ticked, or speaks of models nobody knows at the moment. */
  const holds = (entry: string) =>
    entry.endsWith('/*')
      ? ofProvider(providerOf(entry)).every(({ model }) => ticked.has(model))
      : ticked.has(entry) || !known.has(entry);
  const kept = said.filter(holds);
  const covered = (model: string) => kept.includes(model) || kept.includes(`${providerOf(model)}/*`);
  return [...kept, ...candidates.map(({ model }) => model).filter((id) => ticked.has(id) && !covered(id))];
}
