/** Reading a file into an engine’s cache before the first request. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llamaCpp } from '../../../../server/engines/llama-cpp/definition.ts';
import { vllm } from '../../../../server/engines/vllm/definition.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import { warmUp } from '../../../../server/inline-completion/prompting/warm-up.ts';
import { fakeLlamaCpp } from '../../../support/fake-providers/llama-cpp.ts';
import { fakeVllm } from '../../../support/fake-providers/openai-copies.ts';
import { startEndpoint } from './endpoints.ts';
import { fimTarget, snippets } from './fim-targets.ts';

const neverAborted = new AbortController().signal;
const target = fimTarget({ snippets, stop: ['\n'], slot: 1 });

test('llama-server reads the prompt of the next request, and generates nothing', async (t) => {
  const { fake, endpoint } = await startEndpoint(t, llamaCpp, fakeLlamaCpp, 'qwen-coder');
  const cache = modeCache();
  cache.recordSuccess(endpoint, 'fill');
  fake.reply = { text: '', finish: 'length' };
  assert.equal(await warmUp(endpoint, target, cache, neverAborted), true);
  assert.equal(fake.chats[0]?.path, '/infill');
  assert.deepEqual(fake.chats[0]?.body, {
    model: 'qwen-coder',
    input_extra: snippets.map(({ name, text }) => ({ filename: name, text })),
    input_prefix: target.prefix,
    input_suffix: target.suffix,
    stream: true,
    n_predict: 0,
    temperature: 0,
    cache_prompt: true,
    id_slot: 1,
  });
});

test('a model without a success in fill mode, or an engine without a cache, gets no request', async (t) => {
  const cache = modeCache();
  for (const [definition, startFake] of [
    [llamaCpp, fakeLlamaCpp],
    [vllm, fakeVllm],
  ] as const) {
    const { fake, endpoint } = await startEndpoint(t, definition, startFake, 'qwen-coder');
    cache.recordSuccess(endpoint, definition === vllm ? 'fill' : 'template');
    assert.equal(await warmUp(endpoint, target, cache, neverAborted), false);
    assert.equal(fake.chats.length, 0);
  }
});
