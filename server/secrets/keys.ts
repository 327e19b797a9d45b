/** Where a provider's key comes from: the environment for this run, the OS keychain, else memory. */
import { keyVariables } from '../../shared/environment.ts';
import { RumboError } from '../../shared/errors.ts';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import type { KeyIndex } from './key-index.ts';
import type { Keychain } from './keychain.ts';

/** Whose key is wanted: a key goes only to the origin it was saved for. */
export type KeyOwner = {
  readonly provider: string;
  /** Scheme, host and port requests go to. */
  readonly origin: string;
  /** The environment variable the user named for it. */
  readonly keyEnv?: string;
  /** The origin its own environment variable is meant for: that of the service itself. */
  readonly usualOrigin?: string;
};

type Env = Readonly<Record<string, string | undefined>>;
type Parts = { readonly env: Env; readonly keychain: Keychain; readonly index: KeyIndex };

/** Bytes a key may have; Windows' keychain takes no more. */
const longestKeyBytes = 2_500;

export function keys({ env, keychain, index }: Parts) {
  /** By provider: what the user gave in this run, or the keychain gave back. */
  const held = new Map<string, { origin: string; key: string; saved: boolean }>();
  let keychainWorks = true;
  // Going through the whole environment takes its time, and where a key is is asked many times a request.
  const [firstNumbered] = numberedKeys(env);

  const fromEnvironment = ({ provider, origin, keyEnv, usualOrigin }: KeyOwner): string | undefined => {
    if (keyEnv !== undefined) return env[keyEnv] || undefined;
    const variable = keyVariables[provider];
    if (variable === undefined || origin !== usualOrigin) return;
    return env[variable] || (variable === 'GEMINI_API_KEY' ? firstNumbered : undefined);
  };

  return {
    /** Where the key is, without reading it. */
    where(owner: KeyOwner): Exclude<ProviderStatus['key'], 'not-needed'> {
      if (fromEnvironment(owner)) return 'environment';
      const own = held.get(owner.provider);
      if (own?.origin === owner.origin) return own.saved ? 'keychain' : 'memory';
      return index.has(owner.provider, owner.origin) ? 'keychain' : 'none';
    },

    /** The key. `undefined`: there is none. Rejects with `unauthorized` when the keychain holds one and will not give it. */
    async get(owner: KeyOwner): Promise<string | undefined> {
      const found = fromEnvironment(owner);
      if (found) return found;
      const own = held.get(owner.provider);
      if (own?.origin === owner.origin) return own.key;
      if (!index.has(owner.provider, owner.origin)) return;
      const locked = (cause?: unknown) =>
        new RumboError(
          `The key of ${owner.provider} is in the keychain, but the keychain did not give it; it may be locked.`,
          { kind: 'unauthorized', provider: owner.provider, action: 'Unlock the keychain and ask again.' },
          { cause },
        );
      const key = await keychain.get(accountOf(owner)).catch((cause: unknown) => {
        throw locked(cause);
      });
      if (key === undefined) throw locked();
      // While the keychain was asked the user may have given another key, or taken this one away.
      const newer = held.get(owner.provider);
      if (newer?.origin === owner.origin) return newer.key;
      if (!index.has(owner.provider, owner.origin)) return;
      held.set(owner.provider, { origin: owner.origin, key, saved: true });
      return key;
    },

    /** Keeps a key for this origin: in the keychain, else in memory with a sentence that says so. */
    async set(owner: KeyOwner, key: string): Promise<Omit<KeyReply, 'type' | 'id'>> {
      const fault = faultOf(key);
      if (fault) return { message: fault };
      try {
        await keychain.set(accountOf(owner), key);
        index.add(owner.provider, owner.origin);
        held.set(owner.provider, { origin: owner.origin, key, saved: true });
        keychainWorks = true;
        return { store: 'keychain' };
      } catch (error) {
        keychainWorks = false;
        held.set(owner.provider, { origin: owner.origin, key, saved: false });
        const why = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
        return {
          store: 'memory',
          message: `The OS keychain cannot be used (${why}). The key is kept in memory until Rumbo stops, and not saved.`,
        };
      }
    },

    /** Forgets a provider's key wherever it is; one from the environment stays and is named. */
    async remove(owner: KeyOwner): Promise<Omit<KeyReply, 'type' | 'id'>> {
      held.delete(owner.provider);
      const origin = index.originOf(owner.provider);
      if (origin !== undefined) {
        try {
          // Nothing removed may mean locked: the index keeps the entry, so that it can be tried again.
          if (!(await keychain.remove(accountOf({ provider: owner.provider, origin })))) {
            return {
              message: 'The keychain did not remove the key; it may be locked. Unlock it and try again.',
            };
          }
          index.remove(owner.provider);
        } catch (error) {
          return {
            message: `The key could not be removed: ${error instanceof Error ? error.message : 'unknown reason'}`,
          };
        }
      }
      if (fromEnvironment(owner)) {
        return {
          store: 'none',
          message: `${owner.provider} still has a key in the environment; unset it to remove that one.`,
        };
      }
      return { store: 'none' };
    },

    /** What the last write found out. */
    store: (): 'keychain' | 'memory' => (keychainWorks ? 'keychain' : 'memory'),
  };
}

export type Keys = ReturnType<typeof keys>;

const accountOf = ({ provider, origin }: Pick<KeyOwner, 'provider' | 'origin'>) => `${provider}@${origin}`;

/** `GEMINI_API_KEY_1` and so on, the lowest number first. */
const numberedKeys = (env: Env): string[] =>
  Object.keys(env)
    .filter((name) => /^GEMINI_API_KEY_\d+$/.test(name))
    .sort((a, b) => Number(a.slice(15)) - Number(b.slice(15)))
    .flatMap((name) => env[name] || []);

function faultOf(key: string): string | undefined {
  if (key.trim() === '') return 'The key is empty.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(key))
    return 'A key has no spaces or line breaks; check what was pasted.';
  if (Buffer.byteLength(key) > longestKeyBytes) return `The key is longer than ${longestKeyBytes} bytes.`;
  return;
}
