/** The server process for the rest of the client: started at first use, restarted after a crash. */
import * as vscode from 'vscode';
import { visibleText } from '../../shared/hidden-characters.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { requestLabel } from '../../shared/request-label.ts';
import type { Status } from '../../shared/status.ts';
import { ClientError, toClientErrorData } from '../notifications/error-messages.ts';
import { showErrorMessage } from '../notifications/notify.ts';
import type { ServerConnection } from './connection.ts';
import type { KeyChannel } from './key-channel.ts';
import type { MessageSender } from './messages.ts';

/** Each message starts the server when it does not run, and rejects with `ClientError`. */
export type ServerProcess = MessageSender & {
  /** Sends a key to the server, outside of JSON-RPC. */
  readonly keys: KeyChannel;
  /** Whether it runs or is starting. */
  readonly started: boolean;
  /** Its latest status. Absent: it has not started yet. */
  readonly status: Status | undefined;
  readonly onStatus: vscode.Event<Status>;
  /** Fires when it runs, for the first time or after a restart. */
  readonly onRunning: vscode.Event<void>;
  /** Notifies a running server that settings changed. */
  settingsChanged(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** Automatic restarts within `crashWindowMs`; after one more crash the user decides. */
const maxRestarts = 4;
const crashWindowMs = 3 * 60_000;

/** Decides after each crash whether to restart. */
export function restartPolicy(now: () => number = Date.now): () => boolean {
  let crashes: number[] = [];
  return () => {
    crashes = [...crashes.filter((at) => now() - at <= crashWindowMs), now()];
    return crashes.length <= maxRestarts;
  };
}

/** @param isSuppressed whether ghost text shows nothing in a document now */
export function createServerProcess(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  isSuppressed: (document: vscode.TextDocument) => boolean,
): ServerProcess {
  const statusChanged = new vscode.EventEmitter<Status>();
  const running = new vscode.EventEmitter<void>();
  let connection: Promise<ServerConnection> | undefined;
  let status: Status | undefined;
  let stopping = false;

  const start = async (): Promise<ServerConnection> => {
    // Loading the language client takes longer than the rest of the activation.
    const { connectToServer } = await import('./connection.ts');
    const mayRestart = restartPolicy();
    const started: Promise<ServerConnection> = connectToServer({
      module: context.asAbsolutePath('dist/server.cjs'),
      storagePath: context.globalStorageUri.fsPath,
      log,
      secrets: context.secrets,
      isRemote:
        context.extension.extensionKind === vscode.ExtensionKind.Workspace &&
        vscode.env.remoteName !== undefined,
      onEnded() {
        if (stopping) return false;
        if (mayRestart()) return true;
        connection = undefined;
        void offerRestart();
        return false;
      },
      onHung: () =>
        void showErrorMessage(
          'Rumbo’s server did not answer for half a minute and was restarted. Requests in flight ended; send them again.',
        ),
      onRunning: () => running.fire(),
      isSuppressed,
      onStatus(next) {
        status = next;
        statusChanged.fire(next);
      },
    });
    return started;
  };
  const connected = (): Promise<ServerConnection> => {
    connection ??= start().catch((error: unknown) => {
      connection = undefined;
      log.error(visibleText(`The server did not start: ${error}`));
      throw new ClientError(didNotStart, { cause: error });
    });
    return connection;
  };
  const use = async <Result>(send: (current: ServerConnection) => Promise<Result>): Promise<Result> => {
    const current = await connected();
    try {
      return await send(current);
    } catch (error) {
      const failure = toClientErrorData(error, connection !== undefined);
      // A client that failed to restart does not try again; the next use creates a new one.
      if (failure.kind === 'server-stopped' && isInactive(error)) connection = undefined;
      if (failure.requestId !== undefined)
        log.info(`${requestLabel(failure.requestId)}The request ended without an answer: ${failure.kind}.`);
      // Errors of providers are shown to the user; anything else is a defect and is logged.
      if (failure.kind === 'bad-response' && !failure.provider) log.error(visibleText(String(error)));
      throw new ClientError(failure, { cause: error });
    }
  };
  const server: ServerProcess = {
    request: (...args) => use((current) => current.request(...args)),
    async requestWithProgress(...args) {
      const result = await use((current) => current.requestWithProgress(...args));
      logReceipt(log, result);
      return result;
    },
    notify: (...args) => use((current) => current.notify(...args)),
    keys: { send: (command) => use(({ keys }) => keys.send(command)) },
    settingsChanged: () => use((current) => current.settingsChanged()),
    get started() {
      return connection !== undefined;
    },
    get status() {
      return status;
    },
    onStatus: statusChanged.event,
    onRunning: running.event,
    async restart() {
      await server.stop();
      await connected();
    },
    async stop() {
      const current = connection;
      connection = undefined;
      if (!current) return;
      stopping = true;
      try {
        await (await current).stop();
      } catch {
        // It never started, which was reported then.
      } finally {
        stopping = false;
      }
    },
  };
  context.subscriptions.push(statusChanged, running);
  return server;
}

/** The same id is in the server's lines. Never the answer. */
function logReceipt(log: vscode.LogOutputChannel, result: unknown): void {
  const { receipt } = (result ?? {}) as { receipt?: Receipt };
  if (receipt) log.debug(`${requestLabel(receipt.id)}The answer of ${receipt.model} arrived.`);
}

/** JSON-RPC's code for a connection that was never established. */
const isInactive = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === -32096;

const didNotStart = {
  kind: 'server-gone',
  message: 'Rumbo’s server could not be started.',
  action: 'Look at the log with “Rumbo: Show Log”, then restart it.',
} as const;

async function offerRestart(): Promise<void> {
  const picked = await showErrorMessage(
    'Rumbo’s server stopped five times within three minutes. Look at the log, then restart it.',
    'Restart Server',
    'Show Log',
  );
  if (picked === 'Restart Server') await vscode.commands.executeCommand('rumbo.restartServer');
  if (picked === 'Show Log') await vscode.commands.executeCommand('rumbo.showLog');
}
