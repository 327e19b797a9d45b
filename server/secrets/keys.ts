/** The keys of providers: from the environment for this run, the OS keychain, else memory. */
import { randomBytes } from 'node:crypto';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { environmentKeys } from './environment-keys.ts';
import { accountOf, type CachedKeys, keyCache, nameOfSlot } from './key-cache.ts';
import { firstSlot, type KeyIndex, type SavedKeys } from './key-index.ts';
import type { KeyOwner, NamedKey } from './key-owner.ts';
import type { Keychain } from './keychain.ts';

type KeyStoreDeps = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychain: Keychain;
  readonly index: KeyIndex;
};
type KeyResult = Omit<KeyReply, 'type' | 'id'>;

/** Bytes of a key; the keychain of Windows accepts no more. */
const maxKeyBytes = 2_500;

export function keyStore({ env, keychain, index }: KeyStoreDeps) {
  const fromEnvironment = environmentKeys(env);
  const cache = keyCache(keychain, index);
  let keychainWorks = true;

  const keepInMemory = (owner: KeyOwner, keys: Partial<CachedKeys>, error: unknown): KeyResult => {
    keychainWorks = false;
    cache.replace(owner, keys);
    return { store: 'memory', message: notSavedMessage(error) };
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
    cache.replace(owner, { read: new Map([[firstSlot, key]]) });
    keychainWorks = true;
    await removeReplaced(keychain, owner.provider, before, account);
    return { store: 'keychain' };
  };

  const location = (owner: KeyOwner): Exclude<ProviderStatus['key'], 'not-needed'> => {
    if (fromEnvironment(owner).length > 0) return 'environment';
    if (cache.slotsOf(owner).length > 0) return 'keychain';
    return cache.get(owner).unsaved.length > 0 ? 'memory' : 'none';
  };

  return {
    /** Where the keys are stored, without reading them. */
    location,

    /** The names of the keys, without reading them. */
    names(owner: KeyOwner): readonly string[] {
      const environment = fromEnvironment(owner);
      const all = environment.length > 0 ? environment : cache.unsavedOf(owner);
      const slots = environment.length > 0 ? [] : cache.slotsOf(owner);
      return [...slots.map((_, at) => nameOfSlot(at)), ...all.map(({ name }) => name)];
    },

    /**
     * The keys; empty: there are none. Keys of the environment are used alone. A key that the keychain does not return is
     * skipped; rejects with `unauthorized` when there is no other.
     */
    async all(owner: KeyOwner): Promise<readonly NamedKey[]> {
      const environment = fromEnvironment(owner);
      return environment.length > 0 ? environment : cache.load(owner);
    },

    /** Saves a key for this origin instead of all others: in the keychain, else in memory, with a message. */
    set,

    /** Saves a key in addition to the existing ones. */
    async add(owner: KeyOwner, key: string): Promise<KeyResult> {
      const fault = faultOf(key);
      if (fault) return { message: fault };
      const { unsaved, instead } = cache.get(owner);
      if (cache.slotsOf(owner).length + unsaved.length === 0) return set(owner, key);
      const others = await cache.load(owner).catch(() => []);
      if (others.some((each) => each.key === key))
        return {
          store: cache.slotsOf(owner).length > 0 ? 'keychain' : 'memory',
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
      cache.replace(owner, { read: new Map([[slot, key]]), unsaved });
      keychainWorks = true;
      await removeReplaced(keychain, owner.provider, before, accountOf(owner, slot));
      return { store: 'keychain' };
    },

    /** Removes all stored keys of a provider; a message names one from the environment, which stays. */
    async remove(owner: KeyOwner): Promise<KeyResult> {
      cache.drop(owner);
      const saved = index.reload(owner.provider);
      try {
        for (const slot of saved?.slots ?? []) {
          // The keychain may be locked: the index keeps the entry, so that the removal can be repeated.
          if (!(await keychain.remove(accountOf({ ...owner, origin: saved?.origin ?? '' }, slot))))
            return { message: lockedOnRemoval };
          index.change(owner.provider, (now) => without(now, slot));
        }
      } catch (error) {
        return { message: notRemovedMessage(error) };
      } finally {
        cache.invalidate();
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

/** Removes replaced keys from the keychain; one that cannot be removed is never read again. */
async function removeReplaced(
  keychain: Keychain,
  provider: string,
  replaced: SavedKeys | undefined,
  currentAccount: string,
): Promise<void> {
  for (const slot of replaced?.slots ?? []) {
    const account = accountOf({ provider, origin: replaced?.origin ?? '' }, slot);
    if (account !== currentAccount) await keychain.remove(account).catch(() => false);
  }
}

const lockedOnRemoval = 'The keychain did not remove the key; it may be locked. Unlock it and try again.';

const notRemovedMessage = (error: unknown): string =>
  `The key could not be removed: ${error instanceof Error ? error.message : 'unknown reason'}`;

function notSavedMessage(error: unknown): string {
  const why = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
  return `The OS keychain cannot be used (${why}). The key is kept in memory until Rumbo stops, and not saved.`;
}

function without(saved: SavedKeys | undefined, slot: string): SavedKeys | undefined {
  const slots = saved?.slots.filter((each) => each !== slot) ?? [];
  return saved && slots.length > 0 ? { ...saved, slots } : undefined;
}

function faultOf(key: string): string | undefined {
  if (key.trim() === '') return 'The key is empty.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
  if (/[\s\u0000-\u001f\u007f]/.test(key))
    return 'A key has no spaces or line breaks; check the pasted text.';
  if (Buffer.byteLength(key) > maxKeyBytes) return `The key is longer than ${maxKeyBytes} bytes.`;
  return;
}
