/** The models of all providers and their details: readable at once, filled in the background, kept when somebody fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import type { DetailLoader } from '../../../server/models/detail-loader.ts';
import { type DetailServiceDeps, detailService } from '../../../server/models/detail-service.ts';
import { type ModelFacts, validFacts } from '../../../server/models/model-facts.ts';
import { type ModelSource, modelService } from '../../../server/models/model-service.ts';
import {
  diffModelSets,
  type ListedModel,
  type SetChange,
  toServedModels,
} from '../../../server/models/model-set.ts';
import { modelsStore } from '../../../server/models/models-store.ts';
import type { ModelId } from '../../../shared/chat.ts';

const folders: string[] = [];
const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-models-'));
  folders.push(folder);
  return folder;
};
const storeIn = (folder?: string, warn: (message: string) => void = assert.fail) => {
  const store = modelsStore(folder, warn);
  closers.push(store.dispose);
  return store;
};
const down = () => Promise.reject(new Error('down'));
const names = (...all: string[]): ListedModel[] => all.map((name) => ({ name }));

/** A provider whose list can be changed. */
function fake(provider: string, listed: readonly ListedModel[] = []) {
  const source = {
    provider,
    kind: 'ollama',
    source: 'local' as const,
    baseUrl: `http://${provider}`,
    lists: 0,
    list: async (): Promise<readonly ListedModel[]> => {
      source.lists += 1;
      return listed;
    },
  } satisfies ModelSource & { lists: number };
  return source as Omit<typeof source, 'list'> & { list: ModelSource['list'] };
}
function service(sources: readonly ModelSource[], more: Partial<Parameters<typeof modelService>[0]> = {}) {
  const made = modelService({
    sources: () => sources,
    settings: () => ({ refreshEveryMinutes: 10 }),
    store: storeIn(),
    now: () => Date.now(),
    ...more,
  });
  closers.push(made.dispose);
  return made;
}
const ids = (set: ReadonlyMap<string, unknown>) => [...set.keys()];

test('lists are readable at once and fill in the background', async () => {
  const models = service([fake('a', names('x')), fake('b', names('y', 'z'))]);
  assert.deepEqual(ids(models.models()), []);
  models.start();
  assert.deepEqual(ids(models.models()), []);
  await models.refresh();
  assert.deepEqual(ids(models.models()), ['a/x', 'b/y', 'b/z']);
});

test('a provider that hangs or fails holds up nobody, and its last good list holds', async () => {
  const [steady, shaky] = [fake('a', names('x')), fake('b', names('y'))];
  const models = service([steady, shaky]);
  await models.refresh();
  shaky.list = down;
  await models.refresh();
  assert.deepEqual(ids(models.models()), ['a/x', 'b/y']);
  shaky.list = () => new Promise(() => {});
  steady.list = async () => names('new');
  void models.refresh();
  await models.refresh('a');
  assert.deepEqual(ids(models.models()), ['a/new', 'b/y']);
});

test('every pull hands on the old set and the new one, with what came and went', async () => {
  const source = fake('a', names('x', 'y'));
  const models = service([source]);
  const changes: SetChange[] = [];
  const end = models.onModelsChanged((change) => changes.push(change));
  await models.refresh();
  source.list = async () => names('y', 'z');
  await models.refresh();
  await models.refresh();
  end();
  await models.refresh();
  assert.deepEqual(
    changes.map(({ before, after, added, removed }) => [
      ids(before),
      ids(after),
      added.map(({ name }) => name),
      removed.map(({ name }) => name),
    ]),
    [
      [[], ['a/x', 'a/y'], ['x', 'y'], []],
      [['a/x', 'a/y'], ['a/y', 'a/z'], ['z'], ['x']],
      [['a/y', 'a/z'], ['a/y', 'a/z'], [], []],
    ],
  );
});

test('two pulls at a time are one, and a provider that left takes its models along', async () => {
  const [one, two] = [fake('a', names('x')), fake('b', names('y'))];
  let sources = [one, two];
  const models = service([], { sources: () => sources });
  await Promise.all([models.refresh(), models.refresh('a')]);
  assert.equal(one.lists, 1);
  sources = [two];
  models.onProvidersChanged();
  assert.deepEqual(ids(models.models()), ['b/y']);
});

test('the next start shows the models before any network, unless the provider has moved', async () => {
  const folder = newFolder();
  const listed: ListedModel[] = [
    { name: 'x', version: 'v1', remote: true, loaded: false, facts: { chat: true } },
  ];
  const [before, other] = [fake('a', listed), fake('b', names('y'))];
  await service([before, other], { store: storeIn(folder) }).refresh();
  const moved = { ...other, baseUrl: 'http://elsewhere', list: down };
  const after = service([{ ...before, list: down }, moved], { store: storeIn(folder) });
  assert.deepEqual(
    [...after.models().values()],
    toServedModels({ provider: 'a', kind: 'ollama', source: 'local' }, listed),
  );
  await after.refresh();
  assert.deepEqual(ids(after.models()), ['a/x']);
});

test('before a provider has told its list, what it usually has is there', async () => {
  const source = { ...fake('a', names('told')), fallbackModels: names('usual') };
  const models = service([source]);
  assert.deepEqual(ids(models.models()), ['a/usual']);
  await models.refresh();
  assert.deepEqual(ids(models.models()), ['a/told']);
});

test('lists are pulled again every so many minutes, as the settings say at that time', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 1_000_000;
  let minutes = 10;
  const source = fake('a');
  const models = service([source], {
    now: () => nowMs,
    settings: () => ({ refreshEveryMinutes: minutes }),
  });
  const pass = async (ms: number) => {
    nowMs += ms;
    mock.timers.tick(30_000);
    await new Promise(setImmediate);
    return source.lists;
  };
  models.start();
  assert.equal(source.lists, 0, 'nobody waits for the first pull');
  await new Promise(setImmediate);
  assert.equal(source.lists, 1);
  assert.equal(await pass(9 * 60_000), 1);
  assert.equal(await pass(60_000), 2);
  minutes = 1;
  assert.equal(await pass(60_000), 3);
  models.dispose();
  assert.equal(await pass(600_000), 3);
  mock.timers.reset();
});

test('ten thousand models, names twice and names with control characters harm nothing', () => {
  const of = { provider: 'p', kind: 'k', source: 'local' } as const;
  assert.equal(
    toServedModels(of, names(...Array.from({ length: 10_000 }, (_, at) => `m${at}`))).length,
    2_000,
  );
  const odd = names('a', 'a', '', 'b\u001b[2J', 'c\u202e', 'd'.repeat(301), '<b>e</b>');
  assert.deepEqual(
    toServedModels(of, odd).map(({ name }) => name),
    ['a', '<b>e</b>'],
  );
});

/** A loader that finds what it is told, and writes down each batch. */
function loaderOf(name: DetailLoader['name'], facts: (id: ModelId) => ModelFacts | undefined) {
  const batches: ModelId[][] = [];
  const loader: DetailLoader = {
    name,
    maxAgeMs: 3_600_000,
    appliesTo: () => true,
    load: async (models) => {
      batches.push(models.map(({ id }) => id));
      const found = models.map(({ id }) => [id, facts(id)] as const);
      return new Map(found.flatMap(([id, said]) => (said ? [[id, said] as const] : [])));
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
  closers.push(made.dispose);
  return made;
}
const setOf = (...listed: readonly ListedModel[]) =>
  new Map(
    toServedModels({ provider: 'p', kind: 'k', source: 'local' }, listed).map((model) => [model.id, model]),
  );
const all = (...listed: readonly ListedModel[]): SetChange => diffModelSets(new Map(), setOf(...listed));

test('loaders are joined field by field, and each field says whose word it is', async () => {
  const at = new Date(1_000_000).toISOString();
  const service = details([
    loaderOf('engine', () => ({ tools: true, chat: true, contextTokens: 1 })),
    loaderOf('registry', () => ({ tools: false, fim: true, price: { input: 0, output: 0 } })),
    loaderOf('model', () => ({ summary: 'Good\n\u001b[31m for code.', vision: true, fim: false })),
  ]);
  service.take(all({ name: 'a', facts: { contextTokens: 8192, sizeBytes: 7 } }));
  assert.deepEqual(service.of('p/a')?.fields, { contextTokens: 8192, sizeBytes: 7 }, 'readable at once');
  await service.idle();
  assert.deepEqual(service.of('p/a'), {
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

test('the queue is worked off in batches, each model once, whoever names it again meanwhile', async () => {
  const engine = loaderOf('engine', () => ({}));
  const service = details([engine], { batchSize: () => 2 });
  const change = all(...names('a', 'b', 'c', 'd', 'e'));
  service.take(change);
  service.take({ ...change, before: change.after, added: [] });
  assert.equal(service.waiting(), 5);
  assert.deepEqual(engine.batches, [], 'nobody waits for it');
  await service.idle();
  assert.deepEqual(engine.batches, [['p/a', 'p/b'], ['p/c', 'p/d'], ['p/e']]);
  assert.equal(service.waiting(), 0);
  service.take({ ...change, before: change.after, added: [] });
  await service.idle();
  assert.equal(engine.batches.length, 3, 'what is known is not asked again');
});

test('a model that is gone leaves map and queue, and what is found of it too late is dropped', async () => {
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
  const before = setOf(...names('a', 'b', 'c'));
  service.take(diffModelSets(new Map(), before));
  for (let turn = 0; turn < 1_000 && seen.length === 0; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(seen, ['p/a']);
  service.take(diffModelSets(before, setOf(...names('c'))));
  gate.resolve();
  await service.idle();
  assert.deepEqual(seen, ['p/a', 'p/c']);
  assert.deepEqual(
    service.all().map(({ id }) => id),
    ['p/c'],
  );
});

test('a loader that fails, for one model or for all, loses nothing that another found', async () => {
  let works = false;
  const engine = loaderOf('engine', (id) => (id === 'p/a' || works ? { chat: true } : undefined));
  const broken: DetailLoader = { ...loaderOf('model', () => ({})), load: down };
  const registry = loaderOf('registry', () => ({ fim: true }));
  const service = details([engine, broken, registry]);
  const change = all(...names('a', 'b'));
  service.take(change);
  await service.idle();
  assert.deepEqual(service.of('p/a')?.types, ['chat', 'fim']);
  assert.deepEqual(service.of('p/b')?.types, ['fim']);
  works = true;
  service.take({ ...change, before: change.after });
  await service.idle();
  assert.deepEqual(engine.batches, [['p/a', 'p/b'], ['p/b']], 'only what is missing is asked again');
  assert.deepEqual(service.of('p/b')?.types, ['chat', 'fim']);
});

test('a loader that thinks for long holds up no other', async () => {
  const gate = Promise.withResolvers<never>();
  const slow: DetailLoader = { ...loaderOf('model', () => ({})), load: () => gate.promise };
  const engine = loaderOf('engine', () => ({ chat: true }));
  const service = details([slow, engine], { batchSize: () => 1 });
  service.take(all(...names('a', 'b', 'c')));
  while (engine.batches.length < 3) await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(service.of('p/c')?.fields.chat, true);
  gate.reject(new Error('at last'));
});

test('after three failures a model is left alone until what was found would be old', async () => {
  let nowMs = 0;
  const engine = loaderOf('engine', () => undefined);
  const service = details([engine], { now: () => nowMs });
  const change = all(...names('a'));
  const again = async () => {
    service.take(change);
    await service.idle();
    return engine.batches.length;
  };
  assert.deepEqual([await again(), await again(), await again(), await again()], [1, 2, 3, 3]);
  nowMs = 3_600_000;
  assert.equal(await again(), 4);
});

test('what is old is asked for again, and what holds until then stays', async () => {
  let nowMs = 0;
  let chat: boolean | undefined = true;
  const engine = loaderOf('engine', () => (chat === undefined ? undefined : { chat }));
  const service = details([engine], { now: () => nowMs });
  const change = all(...names('a'));
  service.take(change);
  await service.idle();
  nowMs = 3_600_000;
  chat = undefined;
  service.take(change);
  await service.idle();
  assert.equal(engine.batches.length, 2);
  assert.equal(service.of('p/a')?.fields.chat, true);
});

test('another model behind the same name is described anew', async () => {
  let chat = true;
  const service = details([loaderOf('engine', () => ({ chat }))]);
  service.take(all({ name: 'a', version: 'v1' }));
  await service.idle();
  chat = false;
  service.take(all({ name: 'a', version: 'v2' }));
  assert.deepEqual(service.of('p/a')?.fields, {});
  await service.idle();
  assert.equal(service.of('p/a')?.fields.chat, false);
});

test('the next start shows details before any network, and asks nobody about what it knows', async () => {
  const folder = newFolder();
  const price = { input: 1, output: 2, longContext: { overTokens: 3, rates: { input: 2, output: 4 } } };
  const first = details([loaderOf('engine', () => ({ chat: true, price }))], { store: storeIn(folder) });
  first.take(all({ name: 'a', version: 'v1' }, { name: 'b', version: 'v1' }, { name: 'c' }));
  await first.idle();
  first.take(diffModelSets(setOf(...names('c')), new Map()));

  const engine = loaderOf('engine', () => ({ chat: false }));
  const next = details([engine], { store: storeIn(folder) });
  next.take(all({ name: 'a', version: 'v1' }, { name: 'b', version: 'v2' }, { name: 'c' }));
  assert.deepEqual(next.of('p/a')?.fields, { chat: true, price });
  assert.deepEqual(next.of('p/b')?.fields, {}, 'it is another model now');
  assert.deepEqual(next.of('p/c')?.fields, {}, 'it had left');
  await next.idle();
  assert.deepEqual(engine.batches, [['p/b', 'p/c']]);
});

test('a file that cannot be used is told once, and everything lasts until the server stops', async () => {
  const folder = newFolder();
  writeFileSync(
    join(folder, 'models.sqlite'),
    'this is no database, and long enough to be taken for one'.repeat(9),
  );
  const told: string[] = [];
  const store = storeIn(folder, (message) => told.push(message));
  const service = details([loaderOf('engine', () => ({ chat: true }))], { store });
  service.take(all(...names('a')));
  await service.idle();
  store.saveList('p', { baseUrl: 'x', models: [] });
  assert.equal(service.of('p/a')?.fields.chat, true);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^Details of models cannot be kept \(.+\); they are asked for again/);
});

test('only changes are told', async () => {
  let told = 0;
  const service = details([loaderOf('engine', () => ({}))], { onChanged: () => (told += 1) });
  const change = all(...names('a'));
  service.take(change);
  await service.idle();
  assert.equal(told, 2, 'a new model, and what was found of it');
  service.take({ ...change, before: change.after });
  await service.idle();
  assert.equal(told, 2);
});

test('words of strangers are kept to their shape', () => {
  assert.deepEqual(
    validFacts({
      chat: 'yes',
      tools: true,
      contextTokens: -1,
      sizeBytes: Number.POSITIVE_INFINITY,
      summary: `  <b>fine</b>\u202e\n${'x'.repeat(500)}`,
      licence: '   ',
      price: { input: '1' },
      extra: 1,
    }),
    { tools: true, summary: `<b>fine</b> ${'x'.repeat(188)}` },
  );
  assert.deepEqual(validFacts(null), {});
});
