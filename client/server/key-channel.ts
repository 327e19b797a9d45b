/** Sends keys to the server over Node's IPC channel and matches the replies. Nothing here is logged. */
import type { KeyCommand, KeyReply } from '../../shared/key-channel.ts';
import { ClientError } from '../notifications/error-messages.ts';

/** The part of a child process that the channel uses. */
export type KeyChannelProcess = {
  send(message: KeyCommand, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
};
type Command = KeyCommand extends infer C ? (C extends KeyCommand ? Omit<C, 'id'> : never) : never;

export type KeyChannel = {
  /** Rejects with `ClientError` when the server refuses, does not reply within the time limit, or ends. */
  send(command: Command): Promise<KeyReply>;
};

/** @param timeLimitMs long enough for the unlock dialog of the system */
export function keyChannel(child: KeyChannelProcess, timeLimitMs = 70_000): KeyChannel {
  const pending = new Map<number, { resolve(reply: KeyReply): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', (message) => {
    if (isReply(message)) pending.get(message.id)?.resolve(message);
  });
  child.on('exit', () => {
    for (const { reject } of pending.values())
      reject(keyError('Rumbo’s server stopped before the key was saved.'));
  });
  return {
    async send(command) {
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<KeyReply>();
      pending.set(id, { resolve, reject });
      const timer = setTimeout(() => reject(keyError('The keychain did not answer.')), timeLimitMs);
      try {
        child.send({ ...command, id } as KeyCommand, (error) => {
          if (error) reject(keyError('Rumbo’s server could not be reached.'));
        });
        const reply = await promise;
        // The server's own sentences end with what to do.
        if (!reply.store) throw keyError(reply.message ?? 'The key could not be saved. Try again.', '');
        return reply;
      } finally {
        clearTimeout(timer);
        pending.delete(id);
      }
    },
  };
}

/** @param action empty: the message holds it */
const keyError = (message: string, action = 'Unlock the system’s keychain and try again.'): ClientError =>
  new ClientError({ kind: 'server-stopped', message, ...(action ? { action } : {}) });

const isReply = (message: unknown): message is KeyReply =>
  typeof message === 'object' && message !== null && (message as KeyReply).type === 'rumbo/key/reply';

/** Why a typed key is invalid, one sentence. `undefined`: it is valid. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'Type or paste a key.';
  if (key.trim() === '') return 'The key has spaces only.';
  if (key.includes('\0')) return 'The key holds a NUL character; copy it again.';
  if (/\s/.test(key.trim())) return 'The key holds a space or a line break in the middle; copy it again.';
  if (Buffer.byteLength(key.trim()) > 2500)
    return 'The key is longer than 2,500 bytes, which keychains refuse.';
  return undefined;
}
