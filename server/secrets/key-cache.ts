/** Keys in memory: those read from their stores, and those of this run that no store has. */
import { RumboError } from '../../shared/errors.ts';
import type { KeyOptions, KeyProblem, LastingStoreName } from '../../shared/keys.ts';
import { firstSlot, type KeyIndex, optionsOf, type SavedKeys, storeOf } from './key-index.ts';
import type { KeyEntry, KeyOwner, NamedKey } from './key-owner.ts';
import { missingEntryProblem, type SecretStore, storeProblem } from './secret-store.ts';

/** A key of this run that is in no store. */
export type UnsavedKey = { readonly slot: string; readonly key: string; readonly options: KeyOptions };

/** The keys in memory of one provider at one origin. */
export type CachedKeys = {
  /** Keys from their stores, by slot. */
  readonly read: Map<string, string>;
  readonly unsaved: readonly UnsavedKey[];
  /** Whether the unsaved keys replace the saved ones, or add to them. */
  readonly instead: boolean;
  /** Why saved keys could not be read. Until `untilMs` they are not requested again. */
  problem?: KeyProblem & { readonly untilMs: number };
  /** What `entries` returned, while nothing has changed. */
  listed?: { readonly saved: SavedKeys | undefined; readonly entries: readonly KeyEntry[] };
  /** The keys as last loaded, while nothing has changed. */
  loaded?: { readonly saved: SavedKeys | undefined; readonly keys: readonly NamedKey[] };
};

/** Milliseconds for which a store that failed is not asked again: with other keys, and where each call takes long. */
const pauseMs = { withOtherKeys: 30_000, frozen: 10_000 } as const;

export type KeyCacheDeps = {
  readonly stores: Readonly<Record<LastingStoreName, Pick<SecretStore, 'get'>>>;
  readonly index: Pick<KeyIndex, 'get'>;
  /** Called when a store begins to fail, or works again. */
  readonly onProblemChanged?: () => void;
};

export function keyCache({ stores, index, onProblemChanged }: KeyCacheDeps) {
  /** By provider and origin: a user who returns to an earlier address finds the key again. */
  const cached = new Map<string, CachedKeys>();
  const loading = new Map<string, Promise<readonly NamedKey[]>>();
  /** Incremented with each change, so that a late response of a store does not undo it. */
  let changes = 0;

  const get = (owner: KeyOwner): CachedKeys => {
    const account = firstAccountOf(owner);
    const earlier = cached.get(account);
    if (earlier) return earlier;
    const keys: CachedKeys = { read: new Map(), unsaved: [], instead: false };
    cached.set(account, keys);
    return keys;
  };
  const drop = ({ provider }: Pick<KeyOwner, 'provider'>): void => {
    changes += 1;
    for (const account of cached.keys()) if (account.startsWith(`${provider}@`)) cached.delete(account);
  };
  const savedOf = (owner: KeyOwner): SavedKeys | undefined => {
    if (get(owner).instead) return;
    const saved = index.get(owner.provider);
    return saved?.origin === owner.origin ? saved : undefined;
  };
  const savedEntries = (owner: KeyOwner): readonly KeyEntry[] => {
    const saved = savedOf(owner);
    return (saved?.slots ?? []).map((slot, at) => {
      const options = optionsOf(saved as SavedKeys, slot);
      const store = storeOf(saved as SavedKeys, slot);
      return { name: options.label ?? `saved key ${at + 1}`, slot, store, options };
    });
  };
  const unsavedKeys = (owner: KeyOwner): (NamedKey & { readonly slot: string })[] =>
    get(owner).unsaved.map(({ slot, key, options }, at) => ({
      name: options.label ?? `unsaved key ${at + 1}`,
      slot,
      store: 'memory',
      options,
      key,
    }));

  const load = async (owner: KeyOwner, hasOthers: boolean): Promise<readonly NamedKey[]> => {
    const mine = get(owner);
    const entries = savedEntries(owner);
    const changesBefore = changes;
    const isPaused = mine.problem !== undefined && performance.now() < mine.problem.untilMs;
    const fresh = entries.filter(({ slot = '' }) => !mine.read.has(slot));
    let problem: KeyProblem | undefined = isPaused ? mine.problem : undefined;
    let cause: unknown;
    if (!isPaused) {
      const values = await Promise.all(
        fresh.map(async ({ slot = '', store }) => {
          const name = store === 'editor' ? 'editor' : 'keychain';
          try {
            const value = await stores[name].get(accountOf(owner, slot));
            if (value === undefined) problem ??= missingEntryProblem(name);
            return value;
          } catch (error) {
            cause ??= error;
            problem = storeProblem(name, error);
            return;
          }
        }),
      );
      // The user, or another window, has changed the keys meanwhile.
      if (changesBefore !== changes) return load(owner, hasOthers);
      for (const [at, { slot = '' }] of fresh.entries()) {
        const value = values[at];
        if (value) mine.read.set(slot, value);
      }
    }
    const saved = entries.flatMap((entry) => {
      const key = mine.read.get(entry.slot ?? '');
      return key === undefined ? [] : [{ ...entry, key }];
    });
    const all = distinctKeys([...saved, ...unsavedKeys(owner)]);
    if (!isPaused) noteProblem(mine, problem, hasOthers || all.length > 0);
    if (all.length === 0 && problem && !hasOthers) throw problemError(owner.provider, problem, cause);
    if (!problem) mine.loaded = { saved: savedOf(owner), keys: all };
    return all;
  };

  const noteProblem = (mine: CachedKeys, problem: KeyProblem | undefined, hasOthers: boolean): void => {
    const before = mine.problem?.state;
    if (problem) {
      const waitMs = hasOthers ? pauseMs.withOtherKeys : problem.state === 'frozen' ? pauseMs.frozen : 0;
      mine.problem = { ...problem, untilMs: performance.now() + waitMs };
    } else delete mine.problem;
    if (before !== problem?.state) onProblemChanged?.();
  };

  return {
    get,
    /** Forgets the keys of a provider at every origin. */
    drop,
    /** Forgets the keys of a provider, and has these at the owner's origin. */
    replace(owner: KeyOwner, keys: Partial<CachedKeys>): void {
      drop(owner);
      cached.set(accountOf(owner, firstSlot), { read: new Map(), unsaved: [], instead: false, ...keys });
    },
    /** Saved keys have changed in their store or the index: they are read again. Unsaved ones stay. */
    rereadSaved(provider: string): void {
      changes += 1;
      for (const [account, { unsaved, instead }] of cached)
        if (account.startsWith(`${provider}@`)) cached.set(account, { read: new Map(), unsaved, instead });
    },
    /** A store that failed is asked again at the next request. */
    retry(owner: KeyOwner): void {
      delete get(owner).problem;
    },
    /** What is known of the keys without reading them. */
    entries(owner: KeyOwner): readonly KeyEntry[] {
      const mine = get(owner);
      const saved = savedOf(owner);
      if (mine.listed?.saved !== saved || !mine.listed) {
        const entries = [...savedEntries(owner), ...unsavedKeys(owner).map(withoutKey)];
        mine.listed = { saved, entries };
      }
      return mine.listed.entries;
    },
    savedOf,
    /** Why saved keys could not be read when they were last needed. Absent: they could, or were not needed. */
    problem: (owner: KeyOwner): KeyProblem | undefined => get(owner).problem,
    /**
     * Saved and unsaved keys. Rejects with `unauthorized` when keys are saved and no store returns one.
     * @param hasOthers whether the provider has keys elsewhere; then it does not reject
     */
    load(owner: KeyOwner, hasOthers = false): readonly NamedKey[] | Promise<readonly NamedKey[]> {
      const { loaded } = get(owner);
      if (loaded && loaded.saved === savedOf(owner)) return loaded.keys;
      // A frozen store must not be asked by each of the requests that wait for it.
      const account = accountOf(owner, firstSlot);
      const running = loading.get(account);
      if (running !== undefined) return running;
      const started = load(owner, hasOthers).finally(() => loading.delete(account));
      loading.set(account, started);
      return started;
    },
  };
}

export type KeyCache = ReturnType<typeof keyCache>;

/** The first slot has the account name of versions with one key per provider. */
export const accountOf = ({ provider, origin }: Pick<KeyOwner, 'provider' | 'origin'>, slot: string) =>
  slot === firstSlot ? `${provider}@${origin}` : `${provider}@${origin}#${slot}`;

/** By owner: it is needed several times for each request. */
const firstAccounts = new WeakMap<KeyOwner, string>();

function firstAccountOf(owner: KeyOwner): string {
  const account = firstAccounts.get(owner) ?? accountOf(owner, firstSlot);
  firstAccounts.set(owner, account);
  return account;
}

export const distinctKeys = (keys: readonly NamedKey[]): NamedKey[] =>
  keys.filter(({ key }, at) => keys.findIndex((each) => each.key === key) === at);

const withoutKey = ({ key: _, ...entry }: NamedKey): KeyEntry => entry;

const problemError = (provider: string, { message, action }: KeyProblem, cause: unknown): RumboError =>
  new RumboError(
    `The key of ${provider} cannot be read: ${message}`,
    { kind: 'unauthorized', provider, action },
    { cause },
  );
