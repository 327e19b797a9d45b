import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { modelSuggestions } from '../../../server/models/suggestions.ts';
import { localUses } from '../../../shared/local-models.ts';

const gib = 2 ** 30;
const labels = (memoryGib: number) => modelSuggestions(memoryGib * gib, engines).map(({ label }) => label);

test('a workstation of 8 to 128 GB gets a model for every use, and never one larger than its memory', () => {
  for (const memory of [8, 12, 16, 24, 32, 48, 64, 128]) {
    const found = modelSuggestions(memory * gib, engines);
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

test('with much memory the best models come first, with little the small ones', () => {
  assert.deepEqual(labels(64).slice(0, 2), ['Qwen3-Coder 30 B', 'Qwen2.5-Coder 14 B']);
  assert.deepEqual(labels(16).slice(0, 2), ['Qwen2.5-Coder 7 B', 'Qwen2.5-Coder 3 B']);
  assert.deepEqual(labels(1), []);
});

test('models that fill in the middle are small enough to stay in memory beside a larger one', () => {
  for (const memory of [16, 32, 64]) {
    const fill = modelSuggestions(memory * gib, engines).filter(({ uses }) => uses.includes('fill'));
    assert.ok(fill.some(({ memoryBytes }) => memoryBytes <= memory * gib * 0.2));
  }
});

test('every suggestion has a name for every engine that can pull', () => {
  for (const memory of [4, 8, 16, 32, 128]) {
    for (const { names } of modelSuggestions(memory * gib, engines))
      for (const { kind, lifecycle } of engines)
        assert.equal(names[kind] !== undefined, lifecycle !== undefined, kind);
  }
});
