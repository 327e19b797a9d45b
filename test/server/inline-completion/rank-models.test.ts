import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, type Scene } from '../../../server/inline-completion/rank-models.ts';
import type { Snapshot } from '../../../server/routing/snapshot.ts';
import type { Model } from '../../../shared/models.ts';
import { model, route, snapshot } from '../routing/samples.ts';

type Facts = Partial<Omit<Scene, 'snapshot' | 'routeTo'>> & {
  readonly seen?: Partial<Snapshot>;
  readonly localOnly?: boolean;
  /** Milliseconds to the first line. */
  readonly ms?: Readonly<Record<string, number>>;
};

const scene = (models: Model[], { seen = {}, localOnly = false, ms = {}, ...facts }: Facts = {}): Scene => ({
  snapshot: snapshot(models, seen),
  routeTo: () => route({ localOnly, role: 'inline', task: 'simple_generation' }),
  named: [],
  isSwitchedOff: () => false,
  isOverwhelmed: () => false,
  embeds: () => false,
  mannerOf: () => 'fill',
  latencyOf: ({ id }) => {
    const lineMs = ms[id];
    return lineMs === undefined ? undefined : { usualMs: lineMs - 20, lateAfterMs: lineMs * 2, lineMs };
  },
  takenOf: () => undefined,
  ...facts,
});
const order = (models: Model[], facts?: Facts) =>
  choose(scene(models, facts)).chosen.map((each) => each.model.id);
const whyNot = (models: Model[], facts?: Facts) =>
  Object.fromEntries(choose(scene(models, facts)).judged.map(({ model, reason }) => [model.id, reason]));

const [one, two, cloud] = [model('ollama/one'), model('ollama/two'), model('openai/big')];

test('with nobody named every local model may write and no cloud model', () => {
  assert.deepEqual(order([cloud, one, two]), ['ollama/one', 'ollama/two']);
  assert.match(whyNot([cloud])['openai/big'] ?? '', /cloud/);
});

test('a cloud model writes when it is named, by itself or with all of its provider; the others are not asked then', () => {
  assert.deepEqual(order([cloud, one], { named: ['openai/big'] }), ['openai/big']);
  assert.deepEqual(order([cloud, one], { named: ['openai/*', 'ollama/one'] }), ['openai/big', 'ollama/one']);
  assert.match(whyNot([cloud, one], { named: ['openai/big'] })['ollama/one'] ?? '', /names others/);
});

test('a local-only file is for models on the user’s machines, whoever is named', () => {
  assert.deepEqual(order([cloud, one], { named: ['openai/big', 'ollama/*'], localOnly: true }), [
    'ollama/one',
  ]);
  const elsewhere = model('ollama/far', { private: false });
  assert.deepEqual(order([elsewhere], { localOnly: true }), []);
});

test('the router’s own filter holds: locked, resting, over budget', () => {
  const locked = model('ollama/locked', { locked: true });
  const off = model('ollama/off', { toggle: false });
  const rest = { rule: 'circuit', reason: 'It failed.' } as const;
  const facts: Facts = {
    named: ['openai/*', 'ollama/*'],
    seen: { restingModels: new Map([[two.id, rest]]), room: { usd: 0, name: 'rumbo.budget.perDayUsd' } },
  };
  assert.deepEqual(order([locked, off, two, cloud, one], facts), ['ollama/one']);
  const why = whyNot([locked, off, two, cloud], facts);
  assert.match(why['ollama/locked'] ?? '', /locked/);
  assert.match(why['ollama/two'] ?? '', /It failed/);
  assert.match(why['openai/big'] ?? '', /perDayUsd/);
});

test('who is named writes although it is out of rotation, unless it was switched off by name', () => {
  const resting = model('openai/coder', { toggle: false });
  assert.deepEqual(order([resting], { named: ['openai/coder'] }), ['openai/coder']);
  assert.deepEqual(order([resting], { named: ['openai/*'] }), []);
  assert.deepEqual(order([resting], { named: ['openai/coder'], isSwitchedOff: () => true }), []);
});

test('models that only make vectors are not asked', () => {
  assert.deepEqual(order([one, two], { embeds: ({ name }) => name === 'one' }), ['ollama/two']);
});

test('the fastest to its first line comes first', () => {
  assert.deepEqual(order([one, two], { ms: { 'ollama/one': 400, 'ollama/two': 150 } }), [
    'ollama/two',
    'ollama/one',
  ]);
});

test('unmeasured, those known to be good at it come first, and who fills before who chats', () => {
  assert.deepEqual(order([one, two], { seen: { favourites: [two.id, one.id] } }), [
    'ollama/two',
    'ollama/one',
  ]);
  assert.deepEqual(order([one, two], { mannerOf: ({ name }) => (name === 'one' ? 'chat' : 'fill') }), [
    'ollama/two',
    'ollama/one',
  ]);
});

test('a model that has to be loaded comes behind one in memory', () => {
  const seen = { coldStartMs: new Map([[one.id, 4_000]]) };
  const { chosen } = choose(scene([one, two], { seen, ms: { 'ollama/one': 100, 'ollama/two': 700 } }));
  assert.deepEqual(
    chosen.map(({ model, cold }) => [model.id, cold]),
    [
      ['ollama/two', false],
      ['ollama/one', true],
    ],
  );
});

test('among nearly equals the one that is taken more often wins, and no love makes up for twice the time', () => {
  const takenOf = (id: string) => (id === 'ollama/one' ? 0.1 : 0.6);
  assert.deepEqual(
    order([one, two], { takenOf, ms: { 'ollama/one': 200, 'ollama/two': 220 } })[0],
    'ollama/two',
  );
  assert.deepEqual(
    order([one, two], { takenOf, ms: { 'ollama/one': 200, 'ollama/two': 400 } })[0],
    'ollama/one',
  );
});

test('who was first stays so until another is clearly faster', () => {
  const first = one.id;
  assert.equal(order([one, two], { first, ms: { 'ollama/one': 200, 'ollama/two': 180 } })[0], 'ollama/one');
  assert.equal(order([one, two], { first, ms: { 'ollama/one': 200, 'ollama/two': 100 } })[0], 'ollama/two');
});

test('a slow model is asked for a line only', () => {
  const { chosen } = choose(
    scene([one, two, cloud], {
      named: ['ollama/*', 'openai/*'],
      ms: { 'ollama/one': 900, 'ollama/two': 700 },
    }),
  );
  assert.deepEqual(Object.fromEntries(chosen.map(({ model, shape }) => [model.id, shape])), {
    'ollama/one': 'line',
    'ollama/two': 'block',
    'openai/big': 'block',
  });
});

test('nobody is late before 150 ms, and a second counts where nothing is known', () => {
  const late = (lineMs?: number) =>
    choose(scene([one], lineMs === undefined ? {} : { ms: { 'ollama/one': lineMs } })).chosen[0]?.lateAfterMs;
  assert.deepEqual([late(30), late(300), late()], [150, 600, 1_000]);
});

test('of two reasons the one is told that naming the model would not mend', () => {
  const rest = { rule: 'no-key', reason: 'OpenAI has no API key.' } as const;
  const facts: Facts = { seen: { resting: new Map([['openai', rest]]) } };
  assert.equal(whyNot([cloud], facts)['openai/big'], 'OpenAI has no API key.');
});
