import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usageCounts } from '../../../server/inline-completion/usage-counts.ts';
import type { InlineCounts } from '../../../server/metrics/inline-usage.ts';

const counts = (more: Partial<InlineCounts>): InlineCounts => ({
  requests: 0,
  cancelled: 0,
  offered: 0,
  accepted: 0,
  keptCharacters: 0,
  input: 0,
  output: 0,
  costUsd: 0,
  unknownPrice: 0,
  ...more,
});

function setUp(more: Partial<InlineCounts>) {
  let now = 0;
  let reads = 0;
  const lastTwoWeeks = () => {
    reads += 1;
    return new Map([['lab/one', counts(more)] as const]);
  };
  const usage = usageCounts({ lastTwoWeeks }, { now: () => now });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { usage, reads: () => reads, pass };
}

test('rates are known from 20 suggestions on', () => {
  assert.equal(setUp({ offered: 19, accepted: 9 }).usage.acceptanceRate('lab/one'), undefined);
  const { usage } = setUp({ offered: 20, accepted: 5, costUsd: 0.4 });
  assert.equal(usage.acceptanceRate('lab/one'), 0.25);
  assert.equal(usage.usdPerOffer('lab/one'), 0.02);
  assert.equal(usage.acceptanceRate('lab/two'), undefined);
});

test('a rate is at most 1, and the price is unknown if any part of it is', () => {
  const { usage } = setUp({ offered: 20, accepted: 30, costUsd: 0.4, unknownPrice: 1 });
  assert.equal(usage.acceptanceRate('lab/one'), 1);
  assert.equal(usage.usdPerOffer('lab/one'), undefined);
});

test('the ledger is read again after 30 seconds', () => {
  const { usage, reads, pass } = setUp({ offered: 20 });
  usage.acceptanceRate('lab/one');
  pass(30_000);
  usage.usdPerOffer('lab/one');
  assert.equal(reads(), 1);
  pass(1);
  usage.acceptanceRate('lab/one');
  assert.equal(reads(), 2);
});
