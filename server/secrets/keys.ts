/** Where a provider's keys come from: the environment for this run, the OS keychain, else memory. */
import { randomBytes } from 'node:crypto';
import { RumboError } from '../../shared/errors.ts';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { environmentKeys } from './environment-keys.ts';
import { firstSlot, type KeyIndex, type SavedKeys } from './key-index.ts';
import type { KeyOwner, NamedKey } from './key-owner.ts';
import type { Keychain } from './keychain.ts';

type Parts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychain: Keychain;
  readonly index: KeyIndex;
};
type Done = Omit<KeyReply, 'type' | 'id'>;

/** What is held in memory for one provider at one origin. */
type Held = {
  /** What the keychain gave, by slot; `null`: it did not. */
  readonly read: Map<string, string | null>;
  /** Given in this run, and kept by no store. */
  readonly unsaved: readonly string[];
  /** Whether the unsaved ones stand in the place of the saved ones, or beside them. */
  readonly instead: boolean;
};

/** Bytes a key may have; Windows' keychain takes no more. */
const longestKeyBytes = 2_500;

export function keyStore({ env, keychain, index }: Parts) {
  const fromEnvironment = environmentKeys(env);
  /** By provider and origin: a user who tries another address finds the key again. */
  const held = new Map<string, Held>();
  /** Rises with each change, so that a late answer of the keychain undoes none. */
  let changes = 0;
  let keychainWorks = true;

  const heldOf = (owner: KeyOwner): Held => {
    const place = accountOf(owner, firstSlot);
    const known = held.get(place) ?? { read: new Map(), unsaved: [], instead: false };
    held.set(place, known);
    return known;
  };
  const drop = ({ provider }: KeyOwner): void => {
    changes += 1;
    for (const place of held.keys()) if (place.startsWith(`${provider}@`)) held.delete(place);
  };
  const hold = (owner: KeyOwner, what: Partial<Held>): void => {
    drop(owner);
    held.set(accountOf(owner, firstSlot), { read: new Map(), unsaved: [], instead: false, ...what });
  };
  const slotsOf = (owner: KeyOwner): readonly string[] => {
    if (heldOf(owner).instead) return [];
    const saved = index.get(owner.provider);
    return saved?.origin === owner.origin ? saved.slots : [];
  };

  const nameOfSlot = (at: number) => `saved key ${at + 1}`;
  const unsavedOf = (owner: KeyOwner): NamedKey[] =>
    heldOf(owner).unsaved.map((key, at) => ({ name: `unsaved key ${at + 1}`, key }));

  /** All but those of the environment. Rejects with `unauthorized` when there are some and the keychain gives none. */
  const kept = async (owner: KeyOwner): Promise<readonly NamedKey[]> => {
    const { read } = heldOf(owner);
    const slots = slotsOf(owner);
    const asked = changes;
    const fresh = slots.filter((slot) => !read.has(slot));
    let cause: unknown;
    const given = await Promise.all(
      fresh.map((slot) =>
        keychain.get(accountOf(owner, slot)).catch((error: unknown) => {
          cause = error;
          return undefined;
        }),
      ),
    );
    // The user has given another key meanwhile, or taken one away.
    if (asked !== changes) return kept(owner);
    const keyOf = (slot: string) => read.get(slot) ?? given[fresh.indexOf(slot)];
    const found = slots.flatMap((slot, at) => {
      const key = keyOf(slot);
      return key ? [{ name: nameOfSlot(at), key }] : [];
    });
    const all = distinct([...found, ...unsavedOf(owner)]);
    if (all.length === 0 && slots.length > 0) throw locked(owner.provider, cause);
    // One that the keychain has lost is not asked for with each request.
    for (const slot of fresh) read.set(slot, keyOf(slot) ?? null);
    return all;
  };

  const inMemory = (owner: KeyOwner, what: Partial<Held>, error: unknown): Done => {
    keychainWorks = false;
    hold(owner, what);
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
    return {
      store: 'memory',
      message: `The OS keychain cannot be used (${why}). The key is kept in memory until Rumbo stops, and not saved.`,
    };
  };

  /** Takes what a change left behind out of the keychain; one that stays there is never looked for again. */
  const forget = async (provider: string, saved: SavedKeys | undefined, still: string): Promise<void> => {
    for (const slot of saved?.slots ?? []) {
      const account = accountOf({ provider, origin: saved?.origin ?? '' }, slot);
      if (account !== still) await keychain.remove(account).catch(() => false);
    }
  };

  const set = async (owner: KeyOwner, key: string): Promise<Done> => {
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
      return inMemory(owner, { unsaved: [key], instead: true }, error);
    }
    hold(owner, { read: new Map([[firstSlot, key]]) });
    keychainWorks = true;
    await forget(owner.provider, before, account);
    return { store: 'keychain' };
  };

  const location = (owner: KeyOwner): Exclude<ProviderStatus['key'], 'not-needed'> => {
    if (fromEnvironment(owner).length > 0) return 'environment';
    if (slotsOf(owner).length > 0) return 'keychain';
    return heldOf(owner).unsaved.length > 0 ? 'memory' : 'none';
  };

  return {
    /** Where the keys are, without reading them. */
    location,

    /** The names of the keys, without reading them. */
    names(owner: KeyOwner): readonly string[] {
      const environment = fromEnvironment(owner);
      const all = environment.length > 0 ? environment : unsavedOf(owner);
      const slots = environment.length > 0 ? [] : slotsOf(owner);
      return [...slots.map((_, at) => nameOfSlot(at)), ...all.map(({ name }) => name)];
    },

    /**
     * The keys; empty: there is none. Those of the environment are used alone. One that the keychain does not give is
     * left out; rejects with `unauthorized` when there is no other.
     */
    async all(owner: KeyOwner): Promise<readonly NamedKey[]> {
      const environment = fromEnvironment(owner);
      return environment.length > 0 ? environment : kept(owner);
    },

    /** Keeps a key for this origin in the place of all others: in the keychain, else in memory with a sentence that says so. */
    set,

    /** Keeps a key beside those that are there; the same when there are none. */
    async add(owner: KeyOwner, key: string): Promise<Done> {
      const fault = faultOf(key);
      if (fault) return { message: fault };
      const { unsaved, instead } = heldOf(owner);
      if (slotsOf(owner).length + unsaved.length === 0) return set(owner, key);
      const others = await kept(owner).catch(() => []);
      if (others.some((each) => each.key === key))
        return {
          store: slotsOf(owner).length > 0 ? 'keychain' : 'memory',
          message: 'This key is there already; nothing has changed.',
        };
      // Another window may be adding one now: a name that nobody else thinks of.
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
        return inMemory(owner, { unsaved: [...unsaved, key], instead }, error);
      }
      // What another window has changed meanwhile is read anew.
      hold(owner, { read: new Map([[slot, key]]), unsaved });
      keychainWorks = true;
      await forget(owner.provider, before, accountOf(owner, slot));
      return { store: 'keychain' };
    },

    /** Forgets all keys of a provider wherever they are; those from the environment stay and are named. */
    async remove(owner: KeyOwner): Promise<Done> {
      drop(owner);
      const saved = index.reload(owner.provider);
      try {
        for (const slot of saved?.slots ?? []) {
          // Nothing removed may mean locked: the index keeps the entry, so that it can be tried again.
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

    /** What the last write found out. */
    store: (): 'keychain' | 'memory' => (keychainWorks ? 'keychain' : 'memory'),
  };
}

export type KeyStore = ReturnType<typeof keyStore>;

/** The first slot has the name that entries had before there were several. */
const accountOf = ({ provider, origin }: Pick<KeyOwner, 'provider' | 'origin'>, slot: string) =>
  slot === firstSlot ? `${provider}@${origin}` : `${provider}@${origin}#${slot}`;

function without(saved: SavedKeys | undefined, slot: string): SavedKeys | undefined {
  const slots = saved?.slots.filter((each) => each !== slot) ?? [];
  return saved && slots.length > 0 ? { ...saved, slots } : undefined;
}

const distinct = (keys: readonly NamedKey[]): NamedKey[] =>
  keys.filter(({ key }, at) => keys.findIndex((each) => each.key === key) === at);

const locked = (provider: string, cause: unknown): RumboError =>
  new RumboError(
    `The key of ${provider} is in the keychain, but the keychain did not give it; it may be locked.`,
    { kind: 'unauthorized', provider, action: 'Unlock the keychain and ask again.' },
    { cause },
  );

function faultOf(key: string): string | undefined {
  if (key.trim() === '') return 'The key is empty.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(key))
    return 'A key has no spaces or line breaks; check what was pasted.';
  if (Buffer.byteLength(key) > longestKeyBytes) return `The key is longer than ${longestKeyBytes} bytes.`;
  return;
}
