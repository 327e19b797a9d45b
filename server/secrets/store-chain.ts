/** The stores in the order in which they are tried for a new key. Never a silent downgrade: the reply says what was wrong. */
import type { KeyProblem, KeyStoreSetting, LastingStoreName } from '../../shared/keys.ts';
import { type SecretStore, storeProblem } from './secret-store.ts';

export type StoreChainDeps = {
  readonly stores: Readonly<Record<LastingStoreName, SecretStore>>;
  /** Whether the client offers the editor's secret storage, and whether that comes first: where the server runs on a remote. */
  readonly editor: 'first' | 'available' | 'absent';
  readonly setting: () => KeyStoreSetting;
};

/** Where a key went. */
export type SaveResult =
  | { readonly store: LastingStoreName; readonly problem?: KeyProblem }
  /** No store has it: it stays in memory, by the setting or for the problem. */
  | { readonly store: 'memory'; readonly problem?: KeyProblem }
  /** The one store that the user chose does not work: the key is not used. */
  | { readonly store: 'none'; readonly problem: KeyProblem };

export function storeChain({ stores, editor, setting }: StoreChainDeps) {
  let problem: KeyProblem | undefined;
  let last: LastingStoreName | undefined;

  const order = (): readonly LastingStoreName[] => {
    const chosen = setting();
    if (chosen === 'memory') return [];
    if (chosen !== 'auto') return [chosen];
    if (editor === 'absent') return ['keychain'];
    return editor === 'first' ? ['editor', 'keychain'] : ['keychain', 'editor'];
  };

  return {
    async save(account: string, key: string): Promise<SaveResult> {
      let first: KeyProblem | undefined;
      for (const name of order()) {
        try {
          await stores[name].set(account, key);
          problem = first;
          last = name;
          return { store: name, ...(first ? { problem: first } : {}) };
        } catch (error) {
          const failed = storeProblem(name, error);
          first ??= failed;
          // A store that is there and only locked is not passed over: the user can open it.
          if (failed.state !== 'absent') break;
        }
      }
      problem = first;
      last = undefined;
      const isOneStore = setting() === 'keychain' || setting() === 'editor';
      if (first && isOneStore) return { store: 'none', problem: first };
      return { store: 'memory', ...(first ? { problem: first } : {}) };
    },
    /** What the last attempt to save a key found. Absent: nothing is wrong, or no key was saved yet. */
    problem: (): KeyProblem | undefined => problem,
    /** Where the last key was saved, or the next one will be tried first. */
    name: (): LastingStoreName | 'memory' => last ?? (problem ? 'memory' : (order()[0] ?? 'memory')),
  };
}

export type StoreChain = ReturnType<typeof storeChain>;
