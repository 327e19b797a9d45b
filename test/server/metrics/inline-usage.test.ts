import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLedger } from '../../../server/metrics/ledger.ts';
import { until } from '../../support/local-engines/connect.ts';

const noon = new Date(2026, 5, 15, 12).getTime();
const day = 24 * 3_600_000;
const folder = () => mkdtempSync(join(tmpdir(), 'rumbo-'));
const fail = (message: string) => assert.fail(message);
const some = { requests: 1, offered: 1, input: 800, output: 20, costUsd: 0.25 };

for (const [where, place] of [
  ['on disk', folder],
  ['in memory', () => undefined],
] as const) {
  test(`ghost text adds up by model, ${where}`, () => {
    const { inline } = createLedger(place(), () => noon, fail);
    inline.add('p/a', some);
    inline.add('p/a', { ...some, cancelled: 1 });
    inline.add('p/b', { accepted: 1, keptCharacters: 12 });
    const today = inline.today();
    assert.deepEqual(today.get('p/a'), {
      requests: 2,
      cancelled: 1,
      offered: 2,
      accepted: 0,
      keptCharacters: 0,
      input: 1_600,
      output: 40,
      costUsd: 0.5,
      unknownPrice: 0,
    });
    assert.deepEqual([today.get('p/b')?.accepted, today.get('p/b')?.keptCharacters], [1, 12]);
  });

  test(`a new day begins at zero, and two weeks are kept, ${where}`, () => {
    let now = noon;
    const { inline } = createLedger(place(), () => now, fail);
    inline.add('p/a', some);
    now += day;
    assert.equal(inline.today().size, 0);
    assert.equal(inline.lastTwoWeeks().get('p/a')?.offered, 1);
    now += 14 * day;
    assert.equal(inline.lastTwoWeeks().size, 0);
  });

  test(`its cost counts as spending by provider and role, and not as an answer, ${where}`, () => {
    const book = createLedger(place(), () => noon, fail);
    book.inline.add('p/a', some);
    book.inline.add('p/b', { unknownPrice: 1 });
    assert.deepEqual(book.spending('day'), { costUsd: 0.25, requests: 0, unknownPrice: 1 });
    assert.equal(book.spending('month', { provider: 'p', role: 'inline' }).costUsd, 0.25);
    assert.equal(book.spending('day', { provider: 'q' }).costUsd, 0);
    assert.equal(book.spending('day', { role: 'planner' }).costUsd, 0);
  });
}

test('windows that share a folder add to the same rows', async () => {
  const place = folder();
  const [one, other] = [createLedger(place, () => noon, fail), createLedger(place, () => noon, fail)];
  one.inline.add('p/a', some);
  other.inline.add('p/a', some);
  // The disk is written after the current work.
  await until(() => one.inline.today().get('p/a')?.costUsd === 0.5);
  await until(() => other.inline.today().get('p/a')?.costUsd === 0.5);
  assert.equal(other.inline.today().get('p/a')?.offered, 2);
  assert.equal(other.spending('day', { role: 'inline' }).costUsd, 0.5);
  one.dispose();
  other.dispose();
});

test('it survives a restart', () => {
  const place = folder();
  const first = createLedger(place, () => noon, fail);
  first.inline.add('p/a', some);
  first.dispose();
  const second = createLedger(place, () => noon, fail);
  assert.equal(second.inline.today().get('p/a')?.offered, 1);
  assert.equal(second.spending('day').costUsd, 0.25);
  second.dispose();
});
