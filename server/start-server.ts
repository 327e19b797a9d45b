/** The composition root: makes the modules, connects their events, serves the client, and disposes of them in the end. */
import type { Connection, InitializeParams } from 'vscode-languageserver/node';
import { statusChanged } from '../shared/protocol.ts';
import { configureProviders, settingsApplier } from './apply-settings.ts';
import { createModules, type Modules } from './create-modules.ts';
import { backgroundAnswer } from './orchestration/background-answer.ts';
import { withTimeout } from './platform/with-timeout.ts';
import { collectDiagnostics } from './rpc/diagnostics.ts';
import { serveInline } from './rpc/inline-completion.ts';
import { serveKeyCommands } from './rpc/key-channel.ts';
import { registerRequestHandlers, signalOf } from './rpc/request-handlers.ts';
import { statusReader } from './rpc/status.ts';
import type { parseCommandLine } from './settings/command-line.ts';
import { followSettings } from './settings/settings-source.ts';

export type ServerOptions = {
  readonly connection: Connection;
  readonly params: InitializeParams;
  /** The folder of the bundle, where the keychain's process is. */
  readonly home: string;
  readonly version: string;
  readonly config: Awaited<ReturnType<typeof parseCommandLine>>;
};

export function startServer({ connection, params, home, version, config }: ServerOptions): void {
  const modules = createModules(connection, params, home);
  const { log, current, keys, inlineCompletion, providers, statusNotifier } = modules;
  log.info(`Rumbo ${version} on Node ${process.versions.node}`);
  const status = statusReader({ ...modules, version });
  statusNotifier.onDue(() => void connection.sendNotification(statusChanged, status()));
  connectEvents(modules);

  const onChange = statusNotifier.changed;
  const applySettings = settingsApplier({ ...modules, onChange });
  const ready = followSettings({ config, connection, params, current, applySettings, log, onChange });
  const diagnostics = () => collectDiagnostics({ ...modules, status, settings: current.get, recentLog: log });
  registerRequestHandlers(connection, {
    ...modules,
    ready: withCorrections(ready, modules),
    status,
    diagnostics,
  });
  serveInline(connection, inlineCompletion, ready, signalOf);
  serveKeyCommands(process, { keys, providers, ready });
  process.on('message', modules.editor.receive);
  const stopWatching = keys.watch((changed) => {
    for (const name of changed) providers.get(name)?.reset();
    onChange();
  });
  connection.onShutdown(() => {
    stopWatching();
    return dispose(modules);
  });
}

/** Milliseconds that the first request may wait for corrections of earlier runs, which are encrypted with a key of the keychain. */
const maxCorrectionsMs = 500;

function withCorrections(
  ready: () => Promise<unknown> | undefined,
  { corrections }: Pick<Modules, 'corrections'>,
): typeof ready {
  let isWaiting = true;
  const read = withTimeout(corrections.ready(), maxCorrectionsMs).then(() => {
    isWaiting = false;
  });
  return () => (isWaiting ? Promise.all([ready(), read]) : ready());
}

function connectEvents({
  orchestrator,
  providers,
  discovered,
  modelCatalog,
  inlineCompletion,
}: Modules): void {
  modelCatalog.describeModelsWith(backgroundAnswer(orchestrator));
  providers.useEngineFacts(modelCatalog.engineFacts);
  providers.onModelsListed(modelCatalog.onModelsListed);
  providers.onModelsListed(inlineCompletion.onModelsListed);
  providers.onModelUsed(modelCatalog.onModelUsed);
  discovered.onChange(() => {
    configureProviders({ discovered, providers, modelCatalog });
    void providers.refreshLocal();
  });
}

/** Milliseconds that what is being stored may still take. */
const flushTimeoutMs = 1_000;

async function dispose(modules: Modules): Promise<void> {
  modules.statusNotifier.dispose();
  modules.discovered.dispose();
  await modules.inlineCompletion.dispose();
  modules.modelCatalog.dispose();
  modules.registryRefresh.dispose();
  // A frozen keychain must not keep the process alive.
  await withTimeout(modules.corrections.flush(), flushTimeoutMs);
  modules.keychain.dispose();
  modules.editor.dispose();
  // Its file takes what the journal holds, not what is still being written there.
  await modules.ledger.whenWritten?.();
  modules.ledger.dispose();
  await modules.closeHttp();
  modules.logConsole.dispose();
  modules.logFile?.dispose();
}
