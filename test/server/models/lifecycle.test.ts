import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { llamaCppLifecycle } from '../../../server/engines/llama-cpp/lifecycle.ts';
import { lmStudioLifecycle } from '../../../server/engines/lm-studio/lifecycle.ts';
import type { EngineLifecycle } from '../../../server/engines/local-engine.ts';
import { exactNames } from '../../../server/engines/model-names.ts';
import { modelLifecycle } from '../../../server/models/lifecycle.ts';
import { loadTimes } from '../../../server/models/load-times.ts';
import type { LocalEngine } from '../../../server/models/local-engine.ts';
import { localModelStates } from '../../../server/models/local-model-states.ts';
import { type ModelId, providerOf } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { EnsureProgress } from '../../../shared/local-models.ts';
import {
  closeAfterTests,
  localEngineAt,
  nativeApiAt,
  neverAborted,
  until,
} from '../../support/local-engines/connect.ts';
import { fakeDocker } from '../../support/local-engines/docker-model-runner.ts';
import { isRumboError } from '../../support/local-engines/is-rumbo-error.ts';
import { fakeRouter } from '../../support/local-engines/llama-router.ts';
import { fakeStudio } from '../../support/local-engines/lm-studio.ts';
import { fakeOllamaModels } from '../../support/local-engines/ollama.ts';

const coder = [
  ['sha256:weights', 4_000],
  ['sha256:template', 500],
] as const;

function lifecycleOf(engines: Readonly<Record<string, LocalEngine | undefined>>) {
  const times = loadTimes();
  const clock = { changes: 0, now: Date.parse('2026-11-21T12:00:00Z') };
  const states = localModelStates({
    loadTimes: times,
    onChanged: () => {
      clock.changes += 1;
    },
    now: () => clock.now,
  });
  const lifecycle = modelLifecycle({
    engineOf: (provider) => engines[provider],
    states,
    loadTimes: times,
    loadOptions: () => ({ keepAliveSeconds: 900 }),
  });
  const ensure = (
    model: string,
    report: (progress: EnsureProgress) => void = () => {},
    signal = neverAborted(),
  ) => lifecycle.ensure(model as ModelId, report, signal);
  /** The state of one model, as its engine reports it. */
  const stateOf = async (id: ModelId) => {
    const provider = providerOf(id);
    await lifecycle.refresh(provider, neverAborted());
    return states.localModels(provider).find(({ name }) => `${provider}/${name}` === id)?.state;
  };
  return { lifecycle, states, clock, ensure, stateOf };
}
async function withOllama(...args: Parameters<typeof fakeOllamaModels>) {
  const fake = closeAfterTests(await fakeOllamaModels(...args));
  const { lifecycle } = localEngineAt('ollama', fake.baseUrl, { OLLAMA_MODELS: '/nowhere' });
  return { fake, ...lifecycleOf({ ollama: { lifecycle } }) };
}
const posts = ({ requests }: { readonly requests: readonly { method: string; path: string }[] }) =>
  requests.filter(({ method }) => method === 'POST').map(({ path }) => path);

test('does nothing to a model in memory', async () => {
  const { fake, ensure } = await withOllama({}, { 'a:latest': 1_000 });
  fake.memory.set('a:latest', 300);
  assert.deepEqual(await ensure('ollama/a'), { model: 'ollama/a:latest', outcome: 'was-loaded' });
  assert.deepEqual(posts(fake), []);
});

test('loads a model on disk with the keep-alive that is set, and records the time', async () => {
  const { fake, ensure, lifecycle, states } = await withOllama({}, { 'a:latest': 1_000, 'b:latest': 2_000 });
  assert.equal(states.coldStartMs('ollama/a:latest'), null, 'the engine was not asked yet');
  const { outcome, loadMs } = await ensure('ollama/a');
  assert.equal(outcome, 'loaded');
  assert.deepEqual([...fake.memory], [['a:latest', 900]]);
  assert.equal(states.coldStartMs('ollama/a:latest'), 0);
  assert.deepEqual([...states.coldStarts()], [['ollama/b:latest', states.coldStartMs('ollama/b:latest')]]);
  assert.ok(
    Math.abs((states.coldStartMs('ollama/b:latest') ?? 0) - (loadMs ?? 0) * 2) < 0.001,
    'twice the bytes',
  );
  await lifecycle.unload('ollama/a', neverAborted());
  assert.equal(states.coldStartMs('ollama/a:latest'), loadMs);
});

test('a model whose time in memory is over is cold without another request', async () => {
  const { ensure, states, clock } = await withOllama({}, { 'a:latest': 1_000 });
  const { loadMs } = await ensure('ollama/a');
  clock.now = Date.parse('2026-11-21T12:05:00Z');
  assert.equal(states.coldStartMs('ollama/a:latest'), loadMs);
});

test('pulls and loads an absent model, and reports every stage', async () => {
  const { fake, ensure, clock } = await withOllama({ 'coder:7b': coder });
  const stages: string[] = [];
  const done = await ensure('ollama/coder:7b', ({ stage }) => stages.push(stage));
  assert.equal(done.outcome, 'pulled');
  assert.deepEqual([...new Set(stages)], ['checking', 'waiting', 'downloading', 'verifying', 'loading']);
  assert.deepEqual(posts(fake), ['/api/pull', '/api/generate']);
  assert.ok(clock.changes > 3);
});

test('two requests for one model share a pull, by any of its names; one can be cancelled without the other', async () => {
  const { fake, ensure } = await withOllama({ 'coder:latest': coder });
  fake.network.allow(1);
  const stop = new AbortController();
  const first = ensure('ollama/coder', () => {}, stop.signal);
  const seen: EnsureProgress[] = [];
  await until(() => fake.network.onDisk.size === 1);
  const second = ensure('ollama/coder:latest', (progress) => seen.push(progress));
  stop.abort();
  await assert.rejects(first, isRumboError('cancelled', /cancelled/));
  assert.ok(seen.length > 0, 'the second gets the progress at once');
  fake.network.allow(Number.POSITIVE_INFINITY);
  assert.equal((await second).outcome, 'pulled');
  assert.deepEqual(posts(fake), ['/api/pull', '/api/generate']);
});

test('cancelling the last request cancels the pull, which the next one resumes', async () => {
  const { fake, ensure } = await withOllama({ 'coder:7b': coder });
  fake.network.allow(2);
  const stops = [new AbortController(), new AbortController()];
  const both = stops.map(({ signal }) => ensure('ollama/coder:7b', () => {}, signal));
  await until(() => fake.network.onDisk.get('sha256:weights') === 2_000);
  for (const stop of stops) stop.abort();
  for (const each of both) await assert.rejects(each, isRumboError('cancelled', /cancelled/));
  await until(() => fake.requests.find(({ path }) => path === '/api/pull')?.signal.aborted === true);
  fake.network.allow(Number.POSITIVE_INFINITY);
  const completed: number[] = [];
  await ensure('ollama/coder:7b', ({ completedBytes }) => {
    if (completedBytes !== undefined) completed.push(completedBytes);
  });
  assert.equal(completed[0], 2_000);
});

test('work in progress is listed before the engine lists the model', async () => {
  const { fake, ensure, states } = await withOllama({ 'coder:7b': coder }, { 'a:latest': 1_000 });
  fake.network.allow(1);
  const pulling = ensure('ollama/coder:7b');
  await until(() => states.localModels('ollama').some(({ progress }) => progress === 0.25));
  assert.deepEqual(states.localModels('ollama').at(-1), {
    name: 'coder:7b',
    state: 'downloading',
    progress: 0.25,
  });
  fake.network.allow(Number.POSITIVE_INFINITY);
  await pulling;
  assert.deepEqual(
    states.localModels('ollama').map(({ name, state }) => [name, state]),
    [
      ['a:latest', 'on-disk'],
      ['coder:7b', 'loaded'],
    ],
  );
  assert.deepEqual(states.localModels('unknown'), []);
});

test('a download that does not fit is cancelled with a sentence', async () => {
  const fake = closeAfterTests(await fakeOllamaModels({ 'coder:7b': [['sha256:weights', 50e9]] }));
  const { lifecycle } = localEngineAt('ollama', fake.baseUrl);
  fake.network.allow(3);
  const { ensure } = lifecycleOf({ ollama: { lifecycle, freeBytes: async () => 10e9 } });
  await assert.rejects(
    ensure('ollama/coder:7b'),
    isRumboError('invalid-request', /needs 50\.0 GB more.*10\.0 GB free/, /Free some space/),
  );
  await until(() => fake.requests.find(({ path }) => path === '/api/pull')?.signal.aborted === true);
});

test('errors name provider and model', async () => {
  const { ensure, lifecycle, stateOf } = await withOllama();
  await assert.rejects(ensure('ollama/none'), (error: RumboError) => {
    assert.deepEqual(
      [error.kind, error.data.provider, error.data.model],
      ['model-not-found', 'ollama', 'none'],
    );
    return true;
  });
  await assert.rejects(
    lifecycle.unload('ollama/none', neverAborted()),
    isRumboError('model-not-found', /Ollama has no model “none”/),
  );
  await assert.rejects(ensure('vllm/x'), isRumboError('invalid-request', /at "vllm"/, /Ollama/));
  await assert.rejects(ensure('nonsense'), isRumboError('invalid-request', /at "nonsense"/));
  assert.equal(await stateOf('ollama/none'), undefined);
});

test('every engine pulls, loads and unloads through the same contract', async () => {
  const docker = closeAfterTests(await fakeDocker({ 'ai/smollm3:latest': coder }));
  const router = closeAfterTests(await fakeRouter({}, { 'x/y-GGUF:Q4_0': coder }));
  const studio = closeAfterTests(await fakeStudio({ 'qwen/a': ['qwen/a', 2_000] }));
  const { ensure, lifecycle, states, stateOf } = lifecycleOf({
    docker: localEngineAt('docker-model-runner', `${docker.baseUrl}/engines`),
    llama: { lifecycle: llamaCppLifecycle(nativeApiAt('llama-cpp', router.baseUrl), 'llama.cpp', 20) },
    studio: { lifecycle: lmStudioLifecycle(nativeApiAt('lm-studio', studio.baseUrl), 'LM Studio', 5) },
  });
  for (const [requested, listed] of [
    ['docker/smollm3', 'docker/ai/smollm3:latest'],
    ['llama/x/y-GGUF:Q4_0', 'llama/x/y-GGUF:Q4_0'],
    ['studio/qwen/a', 'studio/qwen/a'],
  ] as const) {
    assert.deepEqual(
      { ...(await ensure(requested)), loadMs: 0 },
      { model: listed, outcome: 'pulled', loadMs: 0 },
    );
    assert.equal(await stateOf(listed), 'loaded', requested);
    await lifecycle.unload(requested, neverAborted());
    assert.equal(await stateOf(listed), 'on-disk', requested);
    assert.ok((states.coldStartMs(listed) ?? 0) > 0, requested);
  }
});

test('follows a download that another client began to its end', async () => {
  const router = closeAfterTests(await fakeRouter({}, { 'x/y-GGUF:Q4_0': coder }));
  const lifecycle = llamaCppLifecycle(nativeApiAt('llama-cpp', router.baseUrl), 'llama.cpp', 20);
  router.network.allow(1);
  const theirs = lifecycle.pull('x/y-GGUF:Q4_0', () => {}, neverAborted());
  await until(() => router.network.onDisk.size === 1);
  const { ensure } = lifecycleOf({ llama: { lifecycle } });
  const ours = ensure('llama/x/y-GGUF:Q4_0');
  await until(() => router.requests.filter(({ path }) => path === '/models/sse').length === 2);
  router.network.allow(Number.POSITIVE_INFINITY);
  await theirs;
  assert.equal((await ours).outcome, 'pulled');
  assert.equal(router.models.get('x/y-GGUF:Q4_0')?.status, 'loaded');
});

test('cancelling says so when the download continues in the engine', async () => {
  const studio = closeAfterTests(await fakeStudio({ 'qwen/a': ['qwen/a', 2_000] }));
  studio.network.allow(1);
  const { ensure } = lifecycleOf({
    studio: { lifecycle: lmStudioLifecycle(nativeApiAt('lm-studio', studio.baseUrl), 'LM Studio', 5) },
  });
  const stop = new AbortController();
  let isDownloading = false;
  const waiting = ensure(
    'studio/qwen/a',
    ({ stage }) => {
      isDownloading ||= stage === 'downloading';
    },
    stop.signal,
  );
  await until(() => isDownloading);
  stop.abort();
  await assert.rejects(
    waiting,
    isRumboError('cancelled', /LM Studio continues the download/, /Stop the download in LM Studio/),
  );
});

test('a model pulled by its address is the new one in the list', async () => {
  const address = 'https://huggingface.co/x/Y-GGUF';
  const studio = closeAfterTests(await fakeStudio({ [address]: ['x/y', 2_000] }, { 'qwen/a': 1 }));
  const { ensure } = lifecycleOf({
    studio: { lifecycle: lmStudioLifecycle(nativeApiAt('lm-studio', studio.baseUrl), 'LM Studio', 5) },
  });
  const { model, outcome } = await ensure(`studio/${address}`);
  assert.deepEqual([model, outcome], ['studio/x/y', 'pulled']);
});

test('waits for an engine that is loading its only model', async () => {
  let requests = 0;
  const loading: Pick<EngineLifecycle, 'label' | 'canCancelPull' | 'names' | 'list'> = {
    label: 'llama.cpp',
    canCancelPull: true,
    names: exactNames,
    async list() {
      requests += 1;
      if (requests < 3) throw new RumboError('The model is still loading.', { kind: 'loading', status: 503 });
      return [{ name: 'tiny', state: 'loaded' }];
    },
  };
  const { ensure } = lifecycleOf({ llama: { lifecycle: loading as EngineLifecycle } });
  const stages: string[] = [];
  assert.equal((await ensure('llama/tiny', ({ stage }) => stages.push(stage))).outcome, 'was-loaded');
  assert.deepEqual([...new Set(stages)], ['checking', 'loading']);
  requests = Number.NEGATIVE_INFINITY;
  const stop = new AbortController();
  const waiting = ensure('llama/tiny', () => {}, stop.signal);
  await sleep(20);
  stop.abort();
  await assert.rejects(waiting, isRumboError('cancelled', /cancelled/));
});
