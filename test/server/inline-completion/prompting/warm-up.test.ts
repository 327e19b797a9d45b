/** Reading ahead of the first question. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llamaCpp } from '../../../../server/engines/llama-cpp.ts';
import { vllm } from '../../../../server/engines/vllm.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import { warmUp } from '../../../../server/inline-completion/prompting/warm-up.ts';
import { fakeLlamaCpp } from '../../../support/fake-providers/llama-cpp.ts';
import { fakeVllm } from '../../../support/fake-providers/openai-copies.ts';
import { startEndpoint } from './endpoints.ts';
import { fimTarget, snippets } from './fim-targets.ts';

const never = new AbortController().signal;
const gap = fimTarget({ snippets, stop: ['\n'], slot: 1 });

test('llama-server reads the same beginning as it will be asked about, and writes nothing', async (t) => {
  const { fake, who } = await startEndpoint(t, llamaCpp, fakeLlamaCpp, 'qwen-coder');
  const memory = modeCache();
  memory.worked(who, 'fill');
  fake.reply = { text: '', finish: 'length' };
  assert.equal(await warmUp(who, gap, memory, never), true);
  assert.equal(fake.chats[0]?.path, '/infill');
  assert.deepEqual(fake.chats[0]?.body, {
    model: 'qwen-coder',
    input_extra: snippets.map(({ name, text }) => ({ filename: name, text })),
    input_prefix: gap.prefix,
    input_suffix: gap.suffix,
    stream: true,
    n_predict: 0,
    temperature: 0,
    cache_prompt: true,
    id_slot: 1,
  });
});

test('whoever has not filled a gap yet, or keeps nothing, is not asked to read', async (t) => {
  const memory = modeCache();
  for (const [definition, fakeOf] of [
    [llamaCpp, fakeLlamaCpp],
    [vllm, fakeVllm],
  ] as const) {
    const { fake, who } = await startEndpoint(t, definition, fakeOf, 'qwen-coder');
    memory.worked(who, definition === vllm ? 'fill' : 'template');
    assert.equal(await warmUp(who, gap, memory, never), false);
    assert.equal(fake.chats.length, 0);
  }
});
