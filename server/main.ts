/** The composition root: everything is made here, once, and handed down. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  StreamMessageReader,
} from 'vscode-languageserver/node';
import type { KeyCommand } from '../shared/key-channel.ts';
import { ensureProgress, type InitializationOptions, statusChanged } from '../shared/protocol.ts';
import { defaultSettings, type Settings } from '../shared/settings.ts';
import { accounting } from './accounting/record.ts';
import { responseCache } from './cache/response-cache.ts';
import { warmPrefixes } from './cache/warm-prefixes.ts';
import { discoveredProviders } from './catalog/discovered-providers.ts';
import { modelCatalog } from './catalog/model-catalog.ts';
import { registrySources } from './catalog/registry-sources.ts';
import { engines } from './engines/table.ts';
import { type InlineCompletionService, inlineCompletionService } from './inline-completion/service.ts';
import { budgets } from './metrics/budget.ts';
import { counters } from './metrics/counters.ts';
import { ledger } from './metrics/ledger.ts';
import { modelStats } from './metrics/model-stats.ts';
import { backgroundAnswer } from './orchestration/background-answer.ts';
import { orchestrator } from './orchestration/orchestrator.ts';
import { undiciHttp } from './platform/http.ts';
import { logTo } from './platform/log.ts';
import { messageWriter } from './platform/message-writer.ts';
import { providerRegistry } from './providers/provider-registry.ts';
import { dailyJob } from './registry/daily.ts';
import { modelRegistry } from './registry/registry.ts';
import { userCorrections } from './routing/classifier/user-corrections.ts';
import { clientSymbols, inlineCapabilities, serveInline } from './rpc/inline-completion.ts';
import { keyCommandHandler } from './rpc/key-commands.ts';
import { modelRequests } from './rpc/model-requests.ts';
import { providerRequests } from './rpc/provider-requests.ts';
import { registerRequestHandlers, signalOf } from './rpc/routes.ts';
import { statusOf, throttledNotifier } from './rpc/status.ts';
import { keyIndex } from './secrets/key-index.ts';
import { osKeychain } from './secrets/keychain.ts';
import { keyStore } from './secrets/keys.ts';
import { parseCommandLine } from './settings/command-line.ts';
import type { ReadSettings } from './settings/read-settings.ts';
import { followClient, followFile, type SettingsSubscription } from './settings/settings-source.ts';

/** Answers of earlier runs that tell how fast each model is and how it counts. */
const rememberedAnswers = 500;

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
  const { storagePath, network, inlineSymbols } = (params.initializationOptions ??
    {}) as InitializationOptions;
  const log = logTo(connection.console);
  log.info(`Rumbo ${version} on Node ${process.versions.node}`);
  const now = () => Date.now();
  const announce = throttledNotifier(() => void connection.sendNotification(statusChanged, status()));

  let settings: Settings = defaultSettings;
  let problems: readonly string[] = [];
  let problemOfFile: string | undefined;

  const { http, dispose: closeHttp } = undiciHttp(network);
  const keychain = osKeychain(join(home, 'keychain.cjs'));
  const secrets = keyStore({ env: process.env, keychain, index: keyIndex(storagePath) });
  const book = ledger(storagePath, now, (message) => log.warn(message));
  const purse = budgets(book.usage, now);
  const cache = responseCache(cacheLimits(settings));
  const numbers = counters();
  const past = modelStats();
  for (const lesson of book.recentSamples(rememberedAnswers)) past.record(lesson);
  const models = modelRegistry(storagePath, now, (message) => log.warn(message));
  const found = discoveredProviders({
    http,
    env: process.env,
    now,
    onChanged: () => {
      settle();
      void providers.refreshLocal();
    },
  });
  const providers = providerRegistry({
    http,
    keys: secrets,
    now,
    onChange: announce.changed,
    definitions: engines,
    lookUp: models.lookUp,
    env: process.env,
    identifyServer: found.identifyServer,
    onModelsListed(provider) {
      shelf.onModelsListed(provider);
      ghost.onModelsListed(provider);
    },
    onModelUsed: (provider, model) => shelf.onModelUsed(provider, model),
  });
  const refreshRegistry = async (signal: AbortSignal) => {
    const sources = await registrySources(providers, secrets);
    const refreshed = await models.refresh({ http, sources, signal });
    log.info(`Models: ${refreshed.readable} of ${refreshed.requested} sources could be read.`);
    for (const change of refreshed.changes) log.info(change);
    for (const problem of refreshed.problems) log.warn(problem);
    providers.refreshModelFacts();
    return refreshed;
  };
  const everyDay = dailyJob({
    lastAtMs: models.refreshedAtMs,
    run: (signal) =>
      refreshRegistry(signal).catch((error: unknown) => {
        if (!signal.aborted) log.error('What models cost could not be read.', error);
      }),
    now,
  });
  const shelf = modelCatalog({
    providers,
    env: process.env,
    storagePath,
    settings: () => settings,
    registry: models,
    log,
    onChanged: announce.changed,
    now,
  });
  const records = accounting({ providers, ledger: book, metrics: numbers, modelStats: past, log });
  const answers = orchestrator({
    settings: () => settings,
    providers,
    cache,
    budgets: purse,
    accounting: records,
    metrics: numbers,
    modelStats: past,
    modelCatalog: shelf,
    warmPrefixes: warmPrefixes(),
    corrections: userCorrections(storagePath && join(storagePath, 'corrections.json'), (problem) =>
      log.warn(problem),
    ),
    log,
    onChange: announce.changed,
  });
  shelf.describeModelsWith(backgroundAnswer(answers));

  const ghost: InlineCompletionService = inlineCompletionService({
    settings: () => settings,
    providers: providers,
    catalog: shelf,
    budgets: purse,
    ledger: book,
    accounting: records,
    modelStats: past,
    counters: numbers,
    log,
    storagePath,
    folders: foldersOf(params),
    ...(inlineSymbols === true ? { requestSymbols: clientSymbols(connection) } : {}),
    onChange: announce.changed,
  });

  /** The providers as they are now, by the user's settings and by what was found. */
  const settle = (): void => {
    providers.configure(found.mergedSettings());
    shelf.onProvidersChanged();
  };

  const take = (read: ReadSettings): void => {
    const before = routingOf(settings);
    settings = withEnvironment(read.settings);
    problems = read.problems.map(({ message }) => message);
    problemOfFile = undefined;
    for (const problem of problems) log.warn(problem);
    found.applySettings(settings);
    settle();
    purse.configure(settings);
    ghost.onSettingsChanged();
    cache.resize(cacheLimits(settings));
    everyDay.setEnabled(settings['registry.refresh'] === 'daily');
    // Another order of models may mean another answer: the next request must obey, not remember.
    if (routingOf(settings) !== before) cache.clear();
    void providers.refresh();
    announce.changed();
  };

  const status = () =>
    statusOf({
      version,
      strategy: settings['routing.strategy'],
      priorityOrder: settings['routing.priorityOrder'],
      providers: providers.status().map(shelf.withLocalModels),
      ...found.offers(),
      budgets: purse.list(),
      today: book.spending('day'),
      inline: ghost.state(),
      inFlight: answers.inFlight(),
      problems: [...(problemOfFile ? [problemOfFile] : []), ...problems, ...providers.problems()],
      keyStore: secrets.store(),
    });

  const first = Promise.withResolvers<void>();
  let following: SettingsSubscription | undefined;
  const ready = () => first.promise.then(() => following?.pendingChanges());
  if (config) {
    take(config.read);
    followFile(config.file, take, ({ message }) => {
      problemOfFile = `${message} The settings from before still hold.`;
      log.warn(problemOfFile);
      announce.changed();
    });
    first.resolve();
  } else {
    connection.onInitialized(() => {
      following = followClient(connection, params, take);
      following.first.then(first.resolve, (error: unknown) => {
        log.error('The settings could not be read; the defaults hold.', error);
        take({ settings: defaultSettings, problems: [] });
        first.resolve();
      });
    });
  }

  registerRequestHandlers(connection, {
    ready,
    orchestrator: answers,
    status,
    log,
    metrics: numbers.read,
    clearCache: cache.clear,
    refreshRegistry,
    discover: found.discover,
    shelf,
    inline: ghost,
    ...providerRequests(providers),
    ...modelRequests(shelf, (token, progress) => connection.sendProgress(ensureProgress, token, progress)),
  });
  serveInline(connection, ghost, ready, signalOf);

  if (process.send) {
    const obey = keyCommandHandler(secrets, providers);
    process.on('message', async (command: KeyCommand) => {
      await ready();
      process.send?.(await obey(command));
    });
  }
  connection.onShutdown(async () => {
    announce.dispose();
    found.dispose();
    await ghost.dispose();
    shelf.dispose();
    everyDay.dispose();
    keychain.dispose();
    book.dispose();
    await closeHttp();
  });
  return { capabilities: inlineCapabilities, serverInfo: { name: 'rumbo', version } };
}

/** Folders that the client has opened, by URI. */
const foldersOf = ({ workspaceFolders, rootUri }: InitializeParams): readonly string[] =>
  workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);

const cacheLimits = (settings: Settings) => ({
  maxEntries: settings['cache.maxEntries'],
  maxAgeMs: settings['cache.maxAgeMinutes'] * 60_000,
});

/** All of the settings that decide which model answers. */
const routingOf = (settings: Settings): string =>
  JSON.stringify(
    Object.entries(settings).filter(([key]) =>
      /^(?:routing\.|models$|providers$|roles$|privacy\.|budget\.)/.test(key),
    ),
  );

/** `LLM_PRIORITY_ORDER`, comma-separated, wins for this run. */
function withEnvironment(settings: Settings): Settings {
  const order = (process.env['LLM_PRIORITY_ORDER'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return order.length > 0 ? { ...settings, 'routing.priorityOrder': order } : settings;
}
