import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelsSetting } from '../../../client/inline/inline-models-setting.ts';
import { sampleCandidate } from '../samples.ts';

const local = ['lab/small', 'lab/large'] as const;
const candidates = [
  ...local.map((model) => sampleCandidate({ model })),
  sampleCandidate({ model: 'openai/gpt', source: 'api', allowed: false }),
  sampleCandidate({ model: 'openai/mini', source: 'api', allowed: false }),
];
const chosen = (ticked: readonly string[], said: readonly string[] = []) =>
  modelsSetting(candidates, new Set(ticked), said);

test('every local model and no other is the empty list, so that later ones write, too', () => {
  assert.deepEqual(chosen(local, ['lab/small']), []);
});

test('a cloud model is named, and the local ones with it', () => {
  assert.deepEqual(chosen([...local, 'openai/mini']), ['lab/small', 'lab/large', 'openai/mini']);
});

test('a pattern stays while all it stands for is ticked, and is taken apart when one is not', () => {
  assert.deepEqual(chosen([...local, 'openai/gpt'], ['lab/*', 'openai/*']), ['lab/*', 'openai/gpt']);
  assert.deepEqual(chosen(['lab/small'], ['lab/*']), ['lab/small']);
});

test('what is written of models nobody knows now is kept', () => {
  assert.deepEqual(chosen(['lab/small'], ['asleep/*', 'asleep2/one', 'lab/large']), [
    'asleep/*',
    'asleep2/one',
    'lab/small',
  ]);
});

test('nobody at all cannot be said', () => {
  assert.equal(chosen([]), undefined);
});
