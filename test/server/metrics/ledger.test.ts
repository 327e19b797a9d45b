import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createLedger } from '../../../server/metrics/ledger.ts';
import { noUsage } from '../../../shared/chat.ts';
import { receiptOf } from '../../support/ledger/receipt.ts';
import { until } from '../../support/local-engines/connect.ts';

const noon = new Date(2026, 5, 15, 12).getTime();
const receipt = (id: string, costUsd: number | null, at = noon) => receiptOf(id, costUsd, at);
const folder = () => mkdtempSync(join(tmpdir(), 'rumbo-'));
const fail = (message: string) => assert.fail(message);

test('the day’s cost survives a restart, and unknown prices are counted apart', () => {
  const place = folder();
  const first = createLedger(place, () => noon, fail);
  first.add(receipt('a', 0.25));
  first.add(receipt('b', null));
  first.dispose();
  const second = createLedger(place, () => noon, fail);
  assert.deepEqual(second.spending('day'), { costUsd: 0.25, requests: 2, unknownPrice: 1 });
  second.dispose();
});
test('a new day begins at zero', () => {
  let now = noon;
  const book = createLedger(undefined, () => now, fail);
  book.add(receipt('a', 1));
  assert.equal(book.spending('day').costUsd, 1);
  now += 24 * 3_600_000;
  assert.equal(book.spending('day').costUsd, 0);
});
test('rows are on disk soon after the answer, not only at the end', async () => {
  const place = folder();
  const book = createLedger(place, () => noon, fail);
  book.add(receipt('a', 0.5));
  await book.whenWritten?.();
  // A second reader, as after a crash of the first: nothing was closed.
  const other = createLedger(place, () => noon, fail);
  await until(() => other.spending('day').costUsd === 0.5);
  other.dispose();
  book.dispose();
  assert.ok(!readFileSync(join(place, 'ledger.sqlite')).includes('secret project'), 'no reason text is kept');
});
test('spending of another window counts at once in both', async () => {
  const place = folder();
  let now = noon;
  const [a, b] = [createLedger(place, () => now, fail), createLedger(place, () => now, fail)];
  for (const [book, id] of [
    [a, 'a'],
    [b, 'b'],
    [a, 'c'],
  ] as const) {
    book.add(receipt(id, 0.5));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual([a.spending('day').costUsd, b.spending('day').costUsd], [1.5, 1.5]);
  assert.equal(a.spending('day').requests, 3);
  now += 24 * 3_600_000;
  b.add(receipt('d', 2, now));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([a.spending('day').costUsd, b.spending('day').costUsd], [2, 2]);
  a.dispose();
  b.dispose();
});
test('figures that are no whole numbers are rounded, and the rows are kept', () => {
  const place = folder();
  const book = createLedger(place, () => noon, fail);
  book.add({ ...receipt('a', 1), usage: { ...noUsage, input: 1.5 } });
  book.add(receipt('b', 2));
  book.dispose();
  const again = createLedger(place, () => noon, fail);
  assert.equal(again.spending('day').costUsd, 3);
  again.dispose();
});

test('samples of earlier answers survive a restart; neither estimated usage nor cut prompts are among them', () => {
  const place = folder();
  const first = createLedger(place, () => noon, fail);
  const row = { ...receipt('a', 1), predicted: { inputTokens: 95, plainInputTokens: 90, costUsd: null } };
  first.add({ ...row, usage: { ...noUsage, input: 100, output: 40 }, timeToFirstTokenMs: 20, totalMs: 120 });
  first.add({ ...row, id: 'b', usageEstimated: true });
  first.add({ ...row, id: 'c', cached: true });
  first.add({ ...row, id: 'd', promptCut: true });
  first.dispose();
  const second = createLedger(place, () => noon, fail);
  assert.deepEqual(second.recentSamples(10), [
    {
      model: 'p/m',
      task: 'planning',
      estimatedTokens: 90,
      usage: { input: 100, output: 40 },
      firstTokenMs: 20,
      streamMs: 100,
    },
  ]);
  second.dispose();
});
test('a ledger of an earlier version is extended', () => {
  const place = folder();
  const old = new DatabaseSync(join(place, 'ledger.sqlite'));
  old.exec(`create table answers (
    id text primary key, at integer not null, model text not null, task text not null, role text,
    input integer not null, output integer not null, cost_usd real, total_ms real not null, cached integer not null
  ) strict`);
  old.exec(`insert into answers values ('x', ${noon}, 'p/m', 'general', null, 1, 1, 0.5, 1, 0)`);
  old.close();
  const book = createLedger(place, () => noon, fail);
  book.add(receipt('a', 0.25));
  assert.equal(book.spending('day').costUsd, 0.75);
  book.dispose();
});
