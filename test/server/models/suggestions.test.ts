import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestModels } from '../../../server/models/suggestions.ts';
import { localUses } from '../../../shared/local-models.ts';

const gib = 2 ** 30;
const labels = (memoryGib: number) => suggestModels(memoryGib * gib).map(({ label }) => label);

test('a workstation of 8 to 128 GB gets a model for every use, and never one larger than its memory', () => {
  for (const memory of [8, 12, 16, 24, 32, 48, 64, 128]) {
    const found = suggestModels(memory * gib);
    for (const use of localUses)
      assert.ok(
        found.some(({ uses }) => uses.includes(use)),
        `${use} with ${memory} GB`,
      );
    for (const { label, memoryBytes, sizeBytes } of found) {
      assert.ok(memoryBytes <= memory * gib * 0.65, `${label} with ${memory} GB`);
      assert.ok(sizeBytes <= memoryBytes, label);
    }
    assert.equal(new Set(found).size, found.length);
  }
});

test('with much memory the best come first, with little the small', () => {
  assert.deepEqual(labels(64).slice(0, 2), ['Qwen3-Coder 30 B', 'Qwen2.5-Coder 14 B']);
  assert.deepEqual(labels(16).slice(0, 2), ['Qwen2.5-Coder 7 B', 'Qwen2.5-Coder 3 B']);
  assert.deepEqual(labels(1), []);
});

test('what fills in the middle is small enough to stay beside a larger one', () => {
  for (const memory of [16, 32, 64]) {
    const fill = suggestModels(memory * gib).filter(({ uses }) => uses.includes('fill'));
    assert.ok(fill.some(({ memoryBytes }) => memoryBytes <= memory * gib * 0.2));
  }
});

test('every model has a name for every kind of engine', () => {
  for (const memory of [4, 8, 16, 32, 128]) {
    for (const { names } of suggestModels(memory * gib))
      for (const kind of ['ollama', 'docker-model-runner', 'llama-cpp', 'lm-studio']) assert.ok(names[kind]);
  }
});
