import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RankInput, rankModels } from '../../../server/inline-completion/rank-models.ts';
import type { RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import type { Model } from '../../../shared/models.ts';
import { model, route, snapshot } from '../routing/samples.ts';

type Facts = Partial<Omit<RankInput, 'snapshot' | 'routeTo'>> & {
  readonly seen?: Partial<RoutingSnapshot>;
  readonly localOnly?: boolean;
  /** Milliseconds to the first line. */
  readonly ms?: Readonly<Record<string, number>>;
};

const scene = (
  models: Model[],
  { seen = {}, localOnly = false, ms = {}, ...facts }: Facts = {},
): RankInput => ({
  snapshot: snapshot(models, seen),
  routeTo: () => route({ localOnly, role: 'inline', task: 'simple_generation' }),
  allowedNames: [],
  isSwitchedOff: () => false,
  exceedsContext: () => false,
  isEmbedding: () => false,
  formatOf: () => 'fill',
  latencyOf: ({ id }) => {
    const lineMs = ms[id];
    return lineMs === undefined ? undefined : { usualMs: lineMs - 20, lateAfterMs: lineMs * 2, lineMs };
  },
  acceptanceRateOf: () => undefined,
  ...facts,
});
const order = (models: Model[], facts?: Facts) =>
  rankModels(scene(models, facts)).ranked.map((each) => each.model.id);
const whyNot = (models: Model[], facts?: Facts) =>
  Object.fromEntries(
    rankModels(scene(models, facts)).eligibility.map(({ model, reason }) => [model.id, reason]),
  );

const [one, two, cloud] = [model('ollama/one'), model('ollama/two'), model('openai/big')];

test('with nobody named every local model may write and no cloud model', () => {
  assert.deepEqual(order([cloud, one, two]), ['ollama/one', 'ollama/two']);
  assert.match(whyNot([cloud])['openai/big'] ?? '', /cloud/);
});

test('a cloud model writes when it is named, by itself or with all of its provider; the others are not asked then', () => {
  assert.deepEqual(order([cloud, one], { allowedNames: ['openai/big'] }), ['openai/big']);
  assert.deepEqual(order([cloud, one], { allowedNames: ['openai/*', 'ollama/one'] }), [
    'openai/big',
    'ollama/one',
  ]);
  assert.match(whyNot([cloud, one], { allowedNames: ['openai/big'] })['ollama/one'] ?? '', /names others/);
});

test('a local-only file is for models on the user’s machines, whoever is named', () => {
  assert.deepEqual(order([cloud, one], { allowedNames: ['openai/big', 'ollama/*'], localOnly: true }), [
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
    allowedNames: ['openai/*', 'ollama/*'],
    seen: {
      modelCooldowns: new Map([[two.id, rest]]),
      remainingBudget: { usd: 0, name: 'rumbo.budget.perDayUsd' },
    },
  };
  assert.deepEqual(order([locked, off, two, cloud, one], facts), ['ollama/one']);
  const why = whyNot([locked, off, two, cloud], facts);
  assert.match(why['ollama/locked'] ?? '', /locked/);
  assert.match(why['ollama/two'] ?? '', /It failed/);
  assert.match(why['openai/big'] ?? '', /perDayUsd/);
});

test('who is named writes although it is out of rotation, unless it was switched off by name', () => {
  const resting = model('openai/coder', { toggle: false });
  assert.deepEqual(order([resting], { allowedNames: ['openai/coder'] }), ['openai/coder']);
  assert.deepEqual(order([resting], { allowedNames: ['openai/*'] }), []);
  assert.deepEqual(order([resting], { allowedNames: ['openai/coder'], isSwitchedOff: () => true }), []);
});

test('models that only make vectors are not asked', () => {
  assert.deepEqual(order([one, two], { isEmbedding: ({ name }) => name === 'one' }), ['ollama/two']);
});

test('the fastest to its first line comes first', () => {
  assert.deepEqual(order([one, two], { ms: { 'ollama/one': 400, 'ollama/two': 150 } }), [
    'ollama/two',
    'ollama/one',
  ]);
});

test('unmeasured, those known to be good at it come first, and who fills before who chats', () => {
  assert.deepEqual(order([one, two], { seen: { recommendedLocal: [two.id, one.id] } }), [
    'ollama/two',
    'ollama/one',
  ]);
  assert.deepEqual(order([one, two], { formatOf: ({ name }) => (name === 'one' ? 'chat' : 'fill') }), [
    'ollama/two',
    'ollama/one',
  ]);
});

test('a model that has to be loaded comes behind one in memory', () => {
  const seen = { coldStartMs: new Map([[one.id, 4_000]]) };
  const { ranked } = rankModels(scene([one, two], { seen, ms: { 'ollama/one': 100, 'ollama/two': 700 } }));
  assert.deepEqual(
    ranked.map(({ model, isCold }) => [model.id, isCold]),
    [
      ['ollama/two', false],
      ['ollama/one', true],
    ],
  );
});

test('among nearly equals the one that is taken more often wins, and no love makes up for twice the time', () => {
  const acceptanceRateOf = (id: string) => (id === 'ollama/one' ? 0.1 : 0.6);
  assert.deepEqual(
    order([one, two], { acceptanceRateOf, ms: { 'ollama/one': 200, 'ollama/two': 220 } })[0],
    'ollama/two',
  );
  assert.deepEqual(
    order([one, two], { acceptanceRateOf, ms: { 'ollama/one': 200, 'ollama/two': 400 } })[0],
    'ollama/one',
  );
});

test('who was first stays so until another is clearly faster', () => {
  const previousFirst = one.id;
  assert.equal(
    order([one, two], { previousFirst, ms: { 'ollama/one': 200, 'ollama/two': 180 } })[0],
    'ollama/one',
  );
  assert.equal(
    order([one, two], { previousFirst, ms: { 'ollama/one': 200, 'ollama/two': 100 } })[0],
    'ollama/two',
  );
});

test('a slow model is asked for a line only', () => {
  const { ranked } = rankModels(
    scene([one, two, cloud], {
      allowedNames: ['ollama/*', 'openai/*'],
      ms: { 'ollama/one': 900, 'ollama/two': 700 },
    }),
  );
  assert.deepEqual(Object.fromEntries(ranked.map(({ model, length }) => [model.id, length])), {
    'ollama/one': 'line',
    'ollama/two': 'block',
    'openai/big': 'block',
  });
});

test('nobody is late before 150 ms, and a second counts where nothing is known', () => {
  const late = (lineMs?: number) =>
    rankModels(scene([one], lineMs === undefined ? {} : { ms: { 'ollama/one': lineMs } })).ranked[0]
      ?.lateAfterMs;
  assert.deepEqual([late(30), late(300), late()], [150, 600, 1_000]);
});

test('of two reasons the one is told that naming the model would not mend', () => {
  const rest = { rule: 'no-key', reason: 'OpenAI has no API key.' } as const;
  const facts: Facts = { seen: { cooldowns: new Map([['openai', rest]]) } };
  assert.equal(whyNot([cloud], facts)['openai/big'], 'OpenAI has no API key.');
});
