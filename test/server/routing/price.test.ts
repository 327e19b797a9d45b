import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf, isFreeModel, maxCostOf, predictCost, settledCostOf } from '../../../server/routing/price.ts';
import type { RoutingCriteria } from '../../../server/routing/snapshot.ts';
import { estimateTokens } from '../../../server/routing/tokens.ts';
import { noUsage } from '../../../shared/chat.ts';
import type { Model } from '../../../shared/models.ts';

test('cached tokens are part of the input and billed at their own rate', () => {
  const usage = { ...noUsage, input: 1_000_000, cachedRead: 400_000, cacheWrite: 100_000, output: 500_000 };
  assert.equal(costOf(usage, { input: 2, output: 8, cachedRead: 0.2, cacheWrite: 2.5 }), 1 + 0.08 + 0.25 + 4);
});
test('without cache rates cached tokens cost as much as others', () => {
  assert.equal(costOf({ ...noUsage, input: 1_000_000, cachedRead: 1_000_000 }, { input: 2, output: 8 }), 2);
});
test('a long prompt reprices the whole request', () => {
  const price = {
    input: 2,
    output: 10,
    longContext: { overTokens: 200_000, rates: { input: 4, output: 15 } },
  };
  assert.equal(costOf({ ...noUsage, input: 200_000, output: 100_000 }, price), 0.4 + 1);
  assert.equal(costOf({ ...noUsage, input: 250_000, output: 100_000 }, price), 1 + 1.5);
});
test('cache writes for an hour have their own rate', () => {
  const usage = { ...noUsage, input: 1_000_000, cacheWrite: 1_000_000, cacheWriteHour: 400_000 };
  assert.equal(costOf(usage, { input: 4, output: 20, cacheWrite: 5, cacheWriteHour: 8 }), 3 + 3.2);
  assert.equal(costOf(usage, { input: 4, output: 20, cacheWrite: 5 }), 5);
});
test('service tiers are billed at their own price, long prompts too', () => {
  const usage = { ...noUsage, input: 100_000, output: 100_000 };
  const price = {
    input: 2,
    output: 10,
    serviceTiers: {
      flex: { input: 1, output: 5, longContext: { overTokens: 200_000, rates: { input: 2, output: 8 } } },
      priority: { input: 4, output: 20 },
    },
  };
  assert.equal(costOf(usage, price), 0.2 + 1);
  assert.equal(costOf({ ...usage, serviceTier: 'flex' }, price), 0.1 + 0.5);
  assert.equal(costOf({ ...usage, input: 300_000, serviceTier: 'flex' }, price), 0.6 + 0.8);
  assert.equal(costOf({ ...usage, serviceTier: 'priority' }, price), 0.4 + 2);
});
test('a tier without a price costs as usual when it is slower, and the most known when it has priority', () => {
  const usage = { ...noUsage, input: 100_000, output: 100_000 };
  const price = { input: 2, output: 10 };
  assert.equal(costOf({ ...usage, serviceTier: 'batch' }, price), 0.2 + 1);
  assert.equal(costOf({ ...usage, serviceTier: 'priority' }, price), 2.5 * (0.2 + 1));
  const long = { ...price, longContext: { overTokens: 50_000, rates: { input: 4, output: 12 } } };
  assert.equal(costOf({ ...usage, serviceTier: 'priority' }, long), 2.5 * (0.4 + 1.2));
});
test('the most that a request may cost is at the dearest rate of every tier and of long prompts', () => {
  const million = 1_000_000;
  assert.equal(maxCostOf({ input: 1, output: 2, cachedRead: 9 }, million, million), 9 + 2);
  assert.equal(maxCostOf({ input: 1, output: 2, cacheWrite: 3, cacheWriteHour: 4 }, million, million), 4 + 2);
  const tiers = { flex: { input: 0.5, output: 1 }, priority: { input: 5, output: 20 } };
  assert.equal(maxCostOf({ input: 1, output: 2, serviceTiers: tiers }, million, million), 5 + 20);
  const long = { overTokens: 200_000, rates: { input: 7, output: 8 } };
  assert.equal(maxCostOf({ input: 1, output: 2, longContext: long }, million, million), 7 + 8);
  assert.equal(maxCostOf({ input: 1, output: 2, longContext: long }, 100_000, million), 0.1 + 2);
});
test('no usage within the limits costs more than the most that was computed', () => {
  const prices = [0, 0.3, 2, 11];
  for (const input of prices)
    for (const cachedRead of prices)
      for (const cacheWriteHour of prices)
        for (const output of prices) {
          const price = {
            input,
            output,
            cachedRead,
            cacheWriteHour,
            longContext: { overTokens: 800, rates: { input: output, output: input } },
            serviceTiers: { priority: { input: cachedRead, output: cacheWriteHour } },
          };
          const max = maxCostOf(price, 1_000, 500);
          for (const [tokens, read, write, hour, written] of [
            [1_000, 0, 0, 0, 500],
            [1_000, 1_000, 0, 0, 500],
            [1_000, 300, 700, 700, 1],
            [900, 0, 900, 400, 500],
            [700, 200, 500, 500, 500],
          ] as const)
            for (const serviceTier of ['priority', 'flex', undefined] as const) {
              const usage = {
                ...noUsage,
                input: tokens,
                cachedRead: read,
                cacheWrite: write,
                cacheWriteHour: hour,
              };
              const cost = costOf(
                { ...usage, output: written, ...(serviceTier ? { serviceTier } : {}) },
                price,
              );
              assert.ok((cost ?? Number.NaN) <= max + 1e-12, `${cost} exceeds ${max}`);
            }
        }
});
test('a model on the user’s machines is free unless a price is configured for it', () => {
  assert.equal(isFreeModel(model({ source: 'local', price: { input: 0, output: 0 } })), true);
  assert.equal(isFreeModel(model({ source: 'local', price: null })), true);
  assert.equal(isFreeModel(model({ source: 'local', price: { input: 0, output: 3 } })), false);
  assert.equal(isFreeModel(model({ source: 'api', price: { input: 0, output: 0 } })), false);
});
test('an unknown price gives an unknown cost, never 0', () => assert.equal(costOf(noUsage, null), null));
test('tokens are estimated by bytes, so Spanish and Chinese count more than their letters', () => {
  assert.ok(estimateTokens('ñandú año') > estimateTokens('nandu ano'));
  assert.ok(estimateTokens('汉字汉字') >= 3);
});

const model = (more: Partial<Model> = {}): Model => ({
  id: 'openai/gpt-6-sol',
  provider: 'openai',
  name: 'gpt-6-sol',
  source: 'api',
  private: false,
  toggle: true,
  locked: false,
  tier: 4,
  contextTokens: null,
  maxOutputTokens: 1_000,
  abilities: { tools: null, vision: null },
  price: { input: 1, output: 10, cachedRead: 0.1 },
  ...more,
});
const route: RoutingCriteria = {
  task: 'planning',
  difficulty: 0.5,
  localOnly: false,
  needsTools: false,
  needsVision: false,
  promptTokens: 10_000,
  maxPromptTokens: 36_000,
};
const outputRange = { low: 100, typical: 200, high: 500 };
const usd = (dollars: number | undefined) => Math.round((dollars ?? Number.NaN) * 1e6) / 1e6;

test('a prediction uses the token ratio of the family and the measured length of answers', () => {
  const past = { tokenRatios: new Map([['gpt', { ratio: 1.2, error: 0.05 }]]), outputRange };
  const cost = predictCost(route, model(), past);
  assert.equal(usd(cost?.low), usd(0.012 + 0.001));
  assert.equal(usd(cost?.high), usd(0.012 + 0.005));
});
test('the upper bound is one token per byte and the longest answer', () => {
  assert.equal(
    usd(predictCost(route, model(), { tokenRatios: new Map(), outputRange })?.worst),
    usd(0.036 + 0.01),
  );
});
test('a model that has the conversation cached is predicted to cost less', () => {
  const past = {
    tokenRatios: new Map(),
    outputRange,
    warmPrefix: { model: 'openai/gpt-6-sol', tokens: 8_000 },
  } as const;
  assert.equal(usd(predictCost(route, model(), past)?.low), usd(0.002 + 0.0008 + 0.001));
  const other = predictCost(route, model({ id: 'openai/other' }), past);
  assert.equal(usd(other?.low), usd(0.01 + 0.001));
});

test('what the service says it charges is the cost, unless it is far from any price', () => {
  const usage = { ...noUsage, input: 1_000_000, output: 1_000_000 };
  const price = { input: 2, output: 8 };
  assert.equal(costOf({ ...usage, costUsd: 7.5 }, price), 7.5);
  assert.equal(costOf({ ...usage, costUsd: 0.1 }, price), 10, 'another unit');
  assert.equal(costOf({ ...usage, costUsd: 75_000 }, price), 10, 'another unit');
  assert.equal(costOf({ ...usage, costUsd: 7.5 }, null), 7.5, 'the price is unknown');
  assert.equal(costOf({ ...usage, costUsd: 7.5 }, { input: 0, output: 0 }), 7.5);
});

test('budgets count the larger of reported and computed cost', () => {
  const usage = { ...noUsage, input: 1_000_000 };
  const price = { input: 2, output: 8 };
  assert.equal(settledCostOf({ ...usage, costUsd: 1 }, price), 2);
  assert.equal(settledCostOf({ ...usage, costUsd: 3 }, price), 3);
  assert.equal(settledCostOf({ ...usage, costUsd: 3 }, null), 3);
  assert.equal(settledCostOf(usage, price), 2);
  assert.equal(settledCostOf(usage, null), null);
  // Another unit.
  assert.equal(settledCostOf({ ...usage, costUsd: 3_000 }, price), 2);
});

test('several answers, a prediction and priority are reserved, and several answers expected', () => {
  const plain: RoutingCriteria = {
    ...route,
    task: 'general',
    promptTokens: 0,
    maxPromptTokens: 0,
    maxOutputTokens: 100,
  };
  const priced = (more: Partial<RoutingCriteria>, price: Model['price'] = { input: 0, output: 10 }) => {
    const cost = predictCost({ ...plain, ...more }, model({ price }), { tokenRatios: new Map() });
    assert.ok(cost);
    return { high: Math.round(cost.high * 1e6), worst: Math.round(cost.worst * 1e6) };
  };
  assert.deepEqual(priced({}), { high: 1_000, worst: 1_000 });
  assert.deepEqual(priced({ answers: 3 }), { high: 3_000, worst: 3_000 });
  assert.deepEqual(priced({ predictionTokens: 50 }), { high: 1_000, worst: 1_500 });
  assert.deepEqual(priced({ isPriority: true }), { high: 1_000, worst: 2_500 });
  const withPriority = { input: 0, output: 10, serviceTiers: { priority: { input: 0, output: 20 } } };
  assert.deepEqual(priced({ isPriority: true }, withPriority), { high: 1_000, worst: 2_000 });
});
