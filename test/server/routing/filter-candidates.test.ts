/** Which models may answer, by the context that they have or may get and by what only their provider knows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterCandidates } from '../../../server/routing/filter-candidates.ts';
import type { RoutingCriteria } from '../../../server/routing/snapshot.ts';
import { modelNamed, snapshotOf } from '../orchestration/progress.ts';

const route: RoutingCriteria = {
  task: 'general',
  difficulty: 0,
  localOnly: false,
  needsTools: false,
  needsVision: false,
  promptTokens: 6_000,
  maxPromptTokens: 20_000,
};
const cold = modelNamed('home/cold', { source: 'local', contextTokens: 4_096, contextAssumed: true });
const loaded = modelNamed('home/loaded', { source: 'local', contextTokens: 8_192 });
const idsOf = (remaining: readonly { readonly id: string }[]) => remaining.map(({ id }) => id);

test('a long prompt does not move from a loaded model to a cold one with less context', () => {
  const snapshot = snapshotOf([cold, loaded]);
  const { remaining, excluded } = filterCandidates(route, snapshot);
  assert.deepEqual(idsOf(remaining), ['home/loaded']);
  assert.equal(excluded[0]?.rule, 'context');
  assert.match(excluded[0]?.reason ?? '', /by default its engine gives it a context of 4096\.$/);
  const cooldown = { rule: 'circuit', reason: 'It failed.', untilMs: 1 } as const;
  const without = { ...snapshot, modelCooldowns: new Map([[loaded.id, cooldown]]) };
  assert.deepEqual(filterCandidates(route, without).remaining, []);
});

test('where no other model is left, a cold one is tried unless it can never have that much', () => {
  assert.deepEqual(idsOf(filterCandidates(route, snapshotOf([cold])).remaining), ['home/cold']);
  assert.deepEqual(filterCandidates(route, snapshotOf([cold])).excluded, []);
  const small = { ...cold, trainedContextTokens: 5_000 };
  assert.deepEqual(filterCandidates(route, snapshotOf([small])).remaining, []);
  const full = modelNamed('home/full', { source: 'local', contextTokens: 4_096 });
  assert.deepEqual(filterCandidates(route, snapshotOf([full])).remaining, []);
});

test('a pinned cold model is tried, since only loading it tells', () => {
  const snapshot = snapshotOf([cold, loaded]);
  assert.deepEqual(idsOf(filterCandidates({ ...route, model: cold.id }, snapshot).remaining), [
    'home/cold',
    'home/loaded',
  ]);
  const byTask = { ...snapshot, taskTypes: { general: { model: cold.id } } };
  assert.equal(filterCandidates(route, byTask).remaining.length, 2);
});

test('a provider on standby steps back as soon as another model can answer', () => {
  const short = { ...route, promptTokens: 10 };
  const practice = modelNamed('practice/toy', { source: 'local', standby: true });
  const real = modelNamed('lab/real');
  const both = filterCandidates(short, snapshotOf([practice, real]));
  assert.deepEqual(idsOf(both.remaining), ['lab/real']);
  assert.equal(both.excluded[0]?.rule, 'standby');
  assert.deepEqual(idsOf(filterCandidates(short, snapshotOf([practice])).remaining), ['practice/toy']);
  const locked = snapshotOf([practice, { ...real, locked: true }]);
  assert.deepEqual(idsOf(filterCandidates(short, locked).remaining), ['practice/toy']);
  const pinned = filterCandidates({ ...short, model: practice.id }, snapshotOf([practice, real]));
  assert.deepEqual(idsOf(pinned.remaining), ['practice/toy', 'lab/real']);
});

test('an uploaded file is read by its own provider, under whatever name, and by no other one', () => {
  const models = [
    modelNamed('anthropic/own', { kind: 'anthropic' }),
    modelNamed('work/second', { kind: 'anthropic' }),
    modelNamed('openai/other', { kind: 'openai' }),
  ];
  const uploaded = { ...route, promptTokens: 10, uploadedTo: ['anthropic'] };
  const { remaining, excluded } = filterCandidates(uploaded, snapshotOf(models));
  assert.deepEqual(idsOf(remaining), ['anthropic/own', 'work/second']);
  assert.equal(excluded[0]?.rule, 'field');
  assert.match(excluded[0]?.reason ?? '', /uploaded to anthropic, which this service cannot read/);
});
