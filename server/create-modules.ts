/** Makes every module once, in order: each gets the modules that were made before it. Events between them are connected in main.ts. */
import { join } from 'node:path';
import type { Connection, InitializeParams } from 'vscode-languageserver/node';
import { withEnvironmentProxy } from '../shared/environment-proxy.ts';
import type { InitializationOptions } from '../shared/protocol.ts';
import { createAccounting } from './accounting/record.ts';
import { cacheLimits } from './apply-settings.ts';
import { responseCache } from './cache/response-cache.ts';
import { warmPrefixes } from './cache/warm-prefixes.ts';
import { discoveredProviders } from './catalog/discovered-providers.ts';
import { createModelCatalog } from './catalog/model-catalog.ts';
import { createRegistryRefresh } from './catalog/registry-refresh.ts';
import { engines } from './engines/table.ts';
import { inlineCompletionService } from './inline-completion/service.ts';
import { createBudgets } from './metrics/budget.ts';
import { counters } from './metrics/counters.ts';
import { createLedger } from './metrics/ledger.ts';
import { createModelStats } from './metrics/model-stats.ts';
import { modelsStore } from './models/models-store.ts';
import { modelRequestRules } from './models/request-rules.ts';
import { createOrchestrator } from './orchestration/orchestrator.ts';
import { batchedConsole } from './platform/batched-console.ts';
import { dockerSocketPath } from './platform/docker-socket.ts';
import { encryptedFile } from './platform/encrypted-file.ts';
import { undiciHttp } from './platform/http.ts';
import { logTo } from './platform/log.ts';
import { logFile } from './platform/log-file.ts';
import { httpRules } from './providers/http-consent.ts';
import { providerRegistry } from './providers/provider-registry.ts';
import { modelRegistry } from './registry/registry.ts';
import { userCorrections } from './routing/classifier/user-corrections.ts';
import { clientSymbols } from './rpc/inline-completion.ts';
import { throttledNotifier } from './rpc/status.ts';
import { dataKey } from './secrets/data-key.ts';
import { editorSecrets } from './secrets/editor-secrets.ts';
import { keyIndex } from './secrets/key-index.ts';
import { osKeychain } from './secrets/keychain.ts';
import { keyStore } from './secrets/keys.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { currentSettings } from './settings/current-settings.ts';

/** Answers of earlier runs from which the speed of each model and its token counts are measured. */
const recentSampleCount = 500;

/** @param home the folder of the bundle, where the keychain's process is */
export function createModules(connection: Connection, params: InitializeParams, home: string) {
  const options = (params.initializationOptions ?? {}) as InitializationOptions;
  const { storagePath } = options;
  // A copy: each access to `process.env` calls the operating system.
  const env = { ...process.env };
  const now = () => Date.now();
  const logConsole = batchedConsole(connection.console);
  const file = storagePath === undefined ? undefined : logFile(storagePath);
  const log = logTo(logConsole, { file, level: () => settings()['log.level'] });
  const warn = (message: string) => log.warn(message);
  const statusNotifier = throttledNotifier();
  const onChange = statusNotifier.changed;
  const current = currentSettings(env);
  const settings = current.get;

  const network = withEnvironmentProxy(options.network, env);
  const { http, dispose: closeHttp } = undiciHttp(network, dockerSocketPath, httpRules(settings));
  const keychain = osKeychain(join(home, 'keychain.cjs'));
  const editor = editorSecrets(process.send ? (request) => process.send?.(request) : undefined);
  const keys = keyStore({
    ...{ env, keychain, index: keyIndex(storagePath), onProblemChanged: onChange },
    ...editorStore(editor, options.editorSecrets),
    setting: () => settings()['keys.store'],
  });
  const ledger = createLedger(storagePath, now, warn);
  const budgets = createBudgets(ledger.usage, now);
  const cache = responseCache(cacheLimits(settings()));
  const metrics = counters();
  const modelStats = createModelStats();
  for (const sample of ledger.recentSamples(recentSampleCount)) modelStats.record(sample);
  const registry = modelRegistry(storagePath, now, warn);
  const { lookUp } = registry;
  const modelFacts = modelsStore(storagePath, warn);
  const requestRules = modelRequestRules({
    store: modelFacts,
    now,
    onChanged: () => providers.refreshModelFacts(),
  });

  const discovered = discoveredProviders({ http, env, now });
  const providers = providerRegistry({
    http,
    keys,
    env,
    now,
    definitions: engines,
    lookUp,
    identifyServer: discovered.identifyServer,
    requestRules,
    onChange,
  });
  const registryRefresh = createRegistryRefresh({ registry, providers, keys, http, log, now });
  const modelCatalog = createModelCatalog({
    providers,
    registry,
    env,
    storagePath,
    store: modelFacts,
    requestRules,
    settings,
    onChanged: onChange,
    onDetailsChanged: providers.onEngineFactsChanged,
    now,
  });
  const accounting = createAccounting({ providers, ledger, metrics, modelStats, log });
  const corrections = userCorrections(
    storagePath === undefined
      ? undefined
      : encryptedFile(
          join(storagePath, 'corrections.encrypted.json'),
          dataKey(keychain),
          join(storagePath, 'corrections.json'),
        ),
    warn,
  );
  const orchestrator = createOrchestrator({
    settings,
    providers,
    modelCatalog,
    modelStats,
    budgets,
    cache,
    warmPrefixes: warmPrefixes(),
    corrections,
    accounting,
    metrics,
    log,
    onChange,
  });
  const inlineCompletion = inlineCompletionService({
    settings,
    providers,
    modelCatalog,
    modelStats,
    budgets,
    ledger,
    accounting,
    metrics,
    log,
    storagePath,
    folders: workspaceFoldersOf(params),
    ...(options.inlineSymbols === true ? { requestSymbols: clientSymbols(connection) } : {}),
    onChange,
  });

  return {
    log,
    logConsole,
    logFile: file,
    statusNotifier,
    current,
    keychain,
    editor,
    keys,
    ledger,
    budgets,
    cache,
    corrections,
    metrics,
    network,
    closeHttp,
    discovered,
    providers,
    registryRefresh,
    modelCatalog,
    orchestrator,
    inlineCompletion,
  };
}

export type Modules = ReturnType<typeof createModules>;

/** @param place where the client offers it. Absent: it does not */
const editorStore = (store: SecretStore, place: InitializationOptions['editorSecrets']) =>
  place === undefined ? {} : { editor: { store, isFirst: place === 'first' } };

/** Folders that the client has opened, by URI. */
const workspaceFoldersOf = ({ workspaceFolders, rootUri }: InitializeParams): readonly string[] =>
  workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
