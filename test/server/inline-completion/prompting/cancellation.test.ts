/** A reader that leaves, and a cancelled request, close the socket at any moment. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { llamaCpp } from '../../../../server/engines/llama-cpp/definition.ts';
import { generateWithFallback } from '../../../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import { concurrencyLimit } from '../../../../server/resilience/concurrency-limit.ts';
import { requestLimit } from '../../../../server/resilience/request-limit.ts';
import { slotQueue } from '../../../../server/resilience/slot-queue.ts';
import { fakeLlamaCpp } from '../../../support/fake-providers/llama-cpp.ts';
import { startEndpoint } from './endpoints.ts';
import { fimTarget } from './fim-targets.ts';

async function startStalled(t: TestContext) {
  const { fake, endpoint } = await startEndpoint(t, llamaCpp, fakeLlamaCpp, 'qwen-coder');
  fake.fault = { kind: 'stall', afterWords: 2 };
  const limit = requestLimit({
    source: 'local',
    maxConcurrentRequests: 1,
    requestsPerWindow: () => undefined,
  });
  const queue = slotQueue(limit.admits);
  const engine = concurrencyLimit(
    queue,
    limit,
  )({ provider: 'lab', listModels: async () => [], ...endpoint.engine });
  const controller = new AbortController();
  const generate = () =>
    generateWithFallback(modeCache())({ ...endpoint, engine }, fimTarget(), controller.signal);
  const isClosed = async () => {
    for (let checks = 0; checks < 100 && !(fake.chats[0]?.aborted && queue.size() === 0); checks += 1)
      await sleep(10);
    return fake.chats[0]?.aborted === true && queue.size() === 0;
  };
  return { fake, generate, controller, isClosed };
}

test('leaving the loop closes the socket', async (t) => {
  const { generate, isClosed } = await startStalled(t);
  const { text, usage } = await generate();
  for await (const _ of text) break;
  assert.equal(await isClosed(), true);
  assert.equal(await usage, undefined);
});

test('leaving an unread text closes the socket', async (t) => {
  const { generate, isClosed } = await startStalled(t);
  const { text } = await generate();
  await text[Symbol.asyncIterator]().return?.();
  assert.equal(await isClosed(), true);
});

test('cancelling an unread text also frees its slot in the queue', async (t) => {
  const { generate, controller, isClosed } = await startStalled(t);
  const { usage } = await generate();
  controller.abort();
  assert.equal(await isClosed(), true);
  assert.equal(await usage, undefined);
});

test('cancelling in the middle ends the loop with `cancelled`', async (t) => {
  const { generate, controller, isClosed } = await startStalled(t);
  const { text } = await generate();
  await assert.rejects(
    async () => {
      for await (const _ of text) queueMicrotask(() => controller.abort());
    },
    { kind: 'cancelled' },
  );
  assert.equal(await isClosed(), true);
});

test('cancelling between two deltas is not the end of the text', async (t) => {
  const { generate, controller, isClosed } = await startStalled(t);
  const { text } = await generate();
  const deltas = text[Symbol.asyncIterator]();
  assert.equal((await deltas.next()).done, false);
  controller.abort();
  assert.equal(await isClosed(), true);
  await assert.rejects(async () => deltas.next(), { kind: 'cancelled' });
});

test('cancelling before the first word closes the socket', async (t) => {
  const { fake, generate, controller, isClosed } = await startStalled(t);
  fake.fault = { kind: 'stall', afterWords: 0 };
  const generated = generate();
  while (fake.chats.length === 0) await sleep(5);
  controller.abort();
  await assert.rejects(generated, { kind: 'cancelled' });
  assert.equal(await isClosed(), true);
});
