/** Saves keys: sets, adds, replaces, imports, and changes what the user stated of them. */
import { randomBytes } from 'node:crypto';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { KeyOptions, LastingStoreName } from '../../shared/keys.ts';
import { accountOf, type KeyCache } from './key-cache.ts';
import { keyFault } from './key-fault.ts';
import { firstSlot, type KeyIndex, type SavedKeys, storeOf } from './key-index.ts';
import type { KeyOwner, NamedKey } from './key-owner.ts';
import type { KeyRemover } from './key-remover.ts';
import * as sentences from './key-sentences.ts';
import type { SecretStore } from './secret-store.ts';
import type { StoreChain } from './store-chain.ts';

export type KeyWriterDeps = {
  readonly stores: Readonly<Record<LastingStoreName, SecretStore>>;
  readonly chain: StoreChain;
  readonly cache: KeyCache;
  readonly index: KeyIndex;
  readonly fromEnvironment: (owner: KeyOwner) => readonly NamedKey[];
  readonly remover: Pick<KeyRemover, 'removeSlot'>;
};
export type KeyResult = Omit<KeyReply, 'type' | 'id'>;

export function keyWriter({ stores, chain, cache, index, fromEnvironment, remover }: KeyWriterDeps) {
  /**
   * Saves a key under a slot and enters it in the index.
   * @param enter the provider's entry with the new slot; returns what it replaces
   */
  const save = async (
    owner: KeyOwner,
    slot: string,
    key: string,
    options: KeyOptions,
    enter: (saved: SavedKeys | undefined) => SavedKeys,
  ): Promise<KeyResult & { readonly replaced?: SavedKeys | undefined }> => {
    const account = accountOf(owner, slot);
    const { store, problem } = await chain.save(account, key);
    if (store === 'none') return { message: sentences.notSaved(problem) };
    if (store === 'memory') return { store, message: sentences.memoryOnly(problem) };
    let replaced: SavedKeys | undefined;
    try {
      index.change(owner.provider, (saved) => {
        replaced = saved;
        const entry = enter(saved);
        const details = {
          ...entry.details,
          [slot]: { store, savedAt: new Date().toISOString(), ...options },
        };
        return { ...entry, details };
      });
    } catch (error) {
      // Without an entry it would never be found again.
      await stores[store].remove(account).catch(() => false);
      return { store: 'memory', message: sentences.indexNotWritten(error) };
    }
    return { store, replaced, ...(problem ? { message: sentences.savedElsewhere(store, problem) } : {}) };
  };

  const set = async (owner: KeyOwner, key: string): Promise<KeyResult> => {
    const fault = keyFault(key);
    if (fault) return { message: fault };
    const fresh = () => ({ origin: owner.origin, slots: [firstSlot], details: {} });
    const { replaced, ...result } = await save(owner, firstSlot, key, {}, fresh);
    if (result.store === undefined) return result;
    if (result.store === 'memory') {
      const slot = newSlot();
      cache.replace(owner, { unsaved: [{ slot, key, options: {} }], instead: true });
      return { ...result, slot };
    }
    cache.replace(owner, { read: new Map([[firstSlot, key]]) });
    await removeReplaced(stores, owner, replaced, firstSlot, index.get(owner.provider));
    return result;
  };

  const add = async (owner: KeyOwner, key: string, options: KeyOptions = {}): Promise<KeyResult> => {
    const fault = keyFault(key);
    if (fault) return { message: fault };
    const { unsaved, instead } = cache.get(owner);
    const entries = cache.entries(owner);
    if (entries.length === 0 && Object.keys(options).length === 0) return set(owner, key);
    const others = await Promise.resolve(cache.load(owner)).catch(() => []);
    const same = others.find((each) => each.key === key);
    if (same) return { store: same.store ?? 'memory', message: sentences.alreadySaved };
    // Another window may be adding one now: the slot must be unique.
    const slot = newSlot();
    const { replaced, ...result } = await save(owner, slot, key, options, (saved) =>
      saved?.origin === owner.origin && !instead
        ? { ...saved, slots: [...saved.slots, slot] }
        : { origin: owner.origin, slots: [slot], details: {} },
    );
    if (result.store === undefined) return result;
    if (result.store === 'memory') {
      cache.replace(owner, { unsaved: [...unsaved, { slot, key, options }], instead });
      return { ...result, slot };
    }
    // Changes of another window are read again.
    cache.replace(owner, { read: new Map([[slot, key]]), unsaved });
    if (instead || replaced?.origin !== owner.origin)
      await removeReplaced(stores, owner, replaced, slot, index.get(owner.provider));
    return result;
  };

  /** Replaces one key, wherever it is; its label and limits stay. The new key has a slot of its own. */
  const rotate = async (owner: KeyOwner, slot: string, key: string): Promise<KeyResult> => {
    const entry = cache.entries(owner).find((each) => each.slot === slot);
    if (!entry) return { message: sentences.noSuchKey };
    const added = await add(owner, key, { ...entry.options });
    if (added.store === undefined || added.message === sentences.alreadySaved) return added;
    // A key that is only in memory must not be all that is left of a saved one.
    if (added.store === 'memory' && entry.store !== 'memory')
      return { ...added, message: sentences.rotatedInMemory(added.message) };
    const removed = await remover.removeSlot(owner, slot);
    return removed ? { ...added, message: sentences.oldKeyStays(removed) } : added;
  };

  return {
    set,
    add,
    rotate,
    edit: (owner: KeyOwner, slot: string, options: KeyOptions): KeyResult =>
      editSaved({ cache, index }, owner, slot, options),
    async importFromEnvironment(owner: KeyOwner): Promise<KeyResult> {
      let result: KeyResult = { message: sentences.nothingToImport(owner.provider) };
      for (const { key } of fromEnvironment(owner)) {
        result = await add(owner, key);
        if (result.store === undefined || result.store === 'memory') return result;
      }
      return result;
    },
  };
}

/** Changes label and limits of one key in the list of saved keys. */
function editSaved(
  { cache, index }: Pick<KeyWriterDeps, 'cache' | 'index'>,
  owner: KeyOwner,
  slot: string,
  options: KeyOptions,
): KeyResult {
  const entry = cache.entries(owner).find((each) => each.slot === slot);
  if (!entry) return { message: sentences.noSuchKey };
  const store = entry.store ?? 'memory';
  const mine = cache.get(owner);
  if (store === 'memory') {
    const unsaved = mine.unsaved.map((each) => (each.slot === slot ? { ...each, options } : each));
    cache.replace(owner, { read: mine.read, instead: mine.instead, unsaved });
    return { store };
  }
  try {
    index.change(owner.provider, (saved) => {
      if (!saved?.slots.includes(slot)) return saved;
      const savedAt = saved.details[slot]?.savedAt;
      const details = { store, ...(savedAt === undefined ? {} : { savedAt }), ...options };
      return { ...saved, details: { ...saved.details, [slot]: details } };
    });
  } catch (error) {
    return { message: sentences.optionsNotSaved(error) };
  }
  return { store };
}

const newSlot = (): string => randomBytes(4).toString('hex');

/** Removes replaced keys from their stores; one that cannot be removed is never read again. */
async function removeReplaced(
  stores: Readonly<Record<LastingStoreName, SecretStore>>,
  { provider, origin }: KeyOwner,
  replaced: SavedKeys | undefined,
  slot: string,
  now: SavedKeys | undefined,
): Promise<void> {
  if (!replaced) return;
  for (const each of replaced.slots) {
    const store = storeOf(replaced, each);
    const isCurrent =
      replaced.origin === origin && each === slot && now !== undefined && store === storeOf(now, slot);
    if (!isCurrent)
      await stores[store].remove(accountOf({ provider, origin: replaced.origin }, each)).catch(() => false);
  }
}
