/** Answers the server's requests for entries of the editor's secret storage, over Node's IPC channel. Nothing here is logged. */
import type * as vscode from 'vscode';
import type { EditorSecretReply, EditorSecretRequest } from '../../shared/key-channel.ts';

/** The part of a child process that is used. */
export type SecretsProcess = {
  send(message: EditorSecretReply, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
};
type Secrets = Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>;

/** @param secrets the extension's own storage; other extensions cannot read it */
export function serveEditorSecrets(child: SecretsProcess, secrets: Secrets): void {
  const reply = async (request: EditorSecretRequest): Promise<void> => {
    const result = await answer(secrets, request).then(
      (value) => ({ value }),
      (error: unknown) => ({ error: error instanceof Error ? error.message : 'unknown' }),
    );
    // A server that has ended needs no reply.
    child.send({ type: 'rumbo/editor-secret/reply', id: request.id, ...result }, () => undefined);
  };
  child.on('message', (message) => {
    if (isRequest(message)) void reply(message);
  });
}

async function answer(secrets: Secrets, request: EditorSecretRequest): Promise<string | boolean | null> {
  const name = `rumbo:${request.account}`;
  switch (request.do) {
    case 'get':
      return (await secrets.get(name)) ?? null;
    case 'set':
      await secrets.store(name, request.secret);
      return true;
    case 'remove': {
      const exists = (await secrets.get(name)) !== undefined;
      await secrets.delete(name);
      return exists;
    }
  }
}

const isRequest = (message: unknown): message is EditorSecretRequest =>
  typeof message === 'object' &&
  message !== null &&
  (message as EditorSecretRequest).type === 'rumbo/editor-secret';
