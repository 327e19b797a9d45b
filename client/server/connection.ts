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
import type { AskParams } from '../../shared/ask.ts';
import type { ModelId } from '../../shared/chat.ts';
import type { DiscoverResult } from '../../shared/discovery.ts';
import { oneArena } from '../../shared/environment.ts';
import type { InlineCandidate, InlineEvent, InlineState } from '../../shared/inline.ts';
import type { EnsureProgress, EnsureResult, ModelSuggestion } from '../../shared/local-models.ts';
import type { ModelDetails } from '../../shared/model-details.ts';
import type { Model } from '../../shared/models.ts';
import * as protocol from '../../shared/protocol.ts';
import { settingsSection } from '../../shared/settings.ts';
import type { Status } from '../../shared/status.ts';
import { documentSync } from '../inline/document-sync.ts';
import { nearbySymbolsHandler } from '../inline/nearby-symbols.ts';
import { effectiveSettings } from '../settings/effective-settings.ts';
import { networkSettings } from '../settings/network-settings.ts';
import { keyVariablesOf, serverEnvironment } from './environment.ts';
import { type KeyChannel, keyChannel } from './key-channel.ts';

export type ServerConnection = {
  /** Streams parts while it waits. Rejects with what the server answers, or with a JSON-RPC error. */
  ask(
    params: AskParams,
    onPart: (part: protocol.AskPart) => void,
    token: vscode.CancellationToken,
  ): Promise<protocol.AskResult>;
  explain(params: AskParams): Promise<protocol.ExplainResult>;
  /** Returns how many corrections are remembered. */
  correctTask(params: protocol.CorrectTaskParams): Promise<number>;
  forgetCorrections(): Promise<null>;
  status(): Promise<Status>;
  listModels(params: protocol.ListModelsParams): Promise<readonly Model[]>;
  testProvider(provider: string): Promise<{ readonly models: number }>;
  discover(): Promise<DiscoverResult>;
  /** Models worth fetching for this workstation. */
  suggestModels(): Promise<readonly ModelSuggestion[]>;
  /** Fetches and loads a local model; cancelling stops a download nobody else waits for. */
  ensureModel(
    model: ModelId,
    onProgress: (progress: EnsureProgress) => void,
    token: vscode.CancellationToken,
  ): Promise<EnsureResult>;
  unloadModel(model: ModelId): Promise<null>;
  /** Of those that something is known of. */
  modelDetails(models: readonly ModelId[]): Promise<readonly ModelDetails[]>;
  clearCache(): Promise<number>;
  refreshRegistry(token: vscode.CancellationToken): Promise<protocol.RegistryRefreshed>;
  /** Every model in the light of ghost text. */
  inlineCandidates(): Promise<readonly InlineCandidate[]>;
  pauseInline(paused: boolean): Promise<InlineState>;
  /** Tells what became of ghost text. */
  inlineEvent(event: InlineEvent): Promise<void>;
  readonly keys: KeyChannel;
  /** Tells the server that settings changed; it then pulls them. */
  settingsChanged(): Promise<void>;
  stop(): Promise<void>;
};

export type ServerConnectionOptions = {
  /** The server's bundle. */
  readonly module: string;
  /** A folder of the extension's own; also the server's working directory, so that nothing resolves in a workspace. */
  readonly storagePath: string;
  readonly log: vscode.LogOutputChannel;
  /** Whether to restart the server after it ended unexpectedly. */
  onEnded(): boolean;
  /** The server runs, for the first time or after a restart. */
  onRunning(): void;
  onStatus(status: Status): void;
  /** Whether ghost text shows nothing in a document now. */
  isTaken(document: vscode.TextDocument): boolean;
};

/** Starts the server. Rejects when it does not start. */
export async function connectToServer(options: ServerConnectionOptions): Promise<ServerConnection> {
  let child: ChildProcess | undefined;
  let keys: KeyChannel | undefined;
  let ran = false;

  const launch = async (): Promise<ChildProcess> => {
    child = forkServer(options);
    keys = keyChannel(child);
    return child;
  };
  const clientOptions: LanguageClientOptions = {
    outputChannel: options.log,
    // The library's trace would write prompts to the log, and reads a setting that any workspace can set.
    traceOutputChannel: withoutTrace(options.log),
    initializationOptions: (): protocol.InitializationOptions => ({
      storagePath: options.storagePath,
      network: networkSettings((key) => vscode.workspace.getConfiguration('http').inspect(key)),
      inlineSymbols: true,
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
        options.isTaken(document) ? [] : next(document, position, context, token),
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const restart = ran && options.onEnded();
        return { action: restart ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
      },
    },
    initializationFailedHandler: () => false,
  };
  const client = new QuietClient('rumbo', 'Rumbo', launch, clientOptions);
  client.onNotification(protocol.statusChanged, options.onStatus);
  client.onRequest(protocol.inlineSymbols, nearbySymbolsHandler());
  const sync = documentSync(client);
  client.registerFeature(sync);

  const connection: ServerConnection = {
    async ask(params, onPart, token) {
      const partialResultToken = crypto.randomUUID();
      const parts = client.onProgress(protocol.askPart, partialResultToken, onPart);
      try {
        return await client.sendRequest(protocol.ask, { ...params, partialResultToken }, token);
      } finally {
        parts.dispose();
      }
    },
    explain: (params) => client.sendRequest(protocol.explain, params),
    correctTask: (params) => client.sendRequest(protocol.correctTask, params),
    forgetCorrections: () => client.sendRequest(protocol.forgetCorrections),
    status: () => client.sendRequest(protocol.status),
    listModels: (params) => client.sendRequest(protocol.listModels, params),
    testProvider: (provider) => client.sendRequest(protocol.testProvider, { provider }),
    discover: () => client.sendRequest(protocol.discover),
    suggestModels: () => client.sendRequest(protocol.suggestModels),
    async ensureModel(model, onProgress, token) {
      const progressToken = crypto.randomUUID();
      const progress = client.onProgress(protocol.ensureProgress, progressToken, onProgress);
      try {
        return await client.sendRequest(protocol.ensureModel, { model, progressToken }, token);
      } finally {
        progress.dispose();
      }
    },
    unloadModel: (model) => client.sendRequest(protocol.unloadModel, { model }),
    modelDetails: (models) => client.sendRequest(protocol.modelDetails, { models }),
    clearCache: () => client.sendRequest(protocol.clearCache),
    refreshRegistry: (token) => client.sendRequest(protocol.refreshRegistry, token),
    inlineCandidates: () => client.sendRequest(protocol.inlineCandidates),
    pauseInline: (paused) => client.sendRequest(protocol.pauseInline, { paused }),
    inlineEvent: (event) => client.sendNotification(protocol.inlineEvent, event),
    keys: {
      send: (command) =>
        keys ? keys.send(command) : Promise.reject(new Error('The server has no process.')),
    },
    settingsChanged: () =>
      client.sendNotification(DidChangeConfigurationNotification.type, { settings: null }),
    stop() {
      sync.dispose();
      return client.stop().finally(() => child?.kill());
    },
  };
  client.onDidChangeState(({ newState }) => {
    if (newState !== State.Running) return;
    ran = true;
    options.onRunning();
  });
  await client.start();
  return connection;
}

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
