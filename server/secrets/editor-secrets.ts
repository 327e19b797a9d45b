/** The editor's secret storage, which the client reads and writes for the server; see shared/key-channel.ts. */
import type { EditorSecretReply, EditorSecretRequest } from '../../shared/key-channel.ts';
import { noResponse, type SecretStore, secretTimeoutMs } from './secret-store.ts';

type Call = EditorSecretRequest extends infer R
  ? R extends EditorSecretRequest
    ? Omit<R, 'type' | 'id'>
    : never
  : never;

export type EditorSecrets = SecretStore & {
  /** Takes a message of the client; anything but a reply is ignored. */
  receive(message: unknown): void;
};

/** @param send to the client. Absent: there is no editor, and each call rejects */
export function editorSecrets(send: ((request: EditorSecretRequest) => unknown) | undefined): EditorSecrets {
  let lastId = 0;
  const waiting = new Map<number, (reply: EditorSecretReply) => void>();

  const request = async (call: Call): Promise<EditorSecretReply['value']> => {
    if (!send) throw new Error('There is no editor.');
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<EditorSecretReply>();
    waiting.set(id, resolve);
    const reply = (error: string) => resolve({ type: 'rumbo/editor-secret/reply', id, error });
    const timer = setTimeout(() => reply(noResponse), secretTimeoutMs[call.do]);
    timer.unref();
    try {
      send({ type: 'rumbo/editor-secret', id, ...call });
      const { value, error } = await promise;
      if (error !== undefined) throw new Error(error);
      return value;
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  };

  return {
    async get(account) {
      const value = await request({ do: 'get', account });
      return typeof value === 'string' ? value : undefined;
    },
    set: async (account, secret) => void (await request({ do: 'set', account, secret })),
    remove: async (account) => (await request({ do: 'remove', account })) === true,
    dispose() {
      for (const [id, resolve] of waiting)
        resolve({ type: 'rumbo/editor-secret/reply', id, error: 'Rumbo is shutting down.' });
    },
    receive(message) {
      if (isReply(message)) waiting.get(message.id)?.(message);
    },
  };
}

const isReply = (message: unknown): message is EditorSecretReply =>
  typeof message === 'object' &&
  message !== null &&
  (message as EditorSecretReply).type === 'rumbo/editor-secret/reply';
