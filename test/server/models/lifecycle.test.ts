import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { llamaCppLifecycle } from '../../../server/models/engines/llama-cpp.ts';
import { lmStudioLifecycle } from '../../../server/models/engines/lm-studio.ts';
import { localEngine } from '../../../server/models/engines/table.ts';
import { type LocalEngine, modelLifecycle } from '../../../server/models/lifecycle.ts';
import { loadTimes } from '../../../server/models/load-times.ts';
import type { EngineLifecycle } from '../../../server/models/local-engine.ts';
import type { ModelId } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { EnsureProgress } from '../../../shared/local-models.ts';
import { fakeDocker } from '../../support/local-engines/docker-model-runner.ts';
import { closeAfterTests, connectionTo, neverAborted, until } from '../../support/local-engines/engine.ts';
import { failing } from '../../support/local-engines/failing.ts';
import { fakeRouter } from '../../support/local-engines/llama-router.ts';
import { fakeStudio } from '../../support/local-engines/lm-studio.ts';
import { fakeOllamaModels } from '../../support/local-engines/ollama.ts';

const coder = [
  ['sha256:weights', 4_000],
  ['sha256:template', 500],
] as const;

function available(places: Readonly<Record<string, LocalEngine | undefined>>) {
  const times = loadTimes();
  const state = { changes: 0, now: Date.parse('2026-11-21T12:00:00Z') };
  const models = modelLifecycle({
    engineOf: (provider) => places[provider],
    loadTimes: times,
    loadOptions: () => ({ keepAliveSeconds: 900 }),
    changed: () => {
      state.changes += 1;
    },
    now: () => state.now,
  });
  const ensure = (
    model: string,
    report: (progress: EnsureProgress) => void = () => {},
    signal = neverAborted(),
  ) => models.ensure(model as ModelId, report, signal);
  return { models, times, state, ensure };
}
async function withOllama(...args: Parameters<typeof fakeOllamaModels>) {
  const fake = closeAfterTests(await fakeOllamaModels(...args));
  const place = localEngine(connectionTo('ollama', fake.baseUrl), { OLLAMA_MODELS: '/nowhere' });
  assert.ok(place);
  const { lifecycle } = place;
  return { fake, ...available({ ollama: { lifecycle } }) };
}
const posts = ({ requests }: { readonly requests: readonly { method: string; path: string }[] }) =>
  requests.filter(({ method }) => method === 'POST').map(({ path }) => path);

test('nothing is done to a model in memory', async () => {
  const { fake, ensure } = await withOllama({}, { 'a:latest': 1_000 });
  fake.memory.set('a:latest', 300);
  assert.deepEqual(await ensure('ollama/a'), { model: 'ollama/a:latest', outcome: 'was-loaded' });
  assert.deepEqual(posts(fake), []);
});

test('a model on disk is loaded with the keep-alive that is set, and its time is remembered', async () => {
  const { fake, ensure, models } = await withOllama({}, { 'a:latest': 1_000, 'b:latest': 2_000 });
  assert.equal(models.coldStartMs('ollama/a:latest'), null, 'nobody has looked yet');
  const { outcome, loadMs } = await ensure('ollama/a');
  assert.equal(outcome, 'loaded');
  assert.deepEqual([...fake.memory], [['a:latest', 900]]);
  assert.equal(models.coldStartMs('ollama/a:latest'), 0);
  assert.deepEqual([...models.coldStarts()], [['ollama/b:latest', models.coldStartMs('ollama/b:latest')]]);
  assert.ok(
    Math.abs((models.coldStartMs('ollama/b:latest') ?? 0) - (loadMs ?? 0) * 2) < 0.001,
    'twice the bytes',
  );
  await models.unload('ollama/a', neverAborted());
  assert.equal(models.coldStartMs('ollama/a:latest'), loadMs);
});

test('a model whose time in memory is over is cold, although nobody has looked again', async () => {
  const { ensure, models, state } = await withOllama({}, { 'a:latest': 1_000 });
  const { loadMs } = await ensure('ollama/a');
  state.now = Date.parse('2026-11-21T12:05:00Z');
  assert.equal(models.coldStartMs('ollama/a:latest'), loadMs);
});

test('an absent model is fetched and loaded; every stage is told', async () => {
  const { fake, ensure, state } = await withOllama({ 'coder:7b': coder });
  const stages: string[] = [];
  const done = await ensure('ollama/coder:7b', ({ stage }) => stages.push(stage));
  assert.equal(done.outcome, 'pulled');
  assert.deepEqual([...new Set(stages)], ['checking', 'waiting', 'downloading', 'verifying', 'loading']);
  assert.deepEqual(posts(fake), ['/api/pull', '/api/generate']);
  assert.ok(state.changes > 3);
});

test('two requests for one model share one pull, by whatever name; who leaves leaves it to the other', async () => {
  const { fake, ensure } = await withOllama({ 'coder:latest': coder });
  fake.network.allow(1);
  const stop = new AbortController();
  const first = ensure('ollama/coder', () => {}, stop.signal);
  const seen: EnsureProgress[] = [];
  await until(() => fake.network.onDisk.size === 1);
  const second = ensure('ollama/coder:latest', (progress) => seen.push(progress));
  stop.abort();
  await assert.rejects(first, failing('cancelled', /cancelled/));
  assert.ok(seen.length > 0, 'the second hears at once how far it is');
  fake.network.allow(Number.POSITIVE_INFINITY);
  assert.equal((await second).outcome, 'pulled');
  assert.deepEqual(posts(fake), ['/api/pull', '/api/generate']);
});

test('the last who leaves cancels the pull, which goes on from there next time', async () => {
  const { fake, ensure } = await withOllama({ 'coder:7b': coder });
  fake.network.allow(2);
  const stops = [new AbortController(), new AbortController()];
  const both = stops.map(({ signal }) => ensure('ollama/coder:7b', () => {}, signal));
  await until(() => fake.network.onDisk.get('sha256:weights') === 2_000);
  for (const stop of stops) stop.abort();
  for (const each of both) await assert.rejects(each, failing('cancelled', /cancelled/));
  await until(() => fake.requests.find(({ path }) => path === '/api/pull')?.gone.aborted === true);
  fake.network.allow(Number.POSITIVE_INFINITY);
  const told: number[] = [];
  await ensure('ollama/coder:7b', ({ completedBytes }) => {
    if (completedBytes !== undefined) told.push(completedBytes);
  });
  assert.equal(told[0], 2_000);
});

test('what is under way is in the list before the engine lists it', async () => {
  const { fake, ensure, models } = await withOllama({ 'coder:7b': coder }, { 'a:latest': 1_000 });
  fake.network.allow(1);
  const pulling = ensure('ollama/coder:7b');
  await until(() => models.localModels('ollama').some(({ progress }) => progress === 0.25));
  assert.deepEqual(models.localModels('ollama').at(-1), {
    name: 'coder:7b',
    state: 'downloading',
    progress: 0.25,
  });
  fake.network.allow(Number.POSITIVE_INFINITY);
  await pulling;
  assert.deepEqual(
    models.localModels('ollama').map(({ name, state }) => [name, state]),
    [
      ['a:latest', 'on-disk'],
      ['coder:7b', 'loaded'],
    ],
  );
  assert.deepEqual(models.localModels('nobody'), []);
});

test('a download that does not fit is ended with a sentence', async () => {
  const fake = closeAfterTests(await fakeOllamaModels({ 'coder:7b': [['sha256:weights', 50e9]] }));
  const place = localEngine(connectionTo('ollama', fake.baseUrl), {});
  assert.ok(place);
  fake.network.allow(3);
  const { ensure } = available({ ollama: { lifecycle: place.lifecycle, freeBytes: async () => 10e9 } });
  await assert.rejects(
    ensure('ollama/coder:7b'),
    failing('invalid-request', /needs 50\.0 GB more.*10\.0 GB free/, /Free some space/),
  );
  await until(() => fake.requests.find(({ path }) => path === '/api/pull')?.gone.aborted === true);
});

test('failures say whose they are', async () => {
  const { ensure, models } = await withOllama();
  await assert.rejects(ensure('ollama/none'), (error: RumboError) => {
    assert.deepEqual(
      [error.kind, error.data.provider, error.data.model],
      ['model-not-found', 'ollama', 'none'],
    );
    return true;
  });
  await assert.rejects(
    models.unload('ollama/none', neverAborted()),
    failing('model-not-found', /Ollama has no model “none”/),
  );
  await assert.rejects(ensure('vllm/x'), failing('invalid-request', /at "vllm"/, /Ollama/));
  await assert.rejects(ensure('nonsense'), failing('invalid-request', /at "nonsense"/));
  assert.equal(await models.state('ollama/none', neverAborted()), undefined);
});

test('every engine pulls, loads and frees by the same words', async () => {
  const docker = closeAfterTests(await fakeDocker({ 'ai/smollm3:latest': coder }));
  const router = closeAfterTests(await fakeRouter({}, { 'x/y-GGUF:Q4_0': coder }));
  const studio = closeAfterTests(await fakeStudio({ 'qwen/a': ['qwen/a', 2_000] }));
  const dockerPlace = localEngine(connectionTo('docker-model-runner', `${docker.baseUrl}/engines`), {});
  const { ensure, models } = available({
    docker: dockerPlace,
    llama: { lifecycle: llamaCppLifecycle(connectionTo('llama-cpp', router.baseUrl), 20) },
    studio: { lifecycle: lmStudioLifecycle(connectionTo('lm-studio', studio.baseUrl), 5) },
  });
  for (const [asked, listed] of [
    ['docker/smollm3', 'docker/ai/smollm3:latest'],
    ['llama/x/y-GGUF:Q4_0', 'llama/x/y-GGUF:Q4_0'],
    ['studio/qwen/a', 'studio/qwen/a'],
  ] as const) {
    assert.deepEqual(
      { ...(await ensure(asked)), loadMs: 0 },
      { model: listed, outcome: 'pulled', loadMs: 0 },
    );
    assert.equal((await models.state(listed, neverAborted()))?.state, 'loaded', asked);
    await models.unload(asked, neverAborted());
    assert.equal((await models.state(listed, neverAborted()))?.state, 'on-disk', asked);
    assert.ok((models.coldStartMs(listed) ?? 0) > 0, asked);
  }
});

test('a download that somebody else began is followed to its end', async () => {
  const router = closeAfterTests(await fakeRouter({}, { 'x/y-GGUF:Q4_0': coder }));
  const lifecycle = llamaCppLifecycle(connectionTo('llama-cpp', router.baseUrl), 20);
  router.network.allow(1);
  const theirs = lifecycle.pull('x/y-GGUF:Q4_0', () => {}, neverAborted());
  await until(() => router.network.onDisk.size === 1);
  const { ensure } = available({ llama: { lifecycle } });
  const ours = ensure('llama/x/y-GGUF:Q4_0');
  await until(() => router.requests.filter(({ path }) => path === '/models/sse').length === 2);
  router.network.allow(Number.POSITIVE_INFINITY);
  await theirs;
  assert.equal((await ours).outcome, 'pulled');
  assert.equal(router.models.get('x/y-GGUF:Q4_0')?.status, 'loaded');
});

test('where a download goes on without us, leaving says so', async () => {
  const studio = closeAfterTests(await fakeStudio({ 'qwen/a': ['qwen/a', 2_000] }));
  studio.network.allow(1);
  const { ensure } = available({
    studio: { lifecycle: lmStudioLifecycle(connectionTo('lm-studio', studio.baseUrl), 5) },
  });
  const stop = new AbortController();
  let fetching = false;
  const waiting = ensure(
    'studio/qwen/a',
    ({ stage }) => {
      fetching ||= stage === 'downloading';
    },
    stop.signal,
  );
  await until(() => fetching);
  stop.abort();
  await assert.rejects(
    waiting,
    failing('cancelled', /LM Studio goes on fetching it/, /Stop the download in LM Studio/),
  );
});

test('a model fetched by its address is the one that is new in the list', async () => {
  const address = 'https://huggingface.co/x/Y-GGUF';
  const studio = closeAfterTests(await fakeStudio({ [address]: ['x/y', 2_000] }, { 'qwen/a': 1 }));
  const { ensure } = available({
    studio: { lifecycle: lmStudioLifecycle(connectionTo('lm-studio', studio.baseUrl), 5) },
  });
  const { model, outcome } = await ensure(`studio/${address}`);
  assert.deepEqual([model, outcome], ['studio/x/y', 'pulled']);
});

test('an engine that is loading its only model is waited for', async () => {
  let looks = 0;
  const loading: Pick<EngineLifecycle, 'label' | 'canCancelPull' | 'canonicalName' | 'isSameModel' | 'list'> =
    {
      label: 'llama.cpp',
      canCancelPull: true,
      canonicalName: (name) => name,
      isSameModel: (listed, wanted) => listed === wanted,
      async list() {
        looks += 1;
        if (looks < 3) throw new RumboError('The model is still loading.', { kind: 'loading', status: 503 });
        return [{ name: 'tiny', state: 'loaded' }];
      },
    };
  const { ensure } = available({ llama: { lifecycle: loading as EngineLifecycle } });
  const stages: string[] = [];
  assert.equal((await ensure('llama/tiny', ({ stage }) => stages.push(stage))).outcome, 'was-loaded');
  assert.deepEqual([...new Set(stages)], ['checking', 'loading']);
  looks = Number.NEGATIVE_INFINITY;
  const stop = new AbortController();
  const waiting = ensure('llama/tiny', () => {}, stop.signal);
  await sleep(20);
  stop.abort();
  await assert.rejects(waiting, failing('cancelled', /cancelled/));
});

test('kinds that hold what they were started with have no place', () => {
  for (const kind of ['vllm', 'openai-compatible', 'gemini'])
    assert.equal(localEngine(connectionTo(kind, 'http://127.0.0.1:1'), {}), undefined);
});
