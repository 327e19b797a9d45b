/** A fake server process: a test provides one function for each message it expects. */
import { ClientError, toClientErrorData } from '../../client/notifications/error-messages.ts';
import type {
  MessageSender,
  NotificationName,
  ParamsOf,
  ProgressName,
  ProgressOf,
  RequestName,
  ResultOf,
} from '../../client/server/messages.ts';
import type { ServerProcess } from '../../client/server/process.ts';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { Status } from '../../shared/status.ts';
import { EventEmitter } from '../support/vscode-stub.ts';

type Token = Parameters<MessageSender['request']>[2];
type ProgressListener = (value: ProgressOf<ProgressName>) => void;

/** What the server answers. A message without a function fails the test. */
export type FakeAnswers = {
  readonly [Name in RequestName]?: (
    params: ParamsOf<Name>,
    token: Token,
    onProgress: ProgressListener,
  ) => Promise<ResultOf<Name>>;
} & {
  readonly [Name in NotificationName]?: (params: ParamsOf<Name>) => void;
} & {
  readonly sendKey?: (command: Parameters<ServerProcess['keys']['send']>[0]) => Promise<KeyReply>;
};

export type FakeServerProcess = ServerProcess & {
  started: boolean;
  status: Status | undefined;
  /** Fires `onRunning`, as after a restart. */
  run(): void;
  /** Sets the status and fires `onStatus`. */
  changeStatus(status: Status): void;
};

/** Errors of the functions arrive as they do from the real server: as `ClientError`. */
export function fakeServerProcess(answers: FakeAnswers = {}): FakeServerProcess {
  const statusChanged = new EventEmitter<Status>();
  const running = new EventEmitter<void>();
  const answer = async <Name extends RequestName>(
    name: Name,
    params: unknown,
    token: Token,
    onProgress: ProgressListener,
  ): Promise<ResultOf<Name>> => {
    server.started = true;
    const handler = answers[name] as
      | ((params: unknown, token: Token, onProgress: ProgressListener) => Promise<ResultOf<Name>>)
      | undefined;
    if (!handler) throw new Error(`The test answers no ${name}.`);
    try {
      return await handler(params, token, onProgress);
    } catch (error) {
      throw new ClientError(toClientErrorData(error), { cause: error });
    }
  };
  const server: FakeServerProcess = {
    started: false,
    status: undefined,
    onStatus: statusChanged.event,
    onRunning: running.event,
    request: (name, ...[params, token]) => answer(name, params, token, () => undefined),
    requestWithProgress: (name, params, _progress, onProgress, token) =>
      answer(name, params('token'), token, onProgress as ProgressListener),
    notify: async (name, params) => (answers[name] as ((params: unknown) => void) | undefined)?.(params),
    keys: { send: (command) => answers.sendKey?.(command) ?? Promise.reject(new Error('No key channel.')) },
    settingsChanged: async () => undefined,
    restart: async () => undefined,
    stop: async () => undefined,
    run: () => running.fire(),
    changeStatus(status) {
      server.status = status;
      statusChanged.fire(status);
    },
  };
  return server;
}
