/** Which figures cannot be true. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ModelFacts } from '../../../server/registry/facts.ts';
import { validateFigures } from '../../../server/registry/validate-figures.ts';

const usual = { input: 2, output: 10, cachedRead: 0.2, cacheWrite: 2.5, cacheWriteHour: 4 };
const last: ModelFacts = { price: usual, contextTokens: 200_000, maxOutputTokens: 64_000 };

test('realistic changes are accepted', () => {
  const table: ModelFacts[] = [
    { price: usual },
    { price: { input: 4, output: 20 } },
    { price: { input: 0.4, output: 2 } },
    { price: { ...usual, longContext: { overTokens: 200_000, rates: { input: 4, output: 15 } } } },
    {
      price: {
        ...usual,
        serviceTiers: { batch: { input: 1, output: 5 }, priority: { input: 4, output: 20 } },
      },
    },
    { contextTokens: 1_000_000, maxOutputTokens: 128_000 },
    { tools: false, vision: true },
  ];
  for (const facts of table) assert.deepEqual(validateFigures(facts, last), [], JSON.stringify(facts));
  assert.deepEqual(
    validateFigures({ price: { input: 150, output: 600 } }, {}),
    [],
    'the first word has nothing to leap from',
  );
});

test('impossible figures are rejected', () => {
  const table: [why: string, facts: ModelFacts][] = [
    ['ten times dearer', { price: { input: 20, output: 10 } }],
    ['ten times cheaper', { price: { input: 0.2, output: 1 } }],
    ['answers alone ten times dearer', { price: { input: 2, output: 100 } }],
    ['negative', { price: { input: -2, output: 10 } }],
    ['a negative cache', { price: { ...usual, cachedRead: -0.2 } }],
    ['no number', { price: { input: Number.NaN, output: 10 } }],
    ['endless', { price: { input: 2, output: Number.POSITIVE_INFINITY } }],
    ['nothing', { price: { input: 0, output: 0 } }],
    ['answers for nothing', { price: { input: 2, output: 0 } }],
    ['by the token', { price: { input: 2_000_000, output: 10_000_000 } }],
    ['columns changed places', { price: { input: 10, output: 0.2 } }],
    ['a cached prompt dearer than a new one', { price: { ...usual, cachedRead: 2.5 } }],
    ['a write of ten times the prompt', { price: { ...usual, cacheWriteHour: 20 } }],
    [
      'an absurd long prompt',
      { price: { ...usual, longContext: { overTokens: 200_000, rates: { input: 40, output: 15 } } } },
    ],
    [
      'long prompts from the first token',
      { price: { ...usual, longContext: { overTokens: 0, rates: usual } } },
    ],
    ['an absurd tier', { price: { ...usual, serviceTiers: { batch: { input: 0.01, output: 5 } } } }],
  ];
  for (const [why, facts] of table) {
    assert.deepEqual(
      validateFigures(facts, last).map(({ figure }) => figure),
      ['price'],
      why,
    );
  }
  for (const contextTokens of [0, -1, 0.5, 10_000, 2_000_000, 1_000_000_000]) {
    assert.deepEqual(
      validateFigures({ contextTokens }, last).map(({ figure }) => figure),
      ['contextTokens'],
      `${contextTokens}`,
    );
  }
});

test('a rejection names the figures and the reason', () => {
  const [doubt] = validateFigures({ price: { input: 20, output: 100 } }, last);
  assert.equal(doubt?.reason, '$20 in and $100 out is far from $2 in and $10 out');
});

test('for any input, an accepted price is a realistic one', () => {
  const amount = fc.oneof(fc.double({ noDefaultInfinity: false }), fc.constantFrom(0, -1, 1e-9, 1e9, 2, 10));
  const price = fc.record({ input: amount, output: amount, cachedRead: amount, cacheWrite: amount });
  void fc.assert(
    fc.property(price, price, (stated, before) => {
      const accepted = validateFigures({ price: before }, {}).length === 0 ? { price: before } : {};
      if (validateFigures({ price: stated }, accepted).length > 0) return;
      for (const rate of Object.values(stated)) assert.ok(Number.isFinite(rate) && rate >= 0);
      assert.ok(stated.input > 0 && stated.output > 0 && stated.cachedRead <= stated.input);
      if (accepted.price) {
        assert.ok(stated.input < accepted.price.input * 10 && stated.input > accepted.price.input / 10);
        assert.ok(stated.output < accepted.price.output * 10 && stated.output > accepted.price.output / 10);
      }
    }),
  );
});
