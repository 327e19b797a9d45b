import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from '../../../server/routing/price.ts';
import { estimateTokens } from '../../../server/routing/tokens.ts';
import { noUsage } from '../../../shared/chat.ts';

test('cached tokens are inside the input and billed at their own rate', () => {
  const usage = { ...noUsage, input: 1_000_000, cachedRead: 400_000, cacheWrite: 100_000, output: 500_000 };
  assert.equal(costOf(usage, { input: 2, output: 8, cachedRead: 0.2, cacheWrite: 2.5 }), 1 + 0.08 + 0.25 + 4);
});
test('without cache rates cached tokens cost what others cost', () => {
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
test('an unknown price gives an unknown cost, never 0', () => assert.equal(costOf(noUsage, null), null));
test('tokens are estimated by bytes, so Spanish and Chinese count more than their letters', () => {
  assert.ok(estimateTokens('ñandú año') > estimateTokens('nandu ano'));
  assert.ok(estimateTokens('汉字汉字') >= 3);
});
