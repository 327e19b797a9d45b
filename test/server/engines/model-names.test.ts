/** Names as owners, registries and lists write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dockerModelNames } from '../../../server/engines/docker-model-runner/model-names.ts';
import { llamaModelNames } from '../../../server/engines/llama-cpp/model-names.ts';
import { lmStudioModelNames } from '../../../server/engines/lm-studio/model-names.ts';
import {
  exactNames,
  findModelNamed,
  isSameModelName,
  type ModelNames,
} from '../../../server/engines/model-names.ts';
import { ollamaModelNames } from '../../../server/engines/ollama/model-names.ts';

/** The names, the name by which a list has the model, other names of it, names of other models. */
const engines: readonly (readonly [ModelNames, string, readonly string[], readonly string[]])[] = [
  [
    ollamaModelNames,
    'qwen3-coder:latest',
    [
      'qwen3-coder',
      'Qwen3-Coder:LATEST',
      'library/qwen3-coder',
      'registry.ollama.ai/library/qwen3-coder:latest',
    ],
    ['qwen3-coder:30b', 'me/qwen3-coder', 'qwen3'],
  ],
  [
    ollamaModelNames,
    'hf.co/x/Y-GGUF:Q4_K_M',
    ['hf.co/x/y-gguf:q4_k_m'],
    ['hf.co/x/Y-GGUF', 'x/Y-GGUF:Q4_K_M'],
  ],
  [
    dockerModelNames,
    'docker.io/ai/smollm2:latest',
    ['ai/smollm2', 'smollm2', 'ai/smollm2:latest', 'index.docker.io/ai/SmolLM2', 'docker.io/ai/smollm2'],
    ['ai/smollm2:135M', 'me/smollm2', 'registry.example/ai/smollm2'],
  ],
  [
    dockerModelNames,
    'huggingface.co/x/y-gguf:Q4_K_M',
    ['hf.co/x/Y-GGUF:Q4_K_M', 'https://huggingface.co/x/Y-GGUF:Q4_K_M'],
    ['x/y-gguf:Q4_K_M', 'hf.co/x/y-gguf'],
  ],
  [
    llamaModelNames,
    'ggml-org/tiny-GGUF:Q4_0',
    ['ggml-org/tiny-GGUF', 'hf.co/ggml-org/tiny-GGUF', 'https://huggingface.co/ggml-org/tiny-GGUF:Q4_0'],
    ['tiny-GGUF', 'ggml-org/tiny'],
  ],
  [llamaModelNames, '/home/me/models/tiny.gguf', ['tiny.gguf'], ['tiny']],
  [lmStudioModelNames, 'qwen/qwen3-8b', ['Qwen/Qwen3-8B'], ['qwen3-8b']],
  [exactNames, 'Llama', [], ['llama', 'Llama:latest']],
];

for (const [names, listed, same, others] of engines)
  test(`“${listed}” is known by all its names and by no other`, () => {
    for (const name of [listed, ...same]) assert.ok(isSameModelName(names, listed, name), name);
    for (const name of others) assert.ok(!isSameModelName(names, listed, name), name);
  });

test('a model of exactly the wanted name comes first', () => {
  const models = [{ name: 'a:latest' }, { name: 'A' }];
  assert.equal(findModelNamed(ollamaModelNames, models, 'A'), models[1]);
  assert.equal(findModelNamed(ollamaModelNames, models, 'library/a'), models[0]);
  assert.equal(findModelNamed(ollamaModelNames, models, 'b'), undefined);
});
