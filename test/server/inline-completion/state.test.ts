import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Eligibility, ModelRanking } from '../../../server/inline-completion/rank-models.ts';
import { type InlineStateInput, inlineStateOf } from '../../../server/inline-completion/state.ts';
import { model } from '../routing/samples.ts';

const ranked = {
  model: model('ollama/one'),
  length: 'block',
  usualMs: 90,
  lateAfterMs: 200,
  isCold: false,
} as const;
const state = (ranking: Partial<ModelRanking>, more: Partial<InlineStateInput> = {}) =>
  inlineStateOf({
    isEnabled: true,
    isPaused: false,
    ranking: () => ({ ranked: [], eligibility: [], ...ranking }),
    unavailableReason: undefined,
    today: new Map(),
    ...more,
  });
const judged = (isAllowed: boolean, isUsable: boolean, reason: string): Eligibility => ({
  model: model('ollama/one'),
  isAllowed,
  isUsable,
  reason,
});

test('off and paused need no ranking', () => {
  const ranking = () => assert.fail('not needed');
  assert.equal(state({}, { isEnabled: false, ranking }).state, 'off');
  assert.equal(state({}, { isPaused: true, ranking }).state, 'paused');
});

test('on names the models, and why the viewed document has no ghost text', () => {
  assert.deepEqual(state({ ranked: [ranked] }).models, ['ollama/one']);
  assert.equal(state({ ranked: [ranked] }, { unavailableReason: 'It is large.' }).reason, 'It is large.');
});

test('without a model the reason is that of an allowed one, else that none is allowed, else that there is none', () => {
  const [down, cloud] = [judged(true, false, 'It is down.'), judged(false, true, 'Not named.')];
  assert.equal(state({ eligibility: [cloud, down] }).reason, 'ollama/one: It is down.');
  assert.match(state({ eligibility: [cloud] }).reason ?? '', /allows no other/);
  assert.equal(state({}).reason, 'No model is available.');
  assert.equal(state({}).state, 'no-model');
});

test('the counts of all models are added; one unknown price makes the cost unknown', () => {
  const none = { requests: 0, cancelled: 0, keptCharacters: 0, input: 0, output: 0, unknownPrice: 0 };
  const [one, two] = [
    { ...none, offered: 3, accepted: 1, costUsd: 0.5 },
    { ...none, offered: 2, accepted: 1, costUsd: 0.25 },
  ];
  const today = (counts: typeof one) =>
    state({}, { today: new Map([['a/one', one] as const, ['a/two', counts] as const]) }).today;
  assert.deepEqual(today(two), { offered: 5, accepted: 2, costUsd: 0.75 });
  assert.equal(today({ ...two, unknownPrice: 1 }).costUsd, null);
});
