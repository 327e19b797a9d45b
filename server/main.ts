/** The composition root: makes the modules, connects their events, serves the client, and disposes of them in the end. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  StreamMessageReader,
} from 'vscode-languageserver/node';
import { statusChanged } from '../shared/protocol.ts';
import { configureProviders, settingsApplier } from './apply-settings.ts';
import { createModules, type Modules } from './create-modules.ts';
import { backgroundAnswer } from './orchestration/background-answer.ts';
import { messageWriter } from './platform/message-writer.ts';
import { inlineCapabilities, serveInline } from './rpc/inline-completion.ts';
import { serveKeyCommands } from './rpc/key-commands.ts';
import { registerRequestHandlers, signalOf } from './rpc/routes.ts';
import { statusReader } from './rpc/status.ts';
import { parseCommandLine } from './settings/command-line.ts';
import { followSettings } from './settings/settings-source.ts';

/** dist/ when bundled, server/ when run as it is; the package is one above both. */
const home = dirname(process.argv[1] ?? '');
const { version } = JSON.parse(readFileSync(join(home, '..', 'package.json'), 'utf8')) as { version: string };
const config = parseCommandLine(process.argv);

const connection = createConnection(
  ProposedFeatures.all,
  new StreamMessageReader(process.stdin),
  messageWriter(process.stdout),
);
connection.onInitialize((params) => start(params));
connection.listen();

function start(params: InitializeParams): InitializeResult {
  const modules = createModules(connection, params, home);
  const { log, current, keys, inlineCompletion, providers, statusNotifier } = modules;
  log.info(`Rumbo ${version} on Node ${process.versions.node}`);
  const status = statusReader({ ...modules, version });
  statusNotifier.onDue(() => void connection.sendNotification(statusChanged, status()));
  connectEvents(modules);

  const onChange = statusNotifier.changed;
  const applySettings = settingsApplier({ ...modules, onChange });
  const ready = followSettings({ config, connection, params, current, applySettings, log, onChange });
  registerRequestHandlers(connection, { ...modules, ready, status });
  serveInline(connection, inlineCompletion, ready, signalOf);
  serveKeyCommands(process, { keys, providers, ready });
  connection.onShutdown(() => dispose(modules));
  return { capabilities: inlineCapabilities, serverInfo: { name: 'rumbo', version } };
}

function connectEvents({
  orchestrator,
  providers,
  discovered,
  modelCatalog,
  inlineCompletion,
}: Modules): void {
  modelCatalog.describeModelsWith(backgroundAnswer(orchestrator));
  providers.onModelsListed(modelCatalog.onModelsListed);
  providers.onModelsListed(inlineCompletion.onModelsListed);
  providers.onModelUsed(modelCatalog.onModelUsed);
  discovered.onChange(() => {
    configureProviders({ discovered, providers, modelCatalog });
    void providers.refreshLocal();
  });
}

async function dispose(modules: Modules): Promise<void> {
  modules.statusNotifier.dispose();
  modules.discovered.dispose();
  await modules.inlineCompletion.dispose();
  modules.modelCatalog.dispose();
  modules.registryRefresh.dispose();
  modules.keychain.dispose();
  modules.ledger.dispose();
  await modules.closeHttp();
  modules.logConsole.dispose();
}
