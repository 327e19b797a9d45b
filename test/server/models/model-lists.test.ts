import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { ListedModel } from '../../../server/engines/local-engine.ts';
import { type ModelListsDeps, type ModelSource, modelLists } from '../../../server/models/model-lists.ts';
import { type SetChange, toServedModels } from '../../../server/models/model-set.ts';
import { disposeAfterTests, listedModels, rejectAsDown, storeIn, temporaryFolder } from './stores.ts';

/** A provider whose list can be changed. */
function fake(provider: string, models: readonly ListedModel[] = []) {
  const source = {
    provider,
    kind: 'ollama',
    source: 'local' as const,
    baseUrl: `http://${provider}`,
    lists: 0,
    list: async (): Promise<readonly ListedModel[]> => {
      source.lists += 1;
      return models;
    },
  } satisfies ModelSource & { lists: number };
  return source as Omit<typeof source, 'list'> & { list: ModelSource['list'] };
}
function listsOf(sources: readonly ModelSource[], more: Partial<ModelListsDeps> = {}) {
  const made = modelLists({
    sources: () => sources,
    refreshEveryMinutes: () => 10,
    store: storeIn(),
    now: () => Date.now(),
    ...more,
  });
  return disposeAfterTests(made);
}
const ids = (set: ReadonlyMap<string, unknown>) => [...set.keys()];

test('lists are readable at once and fill in the background', async () => {
  const models = listsOf([fake('a', listedModels('x')), fake('b', listedModels('y', 'z'))]);
  assert.deepEqual(ids(models.models()), []);
  models.start();
  assert.deepEqual(ids(models.models()), []);
  await models.refresh();
  assert.deepEqual(ids(models.models()), ['a/x', 'b/y', 'b/z']);
});

test('a provider that hangs or fails does not delay the others, and its last good list stays', async () => {
  const [steady, shaky] = [fake('a', listedModels('x')), fake('b', listedModels('y'))];
  const models = listsOf([steady, shaky]);
  await models.refresh();
  shaky.list = rejectAsDown;
  await models.refresh();
  assert.deepEqual(ids(models.models()), ['a/x', 'b/y']);
  shaky.list = () => new Promise(() => {});
  steady.list = async () => listedModels('new');
  void models.refresh();
  await models.refresh('a');
  assert.deepEqual(ids(models.models()), ['a/new', 'b/y']);
});

test('every refresh publishes the old set and the new one, with added and removed models', async () => {
  const source = fake('a', listedModels('x', 'y'));
  const models = listsOf([source]);
  const changes: SetChange[] = [];
  const end = models.onModelsChanged((change) => changes.push(change));
  await models.refresh();
  source.list = async () => listedModels('y', 'z');
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

test('concurrent refreshes share a request, and a removed provider’s models leave', async () => {
  const [one, two] = [fake('a', listedModels('x')), fake('b', listedModels('y'))];
  let sources = [one, two];
  const models = listsOf([], { sources: () => sources });
  await Promise.all([models.refresh(), models.refresh('a')]);
  assert.equal(one.lists, 1);
  sources = [two];
  models.onProvidersChanged();
  assert.deepEqual(ids(models.models()), ['b/y']);
});

test('the next start has the models before any network, unless the address has changed', async () => {
  const folder = temporaryFolder();
  const models: ListedModel[] = [
    { name: 'x', version: 'v1', remote: true, loaded: false, facts: { chat: true } },
  ];
  const [before, other] = [fake('a', models), fake('b', listedModels('y'))];
  await listsOf([before, other], { store: storeIn(folder) }).refresh();
  const moved = { ...other, baseUrl: 'http://elsewhere', list: rejectAsDown };
  const after = listsOf([{ ...before, list: rejectAsDown }, moved], { store: storeIn(folder) });
  assert.deepEqual(
    [...after.models().values()],
    toServedModels({ provider: 'a', kind: 'ollama', source: 'local' }, models),
  );
  await after.refresh();
  assert.deepEqual(ids(after.models()), ['a/x']);
});

test('before the first list of a provider its fallback models are listed', async () => {
  const source = { ...fake('a', listedModels('listed')), fallbackModels: listedModels('fallback') };
  const models = listsOf([source]);
  assert.deepEqual(ids(models.models()), ['a/fallback']);
  await models.refresh();
  assert.deepEqual(ids(models.models()), ['a/listed']);
});

test('lists are refreshed at the interval that the settings have at that time', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 1_000_000;
  let minutes = 10;
  const source = fake('a');
  const models = listsOf([source], {
    now: () => nowMs,
    refreshEveryMinutes: () => minutes,
  });
  const advance = async (ms: number) => {
    nowMs += ms;
    mock.timers.tick(30_000);
    await new Promise(setImmediate);
    return source.lists;
  };
  models.start();
  assert.equal(source.lists, 0, 'the start does not wait for the first refresh');
  await new Promise(setImmediate);
  assert.equal(source.lists, 1);
  assert.equal(await advance(9 * 60_000), 1);
  assert.equal(await advance(60_000), 2);
  minutes = 1;
  assert.equal(await advance(60_000), 3);
  models.dispose();
  assert.equal(await advance(600_000), 3);
  mock.timers.reset();
});

test('limits the number of models, and drops duplicate names and those with control characters', () => {
  const of = { provider: 'p', kind: 'k', source: 'local' } as const;
  assert.equal(
    toServedModels(of, listedModels(...Array.from({ length: 10_000 }, (_, index) => `m${index}`))).length,
    2_000,
  );
  const odd = listedModels('a', 'a', '', 'b\u001b[2J', 'c\u202e', 'd'.repeat(301), '<b>e</b>');
  assert.deepEqual(
    toServedModels(of, odd).map(({ name }) => name),
    ['a', '<b>e</b>'],
  );
});
