import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidateList } from '../../../server/inline-completion/candidate-list.ts';
import { latencies } from '../../../server/inline-completion/latencies.ts';
import { rankedModels } from '../../../server/inline-completion/ranked-models.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { plainNames } from '../../support/plain-names.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';
import { model } from '../routing/samples.ts';

function setUp(names: readonly string[] = []) {
  const clock = virtualClock();
  const models = [model('ollama/one'), model('ollama/two'), model('openai/big')];
  let reads = 0;
  let settings: Settings = { ...defaultSettings, 'inline.models': [...names] };
  const speed = latencies();
  const abilities = { isEmbedding: () => false, formatOf: () => 'fill' as const };
  const usage = { acceptanceRate: () => undefined, usdPerOffer: () => undefined };
  const ranked = rankedModels({
    settings: () => settings,
    routing: {
      settings: () => settings,
      providers: {
        models() {
          reads += 1;
          return models;
        },
        availability: () => ({
          cooldowns: new Map(),
          modelCooldowns: new Map(),
          tokensLeft: new Map(),
          inFlight: new Map(),
        }),
        ...plainNames,
        names: () => ['ollama', 'openai'],
      },
      budgets: { remainingBudget: () => ({ usd: null, name: '' }), differsByProvider: () => false },
      modelStats: {
        speeds: () => new Map(),
        tokenRatios: () => new Map(),
        outputRange: () => ({ low: 1, typical: 2, high: 3 }),
      },
      coldStarts: () => new Map(),
    },
    modelCatalog: { recommendedLocal: () => [] },
    abilities,
    latencies: speed,
    usage,
    clock,
  });
  const candidates = candidateList({
    settings: () => settings,
    providers: { get: () => undefined },
    models: ranked,
    abilities,
    latencies: speed,
    usage,
  });
  return {
    clock,
    speed,
    ranked,
    candidates,
    reads: () => reads,
    order: (tokens = 100) => ranked.ranking(false, tokens).ranked.map((each) => each.model.id),
    changeSettings() {
      settings = { ...settings };
    },
  };
}

test('a ranking is reused for 250 ms, per class of size and until the settings change', async () => {
  const { clock, reads, order, changeSettings } = setUp();
  order();
  order(500);
  await clock.pass(250);
  order();
  assert.equal(reads(), 1);
  order(600);
  assert.equal(reads(), 2);
  changeSettings();
  order();
  assert.equal(reads(), 3);
  await clock.pass(251);
  order();
  assert.equal(reads(), 4);
});

test('a model that rejects a prompt as too long cools down for 30 seconds', async () => {
  const { clock, ranked, order } = setUp();
  assert.deepEqual(order(), ['ollama/one', 'ollama/two']);
  ranked.recordOutcome({ model: model('ollama/one'), outcome: 'context-too-long' });
  assert.deepEqual(order(), ['ollama/two']);
  const [one] = ranked.ranking(false, 100).eligibility;
  assert.equal(one?.reason, 'Prompt exceeds its context; retried in 30 s.');
  await clock.pass(30_000);
  assert.deepEqual(order(), ['ollama/two', 'ollama/one'], 'the other one stays first');
});

test('any other failure only makes the ranking be computed again', () => {
  const { ranked, reads, order } = setUp();
  order();
  ranked.recordOutcome({ model: model('ollama/one'), outcome: 'ok' });
  ranked.recordOutcome({ model: model('ollama/one'), outcome: 'cancelled' });
  order();
  assert.equal(reads(), 1);
  ranked.recordOutcome({ model: model('ollama/one'), outcome: 'unreachable' });
  assert.deepEqual(order(), ['ollama/one', 'ollama/two']);
  assert.equal(reads(), 2);
});

test('candidates are all models, the ranked ones first, and named ones that no provider lists', () => {
  const { speed, candidates } = setUp(['ollama/*', 'cloud/absent']);
  speed.record('ollama/two', 100, { textMs: 20, lineMs: 30 });
  assert.deepEqual(
    candidates().map(({ model: id, allowed, usable, usualMs }) => [id, allowed, usable, usualMs]),
    [
      ['ollama/two', true, true, 20],
      ['ollama/one', true, true, null],
      ['openai/big', false, true, null],
      ['cloud/absent', true, false, null],
    ],
  );
  const [two, , big] = candidates();
  assert.equal(two?.usdPerThousand, 0);
  assert.ok((big?.usdPerThousand ?? 0) > 0);
});
