/** Sends the messages of shared/protocol.ts over a connection, with the progress of requests that report it. */
import type { CancellationToken, Disposable } from 'vscode';
import type {
  NotificationType,
  ProgressType,
  RequestType,
  RequestType0,
} from 'vscode-languageserver-protocol';
import type { AskParams } from '../../shared/ask.ts';
import * as protocol from '../../shared/protocol.ts';
import { requestSizeFault } from '../../shared/request-size.ts';
import { ClientError } from '../notifications/error-messages.ts';
import type { MessageSender, RequestName, ResultOf } from './messages.ts';

/** The part of a language client, or of any JSON-RPC connection, that sends messages. */
type Connection = {
  sendRequest<Result>(type: RequestType0<Result, unknown>, token?: CancellationToken): Promise<Result>;
  sendRequest<Params, Result>(
    type: RequestType<Params, Result, unknown>,
    params: Params,
    token?: CancellationToken,
  ): Promise<Result>;
  sendNotification<Params>(type: NotificationType<Params>, params: Params): Promise<void>;
  onProgress<Value>(
    type: ProgressType<Value>,
    token: string,
    listener: (value: Value) => void,
  ): Pick<Disposable, 'dispose'>;
};

/** By name: every message can be sent. */
const messages: typeof protocol = protocol;

export function messageSender(connection: Connection): MessageSender {
  const send = <Name extends RequestName>(name: Name, params: unknown, token?: CancellationToken) => {
    const fault = name === 'ask' || name === 'explain' ? requestSizeFault(params as AskParams) : undefined;
    // Before it is serialized: that alone would make the editor wait.
    if (fault) return Promise.reject(new ClientError({ kind: 'invalid-request', ...fault }));
    const type: unknown = messages[name];
    return params === undefined
      ? connection.sendRequest(type as RequestType0<ResultOf<Name>, unknown>, token)
      : connection.sendRequest(type as RequestType<unknown, ResultOf<Name>, unknown>, params, token);
  };
  return {
    request: (name, ...[params, token]) => send(name, params, token),
    async requestWithProgress(name, params, progress, onProgress, token) {
      const progressToken = crypto.randomUUID();
      const type: unknown = messages[progress];
      const listener = connection.onProgress(type as ProgressType<never>, progressToken, onProgress);
      try {
        return await send(name, params(progressToken), token);
      } finally {
        listener.dispose();
      }
    },
    notify: (name, params) =>
      connection.sendNotification(messages[name] as NotificationType<unknown>, params),
  };
}
