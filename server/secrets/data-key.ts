/** The key with which files that hold the user's text are encrypted. It is in the keychain and nowhere else. */
import { randomBytes } from 'node:crypto';
import type { SecretStore } from './secret-store.ts';

const account = 'data-key';
const keyBytes = 32;

export type DataKey = {
  /** Rejects when the keychain cannot be accessed; `undefined`: it has none, or is locked. */
  read(): Promise<Buffer | undefined>;
  /** The key, made and saved if there is none. Rejects when the keychain does not keep it. */
  readOrCreate(): Promise<Buffer>;
};

export function dataKey(keychain: Pick<SecretStore, 'get' | 'set'>): DataKey {
  let cached: Buffer | undefined;
  const read = async (): Promise<Buffer | undefined> => {
    if (cached) return cached;
    const stored = Buffer.from((await keychain.get(account)) ?? '', 'base64');
    cached = stored.length === keyBytes ? stored : undefined;
    return cached;
  };
  return {
    read,
    async readOrCreate() {
      const existing = await read();
      if (existing) return existing;
      // A locked keychain looks like an empty one, and refuses this.
      await keychain.set(account, randomBytes(keyBytes).toString('base64'));
      // Another window may have saved one at the same time: the one that is there counts.
      const saved = await read();
      if (!saved) throw new Error('The keychain did not keep the key.');
      return saved;
    },
  };
}
