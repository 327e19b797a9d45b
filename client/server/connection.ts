/** A connection to one server process: forks it, speaks LSP with it and sends it settings. Loaded at first use, since it is heavy. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from 'vscode-languageclient/node';
import { oneArena } from '../../shared/environment.ts';
import { withEnvironmentProxy } from '../../shared/environment-proxy.ts';
import * as protocol from '../../shared/protocol.ts';
import { settingsSection } from '../../shared/settings.ts';
import type { Status } from '../../shared/status.ts';
import { documentSync } from '../inline/document-sync.ts';
import { nearbySymbolsHandler } from '../inline/nearby-symbols.ts';
import { effectiveSettings } from '../settings/effective-settings.ts';
import { networkSettings } from '../settings/network-settings.ts';
import { serveEditorSecrets } from './editor-secrets.ts';
import { keyVariablesOf, serverEnvironment } from './environment.ts';
import { type KeyChannel, keyChannel } from './key-channel.ts';
import { messageSender } from './message-sender.ts';
import type { MessageSender } from './messages.ts';
import { createWatchdog } from './watchdog.ts';

export type ServerConnection = MessageSender & {
  readonly keys: KeyChannel;
  /** Notifies the server that settings changed; it then requests them. */
  settingsChanged(): Promise<void>;
  stop(): Promise<void>;
};

export type ServerConnectionOptions = {
  /** The server's bundle. */
  readonly module: string;
  /** A folder of the extension's own; also the server's working directory, so that nothing resolves in a workspace. */
  readonly storagePath: string;
  readonly log: vscode.LogOutputChannel;
  readonly secrets: vscode.SecretStorage;
  /** The extension runs on a remote machine; the editor keeps secrets on the user's side. */
  readonly isRemote: boolean;
  /** Whether to restart the server after it ended unexpectedly. */
  onEnded(): boolean;
  /** The server no longer answers and is being ended, so that it starts again. */
  onHung(): void;
  /** The server runs, for the first time or after a restart. */
  onRunning(): void;
  onStatus(status: Status): void;
  /** Whether ghost text shows nothing in a document now. */
  isSuppressed(document: vscode.TextDocument): boolean;
};

/** Starts the server. Rejects when it does not start. */
export async function connectToServer(options: ServerConnectionOptions): Promise<ServerConnection> {
  let child: ChildProcess | undefined;
  let keys: KeyChannel | undefined;
  let ran = false;

  const launch = async (): Promise<ChildProcess> => {
    child = forkServer(options);
    keys = keyChannel(child);
    serveEditorSecrets(child, options.secrets);
    return child;
  };
  const restarts = () => ran && options.onEnded();
  const client = new QuietClient('rumbo', 'Rumbo', launch, clientOptions(options, restarts));
  client.onNotification(protocol.statusChanged, options.onStatus);
  client.onRequest(protocol.inlineSymbols, nearbySymbolsHandler());
  const sync = documentSync(client);
  client.registerFeature(sync);
  const watchdog = createWatchdog({
    ping: () => client.sendRequest(protocol.ping),
    onHung() {
      options.log.error('The server does not answer; it is ended and starts again.');
      options.onHung();
      // A process that hangs does not end on a request.
      child?.kill('SIGKILL');
    },
  });
  client.onDidChangeState(({ newState }) => {
    if (newState !== State.Running) return watchdog.stop();
    ran = true;
    watchdog.start();
    options.onRunning();
  });
  await client.start();
  return {
    ...messageSender(client),
    keys: {
      send: (command) =>
        keys ? keys.send(command) : Promise.reject(new Error('The server has no process.')),
    },
    settingsChanged: () =>
      client.sendNotification(DidChangeConfigurationNotification.type, { settings: null }),
    stop() {
      watchdog.stop();
      sync.dispose();
      return client.stop().finally(() => child?.kill());
    },
  };
}

/** @param restarts whether to restart the server after it ended unexpectedly */
const clientOptions = (
  { log, storagePath, isRemote, isSuppressed }: ServerConnectionOptions,
  restarts: () => boolean,
): LanguageClientOptions => ({
  outputChannel: log,
  // The library's trace would write prompts to the log, and reads a setting that any workspace can set.
  traceOutputChannel: withoutTrace(log),
  initializationOptions: (): protocol.InitializationOptions => ({
    storagePath,
    // The server's own environment has no addresses with passwords.
    network: withEnvironmentProxy(
      networkSettings((key) => vscode.workspace.getConfiguration('http').inspect(key)),
      process.env,
    ),
    inlineSymbols: true,
    editorSecrets: isRemote ? 'first' : 'available',
  }),
  // Documents that extensions open and close briefly are not synchronized; visible ones are at once.
  textSynchronization: { delayOpenNotifications: true },
  middleware: {
    workspace: {
      configuration: ({ items }) =>
        items.map((item) => (item.section === settingsSection ? currentSettings() : null)),
      // The one notification is sent by `settingsChanged`.
      didChangeConfiguration: async () => undefined,
    },
    provideInlineCompletionItems: (document, position, context, token, next) =>
      isSuppressed(document) ? [] : next(document, position, context, token),
  },
  errorHandler: {
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed: () => ({
      action: restarts() ? CloseAction.Restart : CloseAction.DoNotRestart,
      handled: true,
    }),
  },
  initializationFailedHandler: () => false,
});

function forkServer({ module, storagePath, log }: ServerConnectionOptions): ChildProcess {
  mkdirSync(storagePath, { recursive: true });
  const providers = vscode.workspace.getConfiguration(settingsSection).inspect('providers')?.globalValue;
  const child = fork(module, ['--stdio'], {
    cwd: storagePath,
    env: {
      ...oneArena,
      ...serverEnvironment(process.env, keyVariablesOf(providers), 'electron' in process.versions),
    },
    execArgv: [],
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  // Without a listener a failed start would end the extension host.
  child.on('error', (error) => log.error(`The server could not be started: ${error.message}`));
  child.on('exit', (code, signal) => log.info(`The server ended (${signal ?? `exit code ${code}`}).`));
  return child;
}

function currentSettings(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  return effectiveSettings((key) => configuration.inspect(key));
}

const withoutTrace = (log: vscode.LogOutputChannel): vscode.LogOutputChannel =>
  new Proxy(log, {
    get(target, property) {
      if (property === 'logLevel') return vscode.LogLevel.Info;
      if (property === 'onDidChangeLogLevel') return () => ({ dispose() {} });
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** The library's client without its notifications, which show stacks; Rumbo's show one sentence. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override async stop(timeout?: number): Promise<void> {
    try {
      await super.stop(timeout);
    } catch (error) {
      this.info(`The server did not stop cleanly: ${error}`, undefined, false);
    }
  }
}
