/** A file that holds the user's text, encrypted with AES-256-GCM. Without a key nothing is written. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { writeFileAtomically } from './files.ts';

export type EncryptedFile = {
  /** `undefined`: there is no file. Rejects when it cannot be decrypted, or the key cannot be read. */
  read(): Promise<string | undefined>;
  /** Rejects when there is no key, or with what the file system throws; the file stays as it was then. */
  write(text: string): Promise<void>;
  remove(): void;
};

const algorithm = 'aes-256-gcm';
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

type Key = { read(): Promise<Buffer | undefined>; readOrCreate(): Promise<Buffer> };

/**
 * @param plainFile what an earlier version wrote unencrypted: it is read once, and removed whatever comes of it
 * @param key asked for only when there is something to read or to write
 */
export function encryptedFile(file: string, key: Key, plainFile?: string): EncryptedFile {
  // A file that was renamed by another program decrypts to nothing.
  const context = Buffer.from(`rumbo ${version} ${basename(file)}`);

  const write = async (text: string): Promise<void> => {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, await key.readOrCreate(), nonce).setAAD(context);
    const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const content = Buffer.concat([nonce, cipher.getAuthTag(), data]).toString('base64');
    writeFileAtomically(file, `${JSON.stringify({ version, content })}\n`);
  };

  const takePlain = async (): Promise<string | undefined> => {
    const text = plainFile === undefined ? undefined : readIfThere(plainFile);
    if (plainFile === undefined || text === undefined) return undefined;
    // Removed first: neither a missing keychain nor a crash leaves it there.
    rmSync(plainFile, { force: true });
    await write(text).catch(() => {});
    return text;
  };

  return {
    async read() {
      const plain = await takePlain();
      if (plain !== undefined) return plain;
      const stored = readIfThere(file);
      if (stored === undefined) return undefined;
      const secret = await key.read();
      if (!secret) throw new Error('The keychain did not return the key; it may be locked.');
      const { content = '' } = JSON.parse(stored) as { content?: string };
      const bytes = Buffer.from(content, 'base64');
      const decipher = createDecipheriv(algorithm, secret, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(context)
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      const data = decipher.update(bytes.subarray(nonceBytes + tagBytes));
      return Buffer.concat([data, decipher.final()]).toString('utf8');
    },
    write,
    remove() {
      rmSync(file, { force: true });
      if (plainFile !== undefined) rmSync(plainFile, { force: true });
    },
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
