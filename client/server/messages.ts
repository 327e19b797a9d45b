/**
 * How the client sends the messages of shared/protocol.ts: by the names of its constants. Types only, since the constants
 * themselves load LSP's library, which takes too long at activation; the connection looks them up.
 */
import type * as vscode from 'vscode';
import type {
  NotificationType,
  ProgressType,
  RequestType,
  RequestType0,
} from 'vscode-languageserver-protocol';
import type * as protocol from '../../shared/protocol.ts';

type Protocol = typeof protocol;
/** `Params` of a request without parameters is `undefined`. */
type Message<Constant> =
  Constant extends RequestType0<infer Result, infer _Error>
    ? { kind: 'request'; params: undefined; result: Result }
    : Constant extends RequestType<infer Params, infer Result, infer _Error>
      ? { kind: 'request'; params: Params; result: Result }
      : Constant extends NotificationType<infer Params>
        ? { kind: 'notification'; params: Params }
        : Constant extends ProgressType<infer Value>
          ? { kind: 'progress'; value: Value }
          : never;
type Messages = { [Name in keyof Protocol]: Message<Protocol[Name]> };
type NameOf<Kind> = {
  [Name in keyof Messages]: Messages[Name] extends { kind: Kind } ? Name : never;
}[keyof Messages];

export type RequestName = NameOf<'request'>;
export type NotificationName = NameOf<'notification'>;
export type ProgressName = NameOf<'progress'>;
export type ParamsOf<Name extends RequestName | NotificationName> = Messages[Name]['params'];
export type ResultOf<Name extends RequestName> = Messages[Name]['result'];
export type ProgressOf<Name extends ProgressName> = Messages[Name]['value'];

/** Messages to the server. Each rejects with the error of the server or of the connection. */
export type MessageSender = {
  request<Name extends RequestName>(
    name: Name,
    ...args: undefined extends ParamsOf<Name>
      ? [params?: ParamsOf<Name>, token?: vscode.CancellationToken]
      : [params: ParamsOf<Name>, token?: vscode.CancellationToken]
  ): Promise<ResultOf<Name>>;
  /**
   * Sends a request and reports its progress until the result arrives.
   * @param params returns the parameters with the token on which progress is reported
   */
  requestWithProgress<Name extends RequestName, Progress extends ProgressName>(
    name: Name,
    params: (progressToken: string) => ParamsOf<Name>,
    progress: Progress,
    onProgress: (value: ProgressOf<Progress>) => void,
    token?: vscode.CancellationToken,
  ): Promise<ResultOf<Name>>;
  notify<Name extends NotificationName>(name: Name, params: ParamsOf<Name>): Promise<void>;
};
