/** When a service is worth asking for an exact count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balance } from '../../../server/routing/balancer.ts';
import { needsExactCount } from '../../../server/routing/needs-exact-count.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import { model, route, snapshot } from './samples.ts';

const doubted = (question: RoutingCriteria, seen: RoutingSnapshot) =>
  needsExactCount(question, seen, balance(question, seen))?.id;

const [cloud, home] = [model('gemini/a'), model('ollama/b', { contextTokens: 100_000 })];
const tight = snapshot([cloud, home]);

test('a prompt that may fit is counted; one that surely fits or surely does not is not', () => {
  assert.equal(doubted(route({ promptTokens: 9_000 }), tight), 'gemini/a');
  assert.equal(doubted(route({ promptTokens: 7_000 }), tight), undefined);
  assert.equal(doubted(route({ promptTokens: 20_000 }), tight), undefined);
});

test('a prompt that breaks a budget only at its upper bound is counted', () => {
  // A byte a token: 40,000; as it will likely be: 10,000.
  const question = route({ promptTokens: 5_000, maxPromptTokens: 18_000 });
  const poor = snapshot([cloud], { remainingBudget: { usd: 0.02, name: 'rumbo.budget.perRequestUsd' } });
  assert.deepEqual(balance(question, poor).candidates, []);
  assert.equal(doubted(question, poor), 'gemini/a');
});

test('a model that would not come first, or is excluded for another reason, needs no count', () => {
  const second = snapshot([model('gemini/a', { contextTokens: 100_000 }), model('openai/c')]);
  assert.equal(doubted(route({ promptTokens: 9_000 }), second), undefined);
  const locked = snapshot([model('gemini/a', { locked: true }), home]);
  assert.equal(doubted(route({ promptTokens: 9_000 }), locked), undefined);
  assert.equal(doubted(route({ promptTokens: 9_000, localOnly: true }), tight), undefined);
});

test('an exact count applies to context, price and upper bound, and is not requested twice', () => {
  const exactPromptTokens = new Map([['gemini/a', 6_000]]);
  const question = route({ promptTokens: 9_000, maxPromptTokens: 30_000, exactPromptTokens });
  const { candidates } = balance(question, tight);
  assert.equal(candidates[0]?.model.id, 'gemini/a');
  assert.equal(candidates[0]?.promptTokens, 6_000);
  assert.equal(candidates[0]?.costUsd?.worst, (6_000 * 1 + 1_000 * 4) / 1e6);
  const long = route({ promptTokens: 9_000, exactPromptTokens: new Map([['gemini/a', 8_500]]) });
  assert.equal(doubted(long, tight), undefined);
  assert.match(balance(long, tight).excluded[0]?.reason ?? '', /^The prompt is 8500 tokens, and its context/);
});

test('the token ratio of the family decides whether a prompt fits', () => {
  const dense = { ...tight, tokenRatios: new Map([['a', { ratio: 0.8, error: 0.05 }]]) };
  assert.equal(balance(route({ promptTokens: 9_000 }), dense).candidates[0]?.model.id, 'gemini/a');
});
