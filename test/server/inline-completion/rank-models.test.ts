import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputFormat } from '../../../server/inline-completion/generator.ts';
import { eligibilityOf, rankModels } from '../../../server/inline-completion/rank-models.ts';
import type { RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import type { Model } from '../../../shared/models.ts';
import { model, route, snapshot } from '../routing/samples.ts';

type Facts = {
  readonly seen?: Partial<RoutingSnapshot>;
  readonly localOnly?: boolean;
  readonly allowedNames?: readonly string[];
  readonly isSwitchedOff?: boolean;
  readonly exceedsContext?: boolean;
  readonly embeddingModels?: readonly string[];
  readonly formats?: Readonly<Record<string, OutputFormat>>;
  /** Milliseconds to the first line. */
  readonly ms?: Readonly<Record<string, number>>;
  readonly acceptanceRates?: Readonly<Record<string, number>>;
  readonly previousFirst?: Model['id'];
};

/** As `rankedModels` does it. */
function rank(models: Model[], facts: Facts = {}) {
  const { seen = {}, localOnly = false, allowedNames = [], ms = {}, formats = {} } = facts;
  const { isSwitchedOff = false, exceedsContext = false, embeddingModels = [] } = facts;
  const state = snapshot(models, seen);
  const criteria = route({ localOnly, role: 'inline', task: 'simple_generation' });
  const eligibility = models.map((each) => {
    const isEmbedding = embeddingModels.includes(each.id);
    const input = { model: each, criteria, allowedNames, isSwitchedOff, exceedsContext, isEmbedding };
    return eligibilityOf(input, state);
  });
  const inputs = eligibility
    .filter(({ isAllowed, isUsable }) => isAllowed && isUsable)
    .map(({ model: each }) => {
      const lineMs = ms[each.id];
      return {
        model: each,
        format: formats[each.id] ?? 'fill',
        latency: lineMs === undefined ? undefined : { usualMs: lineMs - 20, lateAfterMs: lineMs * 2, lineMs },
        acceptanceRate: facts.acceptanceRates?.[each.id],
      };
    });
  return { ranked: rankModels(inputs, state, facts.previousFirst), eligibility };
}
const order = (models: Model[], facts?: Facts) => rank(models, facts).ranked.map((each) => each.model.id);
const whyNot = (models: Model[], facts?: Facts) =>
  Object.fromEntries(rank(models, facts).eligibility.map(({ model, reason }) => [model.id, reason]));

const [one, two, cloud] = [model('ollama/one'), model('ollama/two'), model('openai/big')];

test('without named models every local model is eligible and no cloud model', () => {
  assert.deepEqual(order([cloud, one, two]), ['ollama/one', 'ollama/two']);
  assert.match(whyNot([cloud])['openai/big'] ?? '', /cloud/);
});

test('a cloud model is eligible when its id or its provider is named; models not named are then not', () => {
  assert.deepEqual(order([cloud, one], { allowedNames: ['openai/big'] }), ['openai/big']);
  assert.deepEqual(order([cloud, one], { allowedNames: ['openai/*', 'ollama/one'] }), [
    'openai/big',
    'ollama/one',
  ]);
  assert.match(
    whyNot([cloud, one], { allowedNames: ['openai/big'] })['ollama/one'] ?? '',
    /names only other models/,
  );
});

test('a local model on another machine is eligible only when it is named', () => {
  const lab = model('ollama/lab', { onOtherMachine: true });
  assert.deepEqual(order([lab, one]), ['ollama/one']);
  assert.match(whyNot([lab])['ollama/lab'] ?? '', /another machine/);
  assert.deepEqual(order([lab, one], { allowedNames: ['ollama/lab'] }), ['ollama/lab']);
});

test('a local-only file is for models on the user’s machines, whatever is named', () => {
  assert.deepEqual(order([cloud, one], { allowedNames: ['openai/big', 'ollama/*'], localOnly: true }), [
    'ollama/one',
  ]);
  const elsewhere = model('ollama/far', { private: false });
  assert.deepEqual(order([elsewhere], { localOnly: true }), []);
});

test('the router’s own filter applies: locked, cooling down, over budget', () => {
  const locked = model('ollama/locked', { locked: true });
  const off = model('ollama/off', { toggle: false });
  const cooldown = { rule: 'circuit', reason: 'It failed.' } as const;
  const facts: Facts = {
    allowedNames: ['openai/*', 'ollama/*'],
    seen: {
      modelCooldowns: new Map([[two.id, cooldown]]),
      remainingBudget: { usd: 0, name: 'rumbo.budget.perDayUsd' },
    },
  };
  assert.deepEqual(order([locked, off, two, cloud, one], facts), ['ollama/one']);
  const why = whyNot([locked, off, two, cloud], facts);
  assert.match(why['ollama/locked'] ?? '', /locked/);
  assert.match(why['ollama/two'] ?? '', /It failed/);
  assert.match(why['openai/big'] ?? '', /perDayUsd/);
});

test('a named model is eligible although it is out of rotation, unless it was switched off by its id', () => {
  const disabled = model('openai/coder', { toggle: false });
  assert.deepEqual(order([disabled], { allowedNames: ['openai/coder'] }), ['openai/coder']);
  assert.deepEqual(order([disabled], { allowedNames: ['openai/*'] }), []);
  assert.deepEqual(order([disabled], { allowedNames: ['openai/coder'], isSwitchedOff: true }), []);
});

test('embedding models are not eligible', () => {
  assert.deepEqual(order([one, two], { embeddingModels: [one.id] }), ['ollama/two']);
});

test('the fastest to its first line comes first', () => {
  assert.deepEqual(order([one, two], { ms: { 'ollama/one': 400, 'ollama/two': 150 } }), [
    'ollama/two',
    'ollama/one',
  ]);
});

test('without measurements recommended models come first, and fill before chat', () => {
  assert.deepEqual(order([one, two], { seen: { recommendedLocal: [two.id, one.id] } }), [
    'ollama/two',
    'ollama/one',
  ]);
  assert.deepEqual(order([one, two], { formats: { 'ollama/one': 'chat' } }), ['ollama/two', 'ollama/one']);
});

test('a model that has to be loaded comes after one in memory', () => {
  const seen = { coldStartMs: new Map([[one.id, 4_000]]) };
  const { ranked } = rank([one, two], { seen, ms: { 'ollama/one': 100, 'ollama/two': 700 } });
  assert.deepEqual(
    ranked.map(({ model, isCold }) => [model.id, isCold]),
    [
      ['ollama/two', false],
      ['ollama/one', true],
    ],
  );
});

test('among nearly equal models the one accepted more often wins, but acceptance does not outweigh twice the time', () => {
  const acceptanceRates = { 'ollama/one': 0.1, 'ollama/two': 0.6 };
  assert.deepEqual(
    order([one, two], { acceptanceRates, ms: { 'ollama/one': 200, 'ollama/two': 220 } })[0],
    'ollama/two',
  );
  assert.deepEqual(
    order([one, two], { acceptanceRates, ms: { 'ollama/one': 200, 'ollama/two': 400 } })[0],
    'ollama/one',
  );
});

test('the first model stays first until another is clearly faster', () => {
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

test('a slow model is requested for a line only', () => {
  const { ranked } = rank([one, two, cloud], {
    allowedNames: ['ollama/*', 'openai/*'],
    ms: { 'ollama/one': 900, 'ollama/two': 700 },
  });
  assert.deepEqual(Object.fromEntries(ranked.map(({ model, length }) => [model.id, length])), {
    'ollama/one': 'line',
    'ollama/two': 'block',
    'openai/big': 'block',
  });
});

test('no model is late before 150 ms; without measurements it is after a second', () => {
  const late = (lineMs?: number) =>
    rank([one], lineMs === undefined ? {} : { ms: { 'ollama/one': lineMs } }).ranked[0]?.lateAfterMs;
  assert.deepEqual([late(30), late(300), late()], [150, 600, 1_000]);
});

test('of two reasons the one that naming the model would not remove is given', () => {
  const cooldown = { rule: 'no-key', reason: 'OpenAI has no API key.' } as const;
  const facts: Facts = { seen: { cooldowns: new Map([['openai', cooldown]]) } };
  assert.equal(whyNot([cloud], facts)['openai/big'], 'OpenAI has no API key.');
});
