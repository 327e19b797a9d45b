import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type InstalledModel,
  localUseOf,
  recommendLocalModels,
} from '../../../server/models/recommended-models.ts';

const gb = 1e9;
const installed = (name: string, size?: number, more: Partial<InstalledModel> = {}): InstalledModel => ({
  id: `docker-model-runner/${name}`,
  name,
  ...(size === undefined ? {} : { sizeBytes: size * gb }),
  ...more,
});
const first = (present: readonly InstalledModel[]) =>
  Object.fromEntries(
    Object.entries(recommendLocalModels(present)).map(([use, [id]]) => [
      use,
      id?.replace('docker-model-runner/', ''),
    ]),
  );

test('the models of Docker’s catalogue are recommended without any setting', () => {
  const present = ['ai/gemma3n', 'ai/smollm3', 'ai/gemma3', 'ai/gemma3-qat', 'ai/qwen3-coder'].map((name) =>
    installed(`${name}:latest`),
  );
  assert.deepEqual(first(present), {
    code: 'ai/qwen3-coder:latest',
    general: 'ai/gemma3-qat:latest',
    simple: 'ai/smollm3:latest',
    fill: 'ai/qwen3-coder:latest',
  });
  const without = (...names: string[]) =>
    first(present.filter(({ name }) => !names.some((removed) => name.startsWith(`${removed}:`))));
  assert.equal(without('ai/gemma3-qat')['general'], 'ai/gemma3:latest');
  assert.equal(without('ai/gemma3-qat', 'ai/gemma3')['general'], 'ai/gemma3n:latest');
  assert.equal(without('ai/smollm3')['simple'], 'ai/gemma3n:latest');
});

test('the same models are recognized by the names of other engines', () => {
  const present = [
    installed('qwen2.5-coder:1.5b', 1),
    installed('qwen2.5-coder:7b', 4.7),
    installed('qwen3-coder:30b', 19),
    installed('gemma3:12b-it-qat', 8.9),
    installed('hf.co/ggml-org/SmolLM3-3B-GGUF:Q4_K_M', 1.9),
    installed('nomic-embed-text:latest', 0.3),
  ];
  assert.deepEqual(first(present), {
    code: 'qwen3-coder:30b',
    general: 'gemma3:12b-it-qat',
    simple: 'hf.co/ggml-org/SmolLM3-3B-GGUF:Q4_K_M',
    fill: 'qwen2.5-coder:1.5b',
  });
});

test('without a preferred family, capability and size decide', () => {
  const present = [
    installed('big', 40),
    installed('small', 2),
    installed('middle', 8, { fill: true }),
    installed('unknown'),
  ];
  assert.deepEqual(first(present), { code: 'big', general: 'big', simple: 'small', fill: 'middle' });
});

test('leaves out models that are not capable: embedding models, and for fill those without it', () => {
  const embeds = installed('bge-m3', 1, { embeds: true });
  assert.deepEqual(recommendLocalModels([embeds]), { code: [], general: [], simple: [], fill: [] });
  assert.deepEqual(recommendLocalModels([installed('qwen2.5-coder:7b', 4, { fill: false })]).fill, []);
});

test('roles and tasks have a use', () => {
  assert.equal(localUseOf('coder', 'general'), 'code');
  assert.equal(localUseOf('planner', 'simple_generation'), 'general');
  assert.equal(localUseOf('chat', 'simple_generation'), 'simple');
  assert.equal(localUseOf(undefined, 'complex_generation'), 'code');
  assert.equal(localUseOf('custom', 'verification'), 'general');
});
