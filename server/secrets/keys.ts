/** The keys of providers: from the environment for this run, the OS keychain, else memory. */
import { randomBytes } from 'node:crypto';
import { RumboError } from '../../shared/errors.ts';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { environmentKeys } from './environment-keys.ts';
import { firstSlot, type KeyIndex, type SavedKeys } from './key-index.ts';
import type { KeyOwner, NamedKey } from './key-owner.ts';
import type { Keychain } from './keychain.ts';

type KeyStoreDeps = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychain: Keychain;
  readonly index: KeyIndex;
};
type KeyResult = Omit<KeyReply, 'type' | 'id'>;

/** The keys in memory of one provider at one origin. */
type CachedKeys = {
  /** Keys from the keychain, by slot; `null`: it returned none. */
  readonly read: Map<string, string | null>;
  /** Set in this run, and in no store. */
  readonly unsaved: readonly string[];
  /** Whether the unsaved keys replace the saved ones, or add to them. */
  readonly instead: boolean;
};

/** Bytes of a key; the keychain of Windows accepts no more. */
const maxKeyBytes = 2_500;

export function keyStore({ env, keychain, index }: KeyStoreDeps) {
  const fromEnvironment = environmentKeys(env);
  /** By provider and origin: a user who returns to an earlier address finds the key again. */
  const cached = new Map<string, CachedKeys>();
  /** Incremented with each change, so that a late response of the keychain does not undo it. */
  let changes = 0;
  let keychainWorks = true;

  const cachedOf = (owner: KeyOwner): CachedKeys => {
    const account = accountOf(owner, firstSlot);
    const keys = cached.get(account) ?? { read: new Map(), unsaved: [], instead: false };
    cached.set(account, keys);
    return keys;
  };
  const drop = ({ provider }: KeyOwner): void => {
    changes += 1;
    for (const account of cached.keys()) if (account.startsWith(`${provider}@`)) cached.delete(account);
  };
  const cacheKeys = (owner: KeyOwner, keys: Partial<CachedKeys>): void => {
    drop(owner);
    cached.set(accountOf(owner, firstSlot), { read: new Map(), unsaved: [], instead: false, ...keys });
  };
  const slotsOf = (owner: KeyOwner): readonly string[] => {
    if (cachedOf(owner).instead) return [];
    const saved = index.get(owner.provider);
    return saved?.origin === owner.origin ? saved.slots : [];
  };

  const nameOfSlot = (at: number) => `saved key ${at + 1}`;
  const unsavedOf = (owner: KeyOwner): NamedKey[] =>
    cachedOf(owner).unsaved.map((key, at) => ({ name: `unsaved key ${at + 1}`, key }));

  /** All keys but those of the environment. Rejects with `unauthorized` when keys are saved and the keychain returns none. */
  const storedKeys = async (owner: KeyOwner): Promise<readonly NamedKey[]> => {
    const { read } = cachedOf(owner);
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
    if (changesBefore !== changes) return storedKeys(owner);
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

  const keepInMemory = (owner: KeyOwner, keys: Partial<CachedKeys>, error: unknown): KeyResult => {
    keychainWorks = false;
    cacheKeys(owner, keys);
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
    return {
      store: 'memory',
      message: `The OS keychain cannot be used (${why}). The key is kept in memory until Rumbo stops, and not saved.`,
    };
  };

  /** Removes replaced keys from the keychain; one that cannot be removed is never read again. */
  const forget = async (provider: string, saved: SavedKeys | undefined, still: string): Promise<void> => {
    for (const slot of saved?.slots ?? []) {
      const account = accountOf({ provider, origin: saved?.origin ?? '' }, slot);
      if (account !== still) await keychain.remove(account).catch(() => false);
    }
  };

  const set = async (owner: KeyOwner, key: string): Promise<KeyResult> => {
    const fault = faultOf(key);
    if (fault) return { message: fault };
    const account = accountOf(owner, firstSlot);
    let before: SavedKeys | undefined;
    try {
      await keychain.set(account, key);
      index.change(owner.provider, (saved) => {
        before = saved;
        return { origin: owner.origin, slots: [firstSlot] };
      });
    } catch (error) {
      return keepInMemory(owner, { unsaved: [key], instead: true }, error);
    }
    cacheKeys(owner, { read: new Map([[firstSlot, key]]) });
    keychainWorks = true;
    await forget(owner.provider, before, account);
    return { store: 'keychain' };
  };

  const location = (owner: KeyOwner): Exclude<ProviderStatus['key'], 'not-needed'> => {
    if (fromEnvironment(owner).length > 0) return 'environment';
    if (slotsOf(owner).length > 0) return 'keychain';
    return cachedOf(owner).unsaved.length > 0 ? 'memory' : 'none';
  };

  return {
    /** Where the keys are stored, without reading them. */
    location,

    /** The names of the keys, without reading them. */
    names(owner: KeyOwner): readonly string[] {
      const environment = fromEnvironment(owner);
      const all = environment.length > 0 ? environment : unsavedOf(owner);
      const slots = environment.length > 0 ? [] : slotsOf(owner);
      return [...slots.map((_, at) => nameOfSlot(at)), ...all.map(({ name }) => name)];
    },

    /**
     * The keys; empty: there are none. Keys of the environment are used alone. A key that the keychain does not return is
     * skipped; rejects with `unauthorized` when there is no other.
     */
    async all(owner: KeyOwner): Promise<readonly NamedKey[]> {
      const environment = fromEnvironment(owner);
      return environment.length > 0 ? environment : storedKeys(owner);
    },

    /** Saves a key for this origin instead of all others: in the keychain, else in memory, with a message. */
    set,

    /** Saves a key in addition to the existing ones. */
    async add(owner: KeyOwner, key: string): Promise<KeyResult> {
      const fault = faultOf(key);
      if (fault) return { message: fault };
      const { unsaved, instead } = cachedOf(owner);
      if (slotsOf(owner).length + unsaved.length === 0) return set(owner, key);
      const others = await storedKeys(owner).catch(() => []);
      if (others.some((each) => each.key === key))
        return {
          store: slotsOf(owner).length > 0 ? 'keychain' : 'memory',
          message: 'This key is already saved; nothing has changed.',
        };
      // Another window may be adding one now: the slot must be unique.
      const slot = randomBytes(4).toString('hex');
      let before: SavedKeys | undefined;
      try {
        await keychain.set(accountOf(owner, slot), key);
        index.change(owner.provider, (saved) => {
          if (saved?.origin === owner.origin && !instead) return { ...saved, slots: [...saved.slots, slot] };
          before = saved;
          return { origin: owner.origin, slots: [slot] };
        });
      } catch (error) {
        return keepInMemory(owner, { unsaved: [...unsaved, key], instead }, error);
      }
      // Changes of another window are read again.
      cacheKeys(owner, { read: new Map([[slot, key]]), unsaved });
      keychainWorks = true;
      await forget(owner.provider, before, accountOf(owner, slot));
      return { store: 'keychain' };
    },

    /** Removes all stored keys of a provider; a message names one from the environment, which stays. */
    async remove(owner: KeyOwner): Promise<KeyResult> {
      drop(owner);
      const saved = index.reload(owner.provider);
      try {
        for (const slot of saved?.slots ?? []) {
          // The keychain may be locked: the index keeps the entry, so that the removal can be repeated.
          if (!(await keychain.remove(accountOf({ ...owner, origin: saved?.origin ?? '' }, slot))))
            return {
              message: 'The keychain did not remove the key; it may be locked. Unlock it and try again.',
            };
          index.change(owner.provider, (now) => without(now, slot));
        }
      } catch (error) {
        return {
          message: `The key could not be removed: ${error instanceof Error ? error.message : 'unknown reason'}`,
        };
      } finally {
        changes += 1;
      }
      if (fromEnvironment(owner).length === 0) return { store: 'none' };
      return {
        store: 'none',
        message: `${owner.provider} still has a key in the environment; unset it to remove that one.`,
      };
    },

    /** Where the last write went. */
    store: (): 'keychain' | 'memory' => (keychainWorks ? 'keychain' : 'memory'),
  };
}

export type KeyStore = ReturnType<typeof keyStore>;

/** The first slot has the account name of versions with one key per provider. */
const accountOf = ({ provider, origin }: Pick<KeyOwner, 'provider' | 'origin'>, slot: string) =>
  slot === firstSlot ? `${provider}@${origin}` : `${provider}@${origin}#${slot}`;

function without(saved: SavedKeys | undefined, slot: string): SavedKeys | undefined {
  const slots = saved?.slots.filter((each) => each !== slot) ?? [];
  return saved && slots.length > 0 ? { ...saved, slots } : undefined;
}

const distinct = (keys: readonly NamedKey[]): NamedKey[] =>
  keys.filter(({ key }, at) => keys.findIndex((each) => each.key === key) === at);

const lockedError = (provider: string, cause: unknown): RumboError =>
  new RumboError(
    `The key of ${provider} is in the keychain, but the keychain did not return it; it may be locked.`,
    { kind: 'unauthorized', provider, action: 'Unlock the keychain and try again.' },
    { cause },
  );

function faultOf(key: string): string | undefined {
  if (key.trim() === '') return 'The key is empty.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
  if (/[\s\u0000-\u001f\u007f]/.test(key))
    return 'A key has no spaces or line breaks; check the pasted text.';
  if (Buffer.byteLength(key) > maxKeyBytes) return `The key is longer than ${maxKeyBytes} bytes.`;
  return;
}
