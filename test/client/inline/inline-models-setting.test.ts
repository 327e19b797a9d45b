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
const chosen = (selected: readonly string[], current: readonly string[] = []) =>
  modelsSetting(candidates, new Set(selected), current);

test('exactly all local models are the empty list, so that later ones are included', () => {
  assert.deepEqual(chosen(local, ['lab/small']), []);
});

test('a cloud model is listed together with the local ones', () => {
  assert.deepEqual(chosen([...local, 'openai/mini']), ['lab/small', 'lab/large', 'openai/mini']);
});

test('a pattern stays while all its models are selected, and is expanded when one is not', () => {
  assert.deepEqual(chosen([...local, 'openai/gpt'], ['lab/*', 'openai/*']), ['lab/*', 'openai/gpt']);
  assert.deepEqual(chosen(['lab/small'], ['lab/*']), ['lab/small']);
});

test('entries of models that are not listed now are kept', () => {
  assert.deepEqual(chosen(['lab/small'], ['asleep/*', 'asleep2/one', 'lab/large']), [
    'asleep/*',
    'asleep2/one',
    'lab/small',
  ]);
});

test('no selection cannot be expressed', () => {
  assert.equal(chosen([]), undefined);
});
