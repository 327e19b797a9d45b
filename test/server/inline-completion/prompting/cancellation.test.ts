/** Whoever does not want the text any more closes its socket, at every moment. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { llamaCpp } from '../../../../server/engines/llama-cpp.ts';
import { generateWithFallback } from '../../../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import { concurrencyLimit } from '../../../../server/resilience/concurrency-limit.ts';
import { fakeLlamaCpp } from '../../../support/fake-providers/llama-cpp.ts';
import { startEndpoint } from './endpoints.ts';
import { fimTarget } from './fim-targets.ts';

async function begun(t: TestContext) {
  const { fake, who } = await startEndpoint(t, llamaCpp, fakeLlamaCpp, 'qwen-coder');
  fake.fault = { kind: 'stall', afterWords: 2 };
  const queue = new PQueue({ concurrency: 1 });
  const engine = concurrencyLimit(queue)({ provider: 'lab', listModels: async () => [], ...who.engine });
  const controller = new AbortController();
  const fill = () => generateWithFallback(modeCache())({ ...who, engine }, fimTarget(), controller.signal);
  const isLeft = async () => {
    for (let looks = 0; looks < 100 && !(fake.chats[0]?.aborted && queue.pending === 0); looks += 1)
      await sleep(10);
    return fake.chats[0]?.aborted === true && queue.pending === 0;
  };
  return { fake, fill, controller, isLeft };
}

test('leaving the loop', async (t) => {
  const { fill, isLeft } = await begun(t);
  const { text, usage } = await fill();
  for await (const _ of text) break;
  assert.equal(await isLeft(), true);
  assert.equal(await usage, undefined);
});

test('leaving a text of which nothing was read', async (t) => {
  const { fill, isLeft } = await begun(t);
  const { text } = await fill();
  await text[Symbol.asyncIterator]().return?.();
  assert.equal(await isLeft(), true);
});

test('cancelling a text that nobody reads frees its place in the queue, too', async (t) => {
  const { fill, controller, isLeft } = await begun(t);
  const { usage } = await fill();
  controller.abort();
  assert.equal(await isLeft(), true);
  assert.equal(await usage, undefined);
});

test('cancelling in the middle ends the loop with it', async (t) => {
  const { fill, controller, isLeft } = await begun(t);
  const { text } = await fill();
  await assert.rejects(
    async () => {
      for await (const _ of text) queueMicrotask(() => controller.abort());
    },
    { kind: 'cancelled' },
  );
  assert.equal(await isLeft(), true);
});

test('cancelling between two pieces is no end of the text', async (t) => {
  const { fill, controller, isLeft } = await begun(t);
  const { text } = await fill();
  const pieces = text[Symbol.asyncIterator]();
  assert.equal((await pieces.next()).done, false);
  controller.abort();
  assert.equal(await isLeft(), true);
  await assert.rejects(async () => pieces.next(), { kind: 'cancelled' });
});

test('cancelling before the first word', async (t) => {
  const { fake, fill, controller, isLeft } = await begun(t);
  fake.fault = { kind: 'stall', afterWords: 0 };
  const filling = fill();
  while (fake.chats.length === 0) await sleep(5);
  controller.abort();
  await assert.rejects(filling, { kind: 'cancelled' });
  assert.equal(await isLeft(), true);
});
