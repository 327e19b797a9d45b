/** The keys of providers: from the environment for this run, the OS keychain, the editor's secret storage, else memory. */
import type { KeyProblem, KeyStoreSetting, LastingStoreName } from '../../shared/keys.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { environmentKeys } from './environment-keys.ts';
import { distinctKeys, keyCache } from './key-cache.ts';
import type { KeyIndex } from './key-index.ts';
import type { KeyEntry, KeyOwner, NamedKey } from './key-owner.ts';
import { keyRemover } from './key-remover.ts';
import * as sentences from './key-sentences.ts';
import { type KeyResult, keyWriter } from './key-writer.ts';
import type { SecretStore } from './secret-store.ts';
import { storeChain } from './store-chain.ts';

export type KeyStoreDeps = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychain: SecretStore;
  /** Absent: no editor is connected. `isFirst`: it is tried before the keychain. */
  readonly editor?: { readonly store: SecretStore; readonly isFirst: boolean };
  readonly index: KeyIndex;
  /** `rumbo.keys.store`. Absent: `auto`. */
  readonly setting?: () => KeyStoreSetting;
  /** Called when a store begins to fail, or works again. */
  readonly onProblemChanged?: () => void;
};

const noEditor: SecretStore = {
  get: async () => Promise.reject(new Error('There is no editor.')),
  set: async () => Promise.reject(new Error('There is no editor.')),
  remove: async () => Promise.reject(new Error('There is no editor.')),
  dispose() {},
};

export function keyStore({ env, keychain, editor, index, setting, onProblemChanged }: KeyStoreDeps) {
  const stores: Readonly<Record<LastingStoreName, SecretStore>> = {
    keychain,
    editor: editor?.store ?? noEditor,
  };
  const fromEnvironment = environmentKeys(env);
  const cache = keyCache({ stores, index, ...(onProblemChanged ? { onProblemChanged } : {}) });
  const chain = storeChain({
    stores,
    editor: editor ? (editor.isFirst ? 'first' : 'available') : 'absent',
    setting: setting ?? (() => 'auto'),
  });
  const remover = keyRemover({ stores, cache, index });
  const writer = keyWriter({ stores, chain, cache, index, fromEnvironment, remover });
  const entryLists = new WeakMap<readonly KeyEntry[], readonly KeyEntry[]>();
  const keyLists = new WeakMap<readonly NamedKey[], readonly NamedKey[]>();

  /** Keys of the environment first, so that they keep their names where a saved one is the same. */
  const withEnvironment = (owner: KeyOwner, fromStores: readonly NamedKey[]): readonly NamedKey[] => {
    const environment = fromEnvironment(owner);
    if (environment.length === 0) return fromStores;
    const earlier = keyLists.get(fromStores);
    if (earlier) return earlier;
    const all = distinctKeys([...environment, ...fromStores]);
    keyLists.set(fromStores, all);
    return all;
  };

  return {
    /** Where the keys are stored, without reading them. */
    location(owner: KeyOwner): Exclude<ProviderStatus['key'], 'not-needed'> {
      const [first] = cache.entries(owner);
      return first?.store ?? (fromEnvironment(owner).length > 0 ? 'environment' : 'none');
    },

    /** What is known of the keys without reading them. One key may be in two places. */
    entries(owner: KeyOwner): readonly KeyEntry[] {
      const fromStores = cache.entries(owner);
      const environment = fromEnvironment(owner);
      if (environment.length === 0) return fromStores;
      const earlier = entryLists.get(fromStores);
      if (earlier) return earlier;
      const all = [...environment.map(({ name }) => ({ name })), ...fromStores];
      entryLists.set(fromStores, all);
      return all;
    },

    /** The names of the keys, without reading them. */
    names: (owner: KeyOwner): readonly string[] => [
      ...fromEnvironment(owner).map(({ name }) => name),
      ...cache.entries(owner).map(({ name }) => name),
    ],

    /**
     * The keys of all places together, none twice; empty: there are none. A key that its store does not return is skipped;
     * rejects with `unauthorized` when there is no other.
     */
    all(owner: KeyOwner): Promise<readonly NamedKey[]> {
      const fromStores = cache.load(owner, fromEnvironment(owner).length > 0);
      return fromStores instanceof Promise
        ? fromStores.then((keys) => withEnvironment(owner, keys))
        : Promise.resolve(withEnvironment(owner, fromStores));
    },

    /** Saves a key for this origin instead of all others: in a store, else in memory, with a message. */
    set: writer.set,
    /** Saves a key in addition to the existing ones. */
    add: (owner: KeyOwner, key: string): Promise<KeyResult> => writer.add(owner, key),
    /** Replaces one key, wherever it is; its label and limits stay. */
    rotate: writer.rotate,
    /** Saves the keys that the owner has in the environment. */
    importFromEnvironment: writer.importFromEnvironment,
    /** Changes label and limits of one key. */
    edit: writer.edit,

    /**
     * Removes one stored key, or all of a provider; a message names one from the environment, which stays.
     * @param slot absent: all
     */
    async remove(owner: KeyOwner, slot?: string): Promise<KeyResult> {
      const problem =
        slot === undefined ? await remover.removeAllOf(owner) : await remover.removeSlot(owner, slot);
      if (problem) return { message: sentences.notRemovedBecause(problem) };
      if (fromEnvironment(owner).length === 0 || slot !== undefined) return { store: 'none' };
      return { store: 'none', message: sentences.environmentStays(owner.provider) };
    },

    /** Removes every stored key of every provider, also of those that are no longer in the settings. */
    async removeEverything(owners: readonly KeyOwner[]): Promise<KeyResult> {
      index.reload();
      const names = new Set([...index.providers(), ...owners.map(({ provider }) => provider)]);
      let problem: KeyProblem | undefined;
      // One that stays must not keep the others.
      for (const provider of names) {
        const failed = await remover.removeAllOf({ provider, origin: index.get(provider)?.origin ?? '' });
        problem ??= failed;
      }
      return problem ? { message: sentences.notRemovedBecause(problem) } : { store: 'none' };
    },

    /** Why the keys of this owner cannot be used, or some of them. Absent: nothing is wrong as far as known. */
    problem(owner: KeyOwner): KeyProblem | undefined {
      const saved = index.get(owner.provider);
      if (saved && saved.origin !== owner.origin && cache.get(owner).unsaved.length === 0)
        return sentences.otherOrigin(saved.origin, owner.origin);
      return cache.problem(owner);
    },
    /** A store that failed is asked again at the next request. */
    retry: cache.retry,

    /** Calls this with the providers whose saved keys another window has changed. Returns what stops it. */
    watch: (onChange: (providers: readonly string[]) => void): (() => void) =>
      index.watch((providers) => {
        for (const provider of providers) cache.rereadSaved(provider);
        onChange(providers);
      }),

    /** Where the last write went. */
    store: chain.name,
    /** Why the last key could not be saved where it should be. Absent: nothing is wrong. */
    storeProblem: chain.problem,
  };
}

export type KeyStore = ReturnType<typeof keyStore>;
