/** Removes stored keys: one, all of a provider, or all. */
import type { KeyProblem, LastingStoreName } from '../../shared/keys.ts';
import { accountOf, type KeyCache } from './key-cache.ts';
import { type KeyIndex, type SavedKeys, storeOf } from './key-index.ts';
import type { KeyOwner } from './key-owner.ts';
import * as sentences from './key-sentences.ts';
import { type SecretStore, storeProblem } from './secret-store.ts';

export type KeyRemoverDeps = {
  readonly stores: Readonly<Record<LastingStoreName, SecretStore>>;
  readonly cache: KeyCache;
  readonly index: KeyIndex;
};
type Place = Pick<KeyOwner, 'provider' | 'origin'>;

export function keyRemover({ stores, cache, index }: KeyRemoverDeps) {
  /** Returns what went wrong; then the key is still there. */
  const removeSlot = async (owner: Place, slot: string): Promise<KeyProblem | undefined> => {
    const mine = cache.get(owner);
    if (mine.unsaved.some((each) => each.slot === slot)) {
      const unsaved = mine.unsaved.filter((each) => each.slot !== slot);
      cache.replace(owner, { unsaved, instead: mine.instead && unsaved.length > 0 });
      return;
    }
    const saved = index.get(owner.provider);
    if (!saved?.slots.includes(slot)) return;
    const name = storeOf(saved, slot);
    try {
      // The store may be locked: the index keeps the entry, so that the removal can be repeated.
      if (!(await stores[name].remove(accountOf({ ...owner, origin: saved.origin }, slot))))
        return sentences.notRemoved(name);
    } catch (error) {
      return storeProblem(name, error);
    } finally {
      cache.rereadSaved(owner.provider);
    }
    try {
      index.change(owner.provider, (now) => without(now, slot));
    } catch (error) {
      return sentences.indexProblem(error);
    }
    return;
  };

  /** Removes the saved and unsaved keys of one provider, at whatever origin. Returns what went wrong. */
  const removeAllOf = async (owner: Place): Promise<KeyProblem | undefined> => {
    cache.drop(owner);
    index.reload();
    for (const slot of index.get(owner.provider)?.slots ?? []) {
      const problem = await removeSlot(owner, slot);
      if (problem) return problem;
    }
    return;
  };

  return { removeSlot, removeAllOf };
}

export type KeyRemover = ReturnType<typeof keyRemover>;

function without(saved: SavedKeys | undefined, slot: string): SavedKeys | undefined {
  const slots = saved?.slots.filter((each) => each !== slot) ?? [];
  if (!saved || slots.length === 0) return;
  const { [slot]: _, ...details } = saved.details;
  return { ...saved, slots, details };
}
