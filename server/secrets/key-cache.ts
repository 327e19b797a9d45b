/** Keys in memory: those read from the keychain, and those of this run that no store has. */
import { RumboError } from '../../shared/errors.ts';
import { firstSlot, type KeyIndex } from './key-index.ts';
import type { KeyOwner, NamedKey } from './key-owner.ts';
import type { Keychain } from './keychain.ts';

/** The keys in memory of one provider at one origin. */
export type CachedKeys = {
  /** Keys from the keychain, by slot; `null`: it returned none. */
  readonly read: Map<string, string | null>;
  /** Set in this run, and in no store. */
  readonly unsaved: readonly string[];
  /** Whether the unsaved keys replace the saved ones, or add to them. */
  readonly instead: boolean;
};

export function keyCache(keychain: Pick<Keychain, 'get'>, index: Pick<KeyIndex, 'get'>) {
  /** By provider and origin: a user who returns to an earlier address finds the key again. */
  const cached = new Map<string, CachedKeys>();
  /** Incremented with each change, so that a late response of the keychain does not undo it. */
  let changes = 0;

  const get = (owner: KeyOwner): CachedKeys => {
    const account = accountOf(owner, firstSlot);
    const keys = cached.get(account) ?? { read: new Map(), unsaved: [], instead: false };
    cached.set(account, keys);
    return keys;
  };
  const drop = ({ provider }: KeyOwner): void => {
    changes += 1;
    for (const account of cached.keys()) if (account.startsWith(`${provider}@`)) cached.delete(account);
  };
  const slotsOf = (owner: KeyOwner): readonly string[] => {
    if (get(owner).instead) return [];
    const saved = index.get(owner.provider);
    return saved?.origin === owner.origin ? saved.slots : [];
  };
  const unsavedOf = (owner: KeyOwner): NamedKey[] =>
    get(owner).unsaved.map((key, at) => ({ name: `unsaved key ${at + 1}`, key }));

  const load = async (owner: KeyOwner): Promise<readonly NamedKey[]> => {
    const { read } = get(owner);
    const slots = slotsOf(owner);
    const changesBefore = changes;
    const fresh = slots.filter((slot) => !read.has(slot));
    let cause: unknown;
    const loaded = await Promise.all(
      fresh.map((slot) =>
        keychain.get(accountOf(owner, slot)).catch((error: unknown) => {
          cause = error;
          return undefined;
        }),
      ),
    );
    // The user has set or removed a key meanwhile.
    if (changesBefore !== changes) return load(owner);
    const keyOf = (slot: string) => read.get(slot) ?? loaded[fresh.indexOf(slot)];
    const found = slots.flatMap((slot, at) => {
      const key = keyOf(slot);
      return key ? [{ name: nameOfSlot(at), key }] : [];
    });
    const all = distinct([...found, ...unsavedOf(owner)]);
    if (all.length === 0 && slots.length > 0) throw lockedError(owner.provider, cause);
    // A key that the keychain has lost is not requested again.
    for (const slot of fresh) read.set(slot, keyOf(slot) ?? null);
    return all;
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
    /** Call when saved keys have changed in the keychain or the index. */
    invalidate(): void {
      changes += 1;
    },
    /** The slots of the saved keys. */
    slotsOf,
    unsavedOf,
    /** Saved and unsaved keys. Rejects with `unauthorized` when keys are saved and the keychain returns none. */
    load,
  };
}

export const nameOfSlot = (at: number) => `saved key ${at + 1}`;

/** The first slot has the account name of versions with one key per provider. */
export const accountOf = ({ provider, origin }: Pick<KeyOwner, 'provider' | 'origin'>, slot: string) =>
  slot === firstSlot ? `${provider}@${origin}` : `${provider}@${origin}#${slot}`;

const distinct = (keys: readonly NamedKey[]): NamedKey[] =>
  keys.filter(({ key }, at) => keys.findIndex((each) => each.key === key) === at);

const lockedError = (provider: string, cause: unknown): RumboError =>
  new RumboError(
    `The key of ${provider} is in the keychain, but the keychain did not return it; it may be locked.`,
    { kind: 'unauthorized', provider, action: 'Unlock the keychain and try again.' },
    { cause },
  );
