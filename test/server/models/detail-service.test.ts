import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ListedModel } from '../../../server/engines/local-engine.ts';
import type { DetailLoader } from '../../../server/models/detail-loader.ts';
import { type DetailServiceDeps, detailService } from '../../../server/models/detail-service.ts';
import { diffModelSets, type SetChange, toServedModels } from '../../../server/models/model-set.ts';
import type { ModelId } from '../../../shared/chat.ts';
import type { DetailFacts } from '../../../shared/model-details.ts';
import { disposeAfterTests, listedModels, rejectAsDown, storeIn, temporaryFolder } from './stores.ts';

/** A loader of these facts that records each batch. */
function loaderOf(name: DetailLoader['name'], facts: (id: ModelId) => DetailFacts | undefined) {
  const batches: ModelId[][] = [];
  const loader: DetailLoader = {
    name,
    maxAgeMs: 3_600_000,
    appliesTo: () => true,
    load: async (models) => {
      batches.push(models.map(({ id }) => id));
      const found = models.map(({ id }) => [id, facts(id)] as const);
      return new Map(found.flatMap(([id, loaded]) => (loaded ? [[id, loaded] as const] : [])));
    },
  };
  return { ...loader, batches };
}
function details(loaders: readonly DetailLoader[], more: Partial<DetailServiceDeps> = {}) {
  const made = detailService({
    loaders,
    store: storeIn(),
    batchSize: () => 15,
    now: () => 1_000_000,
    onChanged: () => {},
    ...more,
  });
  return disposeAfterTests(made);
}
const setOf = (...listed: readonly ListedModel[]) =>
  new Map(
    toServedModels({ provider: 'p', kind: 'k', source: 'local' }, listed).map((model) => [model.id, model]),
  );
const added = (...listed: readonly ListedModel[]): SetChange => diffModelSets(new Map(), setOf(...listed));

test('facts are merged field by field, and each field has its origin', async () => {
  const at = new Date(1_000_000).toISOString();
  const service = details([
    loaderOf('engine', () => ({ tools: true, chat: true, contextTokens: 1 })),
    loaderOf('registry', () => ({ tools: false, fim: true, price: { input: 0, output: 0 } })),
    loaderOf('model', () => ({ summary: 'Good\n\u001b[31m for code.', vision: true, fim: false })),
  ]);
  service.setModels(added({ name: 'a', facts: { contextTokens: 8192, sizeBytes: 7 } }));
  assert.deepEqual(service.get('p/a')?.fields, { contextTokens: 8192, sizeBytes: 7 }, 'readable at once');
  await service.idle();
  assert.deepEqual(service.get('p/a'), {
    id: 'p/a',
    types: ['chat', 'fim', 'vision', 'tools'],
    fields: {
      chat: true,
      fim: true,
      vision: true,
      tools: true,
      summary: 'Good [31m for code.',
      contextTokens: 8192,
      sizeBytes: 7,
      price: { input: 0, output: 0 },
    },
    provenance: {
      chat: { by: 'engine', at },
      fim: { by: 'registry', at },
      vision: { by: 'model', at },
      tools: { by: 'engine', at },
      summary: { by: 'model', at },
      contextTokens: { by: 'list', at },
      sizeBytes: { by: 'list', at },
      price: { by: 'registry', at },
    },
  });
});

test('the queue is loaded in batches, each model once, even when it is queued again meanwhile', async () => {
  const engine = loaderOf('engine', () => ({}));
  const service = details([engine], { batchSize: () => 2 });
  const change = added(...listedModels('a', 'b', 'c', 'd', 'e'));
  service.setModels(change);
  service.setModels({ ...change, before: change.after, added: [] });
  assert.equal(service.pendingCount(), 5);
  assert.deepEqual(engine.batches, [], 'the caller does not wait');
  await service.idle();
  assert.deepEqual(engine.batches, [['p/a', 'p/b'], ['p/c', 'p/d'], ['p/e']]);
  assert.equal(service.pendingCount(), 0);
  service.setModels({ ...change, before: change.after, added: [] });
  await service.idle();
  assert.equal(engine.batches.length, 3, 'fresh facts are not loaded again');
});

test('a removed model leaves map and queue, and a late result for it is dropped', async () => {
  const gate = Promise.withResolvers<void>();
  const seen: ModelId[] = [];
  const slow: DetailLoader = {
    ...loaderOf('engine', () => ({})),
    async load(models) {
      seen.push(...models.map(({ id }) => id));
      await gate.promise;
      return new Map(models.map(({ id }) => [id, { chat: true }]));
    },
  };
  const service = details([slow], { batchSize: () => 1 });
  const before = setOf(...listedModels('a', 'b', 'c'));
  service.setModels(diffModelSets(new Map(), before));
  for (let turn = 0; turn < 1_000 && seen.length === 0; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(seen, ['p/a']);
  service.setModels(diffModelSets(before, setOf(...listedModels('c'))));
  gate.resolve();
  await service.idle();
  assert.deepEqual(seen, ['p/a', 'p/c']);
  assert.deepEqual(
    service.all().map(({ id }) => id),
    ['p/c'],
  );
});

test('a loader that fails, for one model or for all, does not affect other loaders', async () => {
  let works = false;
  const engine = loaderOf('engine', (id) => (id === 'p/a' || works ? { chat: true } : undefined));
  const broken: DetailLoader = { ...loaderOf('model', () => ({})), load: rejectAsDown };
  const registry = loaderOf('registry', () => ({ fim: true }));
  const service = details([engine, broken, registry]);
  const change = added(...listedModels('a', 'b'));
  service.setModels(change);
  await service.idle();
  assert.deepEqual(service.get('p/a')?.types, ['chat', 'fim']);
  assert.deepEqual(service.get('p/b')?.types, ['fim']);
  works = true;
  service.setModels({ ...change, before: change.after });
  await service.idle();
  assert.deepEqual(engine.batches, [['p/a', 'p/b'], ['p/b']], 'only missing facts are loaded again');
  assert.deepEqual(service.get('p/b')?.types, ['chat', 'fim']);
});

test('a slow loader does not delay the others', async () => {
  const gate = Promise.withResolvers<never>();
  const slow: DetailLoader = { ...loaderOf('model', () => ({})), load: () => gate.promise };
  const engine = loaderOf('engine', () => ({ chat: true }));
  const service = details([slow, engine], { batchSize: () => 1 });
  service.setModels(added(...listedModels('a', 'b', 'c')));
  while (engine.batches.length < 3) await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(service.get('p/c')?.fields.chat, true);
  gate.reject(new Error('at last'));
});

test('after three failures a model is skipped until facts would be old', async () => {
  let nowMs = 0;
  const engine = loaderOf('engine', () => undefined);
  const service = details([engine], { now: () => nowMs });
  const change = added(...listedModels('a'));
  const load = async () => {
    service.setModels(change);
    await service.idle();
    return engine.batches.length;
  };
  assert.deepEqual([await load(), await load(), await load(), await load()], [1, 2, 3, 3]);
  nowMs = 3_600_000;
  assert.equal(await load(), 4);
});

test('old facts are loaded again, and stay until new ones arrive', async () => {
  let nowMs = 0;
  let chat: boolean | undefined = true;
  const engine = loaderOf('engine', () => (chat === undefined ? undefined : { chat }));
  const service = details([engine], { now: () => nowMs });
  const change = added(...listedModels('a'));
  service.setModels(change);
  await service.idle();
  nowMs = 3_600_000;
  chat = undefined;
  service.setModels(change);
  await service.idle();
  assert.equal(engine.batches.length, 2);
  assert.equal(service.get('p/a')?.fields.chat, true);
});

test('a new version of a model is loaded again', async () => {
  let chat = true;
  const service = details([loaderOf('engine', () => ({ chat }))]);
  service.setModels(added({ name: 'a', version: 'v1' }));
  await service.idle();
  chat = false;
  service.setModels(added({ name: 'a', version: 'v2' }));
  assert.deepEqual(service.get('p/a')?.fields, {});
  await service.idle();
  assert.equal(service.get('p/a')?.fields.chat, false);
});

test('the next start has details before any network, and does not load them again', async () => {
  const folder = temporaryFolder();
  const price = { input: 1, output: 2, longContext: { overTokens: 3, rates: { input: 2, output: 4 } } };
  const first = details([loaderOf('engine', () => ({ chat: true, price }))], { store: storeIn(folder) });
  first.setModels(added({ name: 'a', version: 'v1' }, { name: 'b', version: 'v1' }, { name: 'c' }));
  await first.idle();
  first.setModels(diffModelSets(setOf(...listedModels('c')), new Map()));

  const engine = loaderOf('engine', () => ({ chat: false }));
  const next = details([engine], { store: storeIn(folder) });
  next.setModels(added({ name: 'a', version: 'v1' }, { name: 'b', version: 'v2' }, { name: 'c' }));
  assert.deepEqual(next.get('p/a')?.fields, { chat: true, price });
  assert.deepEqual(next.get('p/b')?.fields, {}, 'a new version');
  assert.deepEqual(next.get('p/c')?.fields, {}, 'it was removed');
  await next.idle();
  assert.deepEqual(engine.batches, [['p/b', 'p/c']]);
});

test('warns once about an unusable file, and keeps everything until the server stops', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'models.sqlite'),
    'this is no database, and long enough to be taken for one'.repeat(9),
  );
  const warnings: string[] = [];
  const store = storeIn(folder, (message) => warnings.push(message));
  const service = details([loaderOf('engine', () => ({ chat: true }))], { store });
  service.setModels(added(...listedModels('a')));
  await service.idle();
  store.saveList('p', { baseUrl: 'x', models: [] });
  assert.equal(service.get('p/a')?.fields.chat, true);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^Details of models cannot be stored \(.+\); they are loaded again/);
});

test('reports changes only', async () => {
  let changes = 0;
  const service = details([loaderOf('engine', () => ({}))], { onChanged: () => (changes += 1) });
  const change = added(...listedModels('a'));
  service.setModels(change);
  await service.idle();
  assert.equal(changes, 2, 'a new model, and its facts');
  service.setModels({ ...change, before: change.after });
  await service.idle();
  assert.equal(changes, 2);
});
