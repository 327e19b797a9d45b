/** Models on this machine through the bundled server: found, offered, pulled, unloaded, described. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CancellationTokenSource } from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import { defaultPorts } from '../../../server/discovery/addresses.ts';
import { engines } from '../../../server/engines/table.ts';
import type { EnsureProgress, LocalModelState } from '../../../shared/local-models.ts';
import type { ModelDetails } from '../../../shared/model-details.ts';
import {
  discover,
  ensureModel,
  ensureProgress,
  listModels,
  modelDetails,
  status,
  statusChanged,
  suggestModels,
  unloadModel,
} from '../../../shared/protocol.ts';
import type { Status } from '../../../shared/status.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { fakeOllamaModels } from '../../support/local-engines/ollama.ts';
import { ollamaPages } from '../../support/model-servers.ts';
import { type PageServer, pageServer } from '../../support/page-server.ts';
import { withoutDiscovery, withoutLocalEngines } from '../../support/without-local-engines.ts';
import { ask, bareEnv, entry, failure, fake, type Settings, server, until } from './support.ts';

/** On the default port of another kind; the first free one. `undefined`: all are in use. */
async function onOtherPort(pages: PageServer['pages']): Promise<PageServer | undefined> {
  for (const port of defaultPorts(engines).toReversed()) {
    const running = await pageServer(pages, { port }).catch(() => undefined);
    if (running) return running;
  }
  return;
}

/** A fake Ollama as the provider `mine`. */
async function withOllama(
  t: TestContext,
  models: Parameters<typeof fakeOllamaModels> = [],
  more: Settings = {},
) {
  const ollama = await fakeOllamaModels(...models);
  t.after(() => ollama.close());
  const mine = { kind: 'ollama', baseUrl: ollama.baseUrl };
  const rumbo = await server(t, { 'rumbo.providers': { mine }, ...more });
  return { ollama, rumbo };
}

const localOf = async ({ connection }: TerminalServer, provider: string) =>
  (await connection.sendRequest(status)).providers.find(({ name }) => name === provider)?.local;

/** Details when they meet the condition; some seconds at most. */
async function detailsWhen(
  { connection }: TerminalServer,
  wanted: (details: readonly ModelDetails[]) => boolean,
): Promise<readonly ModelDetails[]> {
  for (const deadline = Date.now() + 8_000; ; ) {
    const details = await connection.sendRequest(modelDetails, {});
    if (wanted(details)) return details;
    if (Date.now() > deadline) throw new Error(`The details never came: ${JSON.stringify(details)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

test('an engine on another kind’s port is found and offered, and used only after the user’s consent', async (t) => {
  const ollama = await onOtherPort(ollamaPages);
  assert.ok(ollama, 'every usual port is in use: end one of the servers that listen there');
  t.after(() => ollama.close());
  const rumbo = await server(t, {});
  const offersSent: (readonly string[])[] = [];
  rumbo.connection.onNotification(
    statusChanged,
    ({ offers = [] }) => void offersSent.push(offers.map(({ baseUrl }) => baseUrl)),
  );

  const { endpoints, scope } = await rumbo.connection.sendRequest(discover);
  const found = endpoints.find(({ baseUrl }) => baseUrl === ollama.root);
  assert.deepEqual(found, {
    kind: 'ollama',
    label: 'Ollama',
    baseUrl: ollama.root,
    state: 'ready',
    version: '0.33.0',
    models: ['qwen3:8b'],
    use: 'offered',
    name: `ollama-${ollama.port}`,
  });
  assert.match(scope, /^Looked .*\.$/);
  await until(rumbo, ({ offers = [] }) => offers.some(({ baseUrl }) => baseUrl === ollama.root));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(offersSent.at(-1)?.includes(ollama.root), 'the client is notified');
  const models = () => rumbo.connection.sendRequest(listModels, {});
  assert.deepEqual(await models().then((all) => all.filter(({ source }) => source === 'local')), []);
  assert.ok(ollama.requests.every(({ method, body }) => method === 'GET' && body === undefined));

  await rumbo.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: {
      ...withoutDiscovery,
      'rumbo.providers': {
        ...withoutLocalEngines,
        [`ollama-${ollama.port}`]: { kind: 'ollama', baseUrl: ollama.root, source: 'local' },
      },
    },
  });
  await until(
    rumbo,
    ({ providers, offers }) =>
      providers.some(({ name, state }) => name === `ollama-${ollama.port}` && state === 'ready') &&
      !offers?.some(({ baseUrl }) => baseUrl === ollama.root),
  );
  assert.ok((await models()).some(({ id }) => id === `ollama-${ollama.port}/qwen3:8b`));
});

/** The provider at this address has listed its model. */
const isReadyAt = (root: string) => (now: Status) =>
  now.providers.some(
    ({ origin, state, models }) => origin === root && state === 'ready' && models.length === 1,
  );

test('an address the user names is a provider as soon as a server answers there', async (t) => {
  const ollama = await pageServer(ollamaPages);
  t.after(() => ollama.close());
  const rumbo = await server(t, { 'rumbo.local.endpoints': [ollama.root] });
  assert.equal(ollama.requests.length, 0, 'no request before discovery');
  const { endpoints } = await rumbo.connection.sendRequest(discover);
  assert.equal(endpoints.find(({ baseUrl }) => baseUrl === ollama.root)?.use, 'used');
  await until(rumbo, isReadyAt(ollama.root));
});

test('named addresses are scanned from the start, and new ones as soon as they are named', async (t) => {
  const [first, second] = [await pageServer(ollamaPages), await pageServer(ollamaPages)];
  for (const each of [first, second]) t.after(() => each.close());
  const settings = (...endpoints: string[]) => ({
    'rumbo.local.discoverEveryMinutes': 1440,
    'rumbo.local.endpoints': endpoints,
    'rumbo.providers': withoutLocalEngines,
  });
  const rumbo = await server(t, settings(first.root));
  await until(rumbo, isReadyAt(first.root));
  await rumbo.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: settings(first.root, second.root),
  });
  await until(rumbo, (now) => isReadyAt(first.root)(now) && isReadyAt(second.root)(now));
});

test('without the user’s consent nothing is scanned', async (t) => {
  const ollama = await onOtherPort(ollamaPages);
  assert.ok(ollama, 'every usual port is in use: end one of the servers that listen there');
  t.after(() => ollama.close());
  const rumbo = await server(t, {});
  await rumbo.connection.sendRequest(status);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(ollama.requests.length, 0);
});

test('a model is pulled with progress, can be used at once, and is unloaded', async (t) => {
  const { ollama, rumbo } = await withOllama(t, [{ 'coder:7b': [['sha256:weights', 5_000]] }]);
  const received: EnsureProgress[] = [];
  rumbo.connection.onProgress(ensureProgress, 'mine', (progress) => void received.push(progress));
  const ensured = await rumbo.connection.sendRequest(ensureModel, {
    model: 'mine/coder:7b',
    progressToken: 'mine',
  });
  assert.deepEqual([ensured.model, ensured.outcome], ['mine/coder:7b', 'pulled']);
  const complete = received.findLast(({ stage }) => stage === 'downloading');
  assert.deepEqual([complete?.completedBytes, complete?.totalBytes], [5_000, 5_000]);
  const models = await rumbo.connection.sendRequest(listModels, { provider: 'mine' });
  assert.deepEqual(
    models.map(({ id }) => id),
    ['mine/coder:7b'],
  );
  const [loaded] = (await localOf(rumbo, 'mine')) ?? [];
  assert.deepEqual([loaded?.name, loaded?.state], ['coder:7b', 'loaded']);

  assert.equal(await rumbo.connection.sendRequest(unloadModel, { model: 'mine/coder:7b' }), null);
  assert.equal(ollama.memory.size, 0);
  assert.equal((await localOf(rumbo, 'mine'))?.[0]?.state, 'on-disk');
});

test('a request that loads a model shows it in memory', async (t) => {
  const { rumbo } = await withOllama(t, [{}, { 'coder:7b': 5_000 }]);
  const isIn = (wanted: LocalModelState) => (now: Status) =>
    now.providers.some(({ local }) => local?.some(({ state }) => state === wanted));
  await until(rumbo, isIn('on-disk'));
  assert.equal((await ask(rumbo, { prompt: 'hi' })).text, 'Here I am.');
  await until(rumbo, isIn('loaded'));
});

test('a model stays in memory for the time that the user sets', async (t) => {
  for (const [minutes, seconds] of [
    [null, undefined],
    [5, 300],
    [-1, -1],
  ] as const) {
    const { ollama, rumbo } = await withOllama(t, [{}, { 'coder:7b': 5_000 }], {
      'rumbo.local.keepAliveMinutes': minutes,
    });
    await rumbo.connection.sendRequest(ensureModel, { model: 'mine/coder:7b' });
    assert.equal(ollama.memory.get('coder:7b'), seconds);
  }
});

test('a cancelled pull ends at the engine, is in the status while it runs, and can be resumed', async (t) => {
  const { ollama, rumbo } = await withOllama(t, [{ 'coder:7b': [['sha256:weights', 4_000]] }]);
  ollama.network.allow(2);
  const cancel = new CancellationTokenSource();
  const pulling = failure(
    rumbo.connection.sendRequest(ensureModel, { model: 'mine/coder:7b' }, cancel.token),
  );
  await until(rumbo, ({ providers }) =>
    providers.some(({ local }) =>
      local?.some(
        ({ name, state, progress }) => name === 'coder:7b' && state === 'downloading' && progress === 0.5,
      ),
    ),
  );
  cancel.cancel();
  assert.equal((await pulling).kind, 'cancelled');
  const pull = ollama.requests.find(({ path }) => path === '/api/pull');
  for (let attempt = 0; attempt < 100 && !pull?.signal.aborted; attempt++)
    await new Promise((r) => setTimeout(r, 10));
  assert.ok(pull?.signal.aborted, 'the engine’s socket was closed');
  assert.deepEqual(await localOf(rumbo, 'mine'), []);

  ollama.network.allow(2);
  const { outcome } = await rumbo.connection.sendRequest(ensureModel, { model: 'mine/coder:7b' });
  assert.equal(outcome, 'pulled');
});

test('an absent model, and a provider without managed models, are rejected with a sentence and an action', async (t) => {
  const { rumbo } = await withOllama(t);
  const absent = await failure(rumbo.connection.sendRequest(ensureModel, { model: 'mine/unknown:1b' }));
  assert.equal(absent.kind, 'model-not-found');
  const cloud = await failure(rumbo.connection.sendRequest(unloadModel, { model: 'openai/gpt-4o' }));
  assert.equal(cloud.kind, 'invalid-request');
  for (const { message, action } of [absent, cloud]) assert.match(`${message} ${action}`, /^.+\. .+\.$/);
});

test('details come from engine and registry, and exist after a restart without network', async (t) => {
  const engine = await pageServer({
    ...ollamaPages,
    'POST /api/show': {
      body: { capabilities: ['completion', 'tools'], license: 'Apache License\nVersion 2.0' },
    },
  });
  t.after(() => engine.close());
  const settings: Settings = {
    'rumbo.providers': { mine: { kind: 'ollama', baseUrl: engine.root }, openai: { models: ['gpt-4o'] } },
  };
  const options = { initializationOptions: { storagePath: mkdtempSync(join(tmpdir(), 'rumbo-')) } };
  const first = await server(t, settings, options);
  const ofMine = (details: readonly ModelDetails[]) => details.find(({ id }) => id === 'mine/qwen3:8b');
  const loadedDetails = await detailsWhen(first, (all) => ofMine(all)?.fields.licence !== undefined);
  assert.deepEqual(ofMine(loadedDetails)?.types, ['chat', 'tools']);
  assert.equal(ofMine(loadedDetails)?.fields.licence, 'Apache License');
  assert.equal(ofMine(loadedDetails)?.provenance.licence?.by, 'engine');
  const cloud = loadedDetails.find(({ id }) => id === 'openai/gpt-4o');
  assert.equal(cloud?.provenance.price?.by, 'registry', 'without a request to the service');
  await first.close();
  await engine.close();

  const second = await server(t, settings, options);
  const again = await second.connection.sendRequest(modelDetails, {
    models: ['mine/qwen3:8b', 'mine/unknown'],
  });
  assert.equal(again.length, 1);
  assert.deepEqual(again[0]?.fields, ofMine(loadedDetails)?.fields);
});

test('a service gets no request for its list or details before it is used', async (t) => {
  const cloud = await fake(t, fakeOpenAi, { models: ['fake-model'] });
  const provider = entry(cloud, { source: 'api', keyEnv: 'LAB_KEY', models: ['fake-model'] });
  const rumbo = await server(
    t,
    { 'rumbo.providers': { cloud: provider }, 'rumbo.models.describeWith': 'free' },
    { env: bareEnv({ LAB_KEY: 'sk-lab' }) },
  );
  await detailsWhen(rumbo, (all) => all.some(({ id }) => id === 'cloud/fake-model'));
  await rumbo.connection.sendRequest(discover);
  assert.equal(cloud.requests.length, 0);
});

test('a model on this machine describes the others only if the user wants it', async (t) => {
  const reply = '[{"model": "lab/fake-model", "summary": "Answers with its prompt.", "types": ["chat"]}]';
  const lab = await fake(t, fakeOpenAi, { reply });
  const providers = { 'rumbo.providers': { lab: entry(lab) } };
  const ofLab = (details: readonly ModelDetails[]) => details.find(({ id }) => id === 'lab/fake-model');
  const withoutDescriptions = await server(t, providers);
  await detailsWhen(withoutDescriptions, (all) => ofLab(all)?.fields.price !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(lab.chats.length, 0);

  const more = { 'rumbo.models.describeWith': 'free', 'rumbo.models.detailBatchSize': 100 };
  const withDescriptions = await server(t, { ...providers, ...more });
  const described = ofLab(
    await detailsWhen(withDescriptions, (all) => ofLab(all)?.fields.summary !== undefined),
  );
  assert.equal(described?.fields.summary, 'Answers with its prompt.');
  assert.equal(described?.provenance.summary?.by, 'model');
  assert.equal(lab.chats.length, 1, 'one request for all of them');
  const { today } = await withDescriptions.connection.sendRequest(status);
  assert.equal(today.requests, 1, 'it is in the ledger like any other');
});

test('suggests models for this machine’s memory', async (t) => {
  const rumbo = await server(t, {});
  const suggested = await rumbo.connection.sendRequest(suggestModels);
  for (const { label, names } of suggested) assert.ok(label !== '' && names['ollama']);
});
