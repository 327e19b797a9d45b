import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { llamaCppLifecycle } from '../../../../server/engines/llama-cpp/lifecycle.ts';
import type { EngineProgress } from '../../../../server/engines/local-engine.ts';
import { isSameModelName } from '../../../../server/engines/model-names.ts';
import {
  closeAfterTests,
  nativeApiAt,
  neverAborted,
  summarizeProgress,
  until,
} from '../../../support/local-engines/connect.ts';
import { isRumboError } from '../../../support/local-engines/is-rumbo-error.ts';
import { fakeRouter } from '../../../support/local-engines/llama-router.ts';
import { localServer } from '../../../support/local-engines/local-server.ts';

const repository = 'ggml-org/tiny-GGUF:Q4_0';
const files = [
  ['https://huggingface.co/weights-1', 2_000],
  ['https://huggingface.co/weights-2', 1_000],
] as const;
const start = async (...args: Parameters<typeof fakeRouter>) => {
  const fake = closeAfterTests(await fakeRouter(...args));
  return { fake, models: llamaCppLifecycle(nativeApiAt('llama-cpp', fake.baseUrl), 'llama.cpp', 20) };
};

/** A server with recorded responses. */
async function recorded(pages: Readonly<Record<string, string>>) {
  const fixtures = new URL('../../../fixtures/wire/llama-cpp/', import.meta.url);
  const fake = closeAfterTests(
    await localServer(({ method, json, response }, path) => {
      const name = pages[`${method} ${path}`];
      if (name?.endsWith('.events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        return void response.end(readFileSync(new URL(name, fixtures)));
      }
      if (name === undefined) return json(404, { error: { code: 404, message: 'File Not Found' } });
      const page = JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8')).response;
      json(page.status, page.body);
    }),
  );
  return { fake, models: llamaCppLifecycle(nativeApiAt('llama-cpp', fake.baseUrl), 'llama.cpp', 20) };
}

test('a recorded router: the states of its models', async () => {
  const states = async (page: string) =>
    (await (await recorded({ 'GET /models': page })).models.list(neverAborted())).map(
      ({ name, state, failed }) => [name, state, ...(failed ? ['failed'] : [])].join(' '),
    );
  assert.deepEqual(await states('router-models'), [
    'broken on-disk',
    'tiny-chat on-disk',
    'tiny-tools on-disk',
  ]);
  assert.deepEqual(await states('router-models-loading'), [
    'broken on-disk',
    'tiny-chat loading',
    'tiny-tools on-disk',
  ]);
  assert.deepEqual(await states('router-models-loaded'), [
    'broken on-disk',
    'tiny-chat loaded',
    'tiny-tools on-disk',
  ]);
  assert.deepEqual(await states('router-models-failed'), [
    'broken on-disk failed',
    'tiny-chat on-disk',
    'tiny-tools on-disk',
  ]);
});

test('a recorded load: both event names are understood, and the list confirms it', async () => {
  const pages: Record<string, string> = {
    'GET /models': 'router-models-loading',
    'GET /models/sse': 'router.events',
    'POST /models/load': 'router-load',
  };
  const { models } = await recorded(pages);
  const steps: EngineProgress[] = [];
  await models.load(
    'tiny-chat',
    {},
    (step) => {
      steps.push(step);
      if (step.fraction === 1) pages['GET /models'] = 'router-models-loaded';
    },
    neverAborted(),
  );
  assert.deepEqual(
    steps.map(({ fraction }) => fraction),
    [undefined, 0, 1],
  );
});

test('a running model is not an error, an unknown one is', async () => {
  const pages = {
    'GET /models': 'router-models-loaded',
    'POST /models/load': 'router-load-again',
    'POST /models/unload': 'router-unload-again',
  };
  const { models } = await recorded(pages);
  await models.load('tiny-chat', {}, () => {}, neverAborted());
  await models.unload('tiny-chat', neverAborted());
  const unknown = await recorded({ ...pages, 'POST /models/load': 'router-load-unknown' });
  await assert.rejects(
    unknown.models.load('nope', {}, () => {}, neverAborted()),
    isRumboError('model-not-found', /./),
  );
});

test('a recorded single model is loaded, asleep, or still loading', async () => {
  const pages = { 'GET /models': 'sleep-models', 'GET /props': 'sleep-props' };
  const [asleep] = await (await recorded(pages)).models.list(neverAborted());
  assert.equal(asleep?.state, 'sleeping');
  assert.ok((asleep?.sizeBytes ?? 0) > 100_000);
  const loading = await recorded({ 'GET /models': 'loading-models' });
  await assert.rejects(loading.models.list(neverAborted()), isRumboError('loading', /still loading/));
});

test('loading waits until the model can answer and reports progress', async () => {
  const { fake, models } = await start({ a: { status: 'unloaded' } });
  fake.quick = false;
  const steps: EngineProgress[] = [];
  let done = false;
  const loading = models
    .load('a', {}, (step) => steps.push(step), neverAborted())
    .then(() => {
      done = true;
    });
  await until(() => fake.models.get('a')?.status === 'loading' && fake.listeners.size === 1);
  assert.equal(done, false);
  fake.finishLoads();
  await loading;
  assert.equal(steps.at(-1)?.fraction, 1);
  await until(() => fake.listeners.size === 0);
});

test('an older router without events is polled', async () => {
  const { fake, models } = await start({ a: { status: 'unloaded' } });
  fake.withoutEvents = true;
  await models.load('a', {}, () => {}, neverAborted());
  assert.equal(fake.models.get('a')?.status, 'loaded');
});

test('a failed load reports how its process ended', async () => {
  const { models } = await start({ broken: { status: 'unloaded', failsToLoad: true } });
  await assert.rejects(
    models.load('broken', {}, () => {}, neverAborted()),
    isRumboError('bad-response', /could not load “broken”: its process ended with code 1/),
  );
});

test('a sleeping model is woken', async () => {
  const { fake, models } = await start({ a: { status: 'sleeping' } });
  await models.load('a', {}, () => {}, neverAborted());
  assert.equal(fake.models.get('a')?.status, 'loaded');
});

test('unloading resolves when the memory is free', async () => {
  const { fake, models } = await start({ a: { status: 'loaded' } });
  await models.unload('a', neverAborted());
  assert.equal(fake.models.get('a')?.status, 'unloaded');
});

for (const deep of [false, true]) {
  test(`a pull tells the sum of its files, ${deep ? 'one deeper in newer servers' : 'by their addresses'}`, async () => {
    const { fake, models } = await start({}, { [repository]: files });
    fake.nestsFiles = deep;
    fake.network.allow(0);
    const steps: EngineProgress[] = [];
    const pulling = models.pull(repository, (step) => steps.push(step), neverAborted());
    await until(() => fake.listeners.size === 1);
    fake.network.allow(Number.POSITIVE_INFINITY);
    await pulling;
    assert.deepEqual(summarizeProgress(steps), [
      'waiting',
      'downloading 1000/2000',
      'downloading 2000/2000',
      'downloading 3000/3000',
    ]);
    assert.equal(fake.models.get(repository)?.status, 'unloaded');
  });
}

test('a repository without a quantisation matches the chosen quantisation', async () => {
  const { models } = await start();
  assert.ok(isSameModelName(models.names, repository, 'ggml-org/tiny-GGUF'));
  assert.ok(!isSameModelName(models.names, 'tiny:Q4', 'tiny'));
});

test('a “finished” download without a model in the list has failed', async () => {
  const { models } = await start();
  await assert.rejects(
    models.pull('unknown/none-GGUF:Q4_0', () => {}, neverAborted()),
    isRumboError('model-not-found', /could not fetch “unknown\/none-GGUF:Q4_0”/),
  );
  await assert.rejects(
    models.pull('none', () => {}, neverAborted()),
    isRumboError('model-not-found', /could not fetch “none”/),
  );
});

test('cancelling a pull stops the download in the router; the next pull resumes it', async () => {
  const { fake, models } = await start({}, { [repository]: files });
  fake.network.allow(1);
  const stop = new AbortController();
  const pulling = models.pull(repository, () => {}, stop.signal);
  await until(() => fake.network.onDisk.get(files[0][0]) === 1_000);
  stop.abort();
  await assert.rejects(pulling, isRumboError('cancelled', /cancelled/));
  await until(() => !fake.models.has(repository) && fake.listeners.size === 0);
  fake.network.allow(Number.POSITIVE_INFINITY);
  await models.pull(repository, () => {}, neverAborted());
  assert.equal(fake.network.onDisk.get(files[0][0]), 2_000);
});

test('follows a download that another client began', async () => {
  const { fake, models } = await start({}, { [repository]: files });
  fake.network.allow(1);
  const first = models.pull(repository, () => {}, neverAborted());
  await until(() => fake.models.get(repository)?.status === 'downloading');
  const second = models.pull(repository, () => {}, neverAborted());
  fake.network.allow(Number.POSITIVE_INFINITY);
  await Promise.all([first, second]);
});

test('a server with one model reports that it cannot pull others', async () => {
  const { models } = await recorded({ 'GET /props': 'sleep-props' });
  await assert.rejects(
    models.pull(repository, () => {}, neverAborted()),
    isRumboError('invalid-request', /started with one model/, /without -m/),
  );
});
