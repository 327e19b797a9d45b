import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { budgets } from '../../../server/metrics/budget.ts';
import { periodEnd, periodStart } from '../../../server/metrics/calendar.ts';
import { ledger } from '../../../server/metrics/ledger.ts';
import { noUsage } from '../../../shared/chat.ts';
import type { Receipt } from '../../../shared/receipts.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';

const noon = new Date(2026, 5, 15, 12).getTime();
const fail = (message: string) => assert.fail(message);
const receipt = (id: string, costUsd: number, more: Partial<Receipt> = {}): Receipt => ({
  id,
  at: new Date(noon).toISOString(),
  role: 'planner',
  task: 'planning',
  difficulty: 0.5,
  model: 'openai/m',
  cached: false,
  attempts: [],
  usage: noUsage,
  usageEstimated: false,
  costUsd,
  timeToFirstTokenMs: 1,
  totalMs: 2,
  finishReason: 'stop',
  takeovers: [],
  reasons: [],
  ...more,
});
/** A window's purse and book. */
function window(
  settings: Partial<Settings>,
  { folder, now = () => noon }: { folder?: string; now?: () => number } = {},
) {
  const book = ledger(folder, now, fail);
  const purse = budgets(book, now);
  purse.configure({ ...defaultSettings, ...settings });
  return { book, purse };
}
const share = { provider: 'openai', role: 'planner' };
const near = (actual: number | null, expected: number) =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('a day ends at midnight, a month on the first, also at the end of the year', () => {
  assert.equal(periodStart('day', noon), new Date(2026, 5, 15).getTime());
  assert.equal(periodStart('month', noon), new Date(2026, 5, 1).getTime());
  const lastDay = new Date(2026, 11, 31, 23, 59).getTime();
  assert.equal(periodEnd('day', lastDay), new Date(2027, 0, 1).getTime());
  assert.equal(periodEnd('month', lastDay), new Date(2027, 0, 1).getTime());
});
test('the tightest budget gives the room, and what is in flight is set aside', () => {
  const { book, purse } = window({ 'budget.perRequestUsd': 0.5, 'budget.perDayUsd': 1 });
  assert.deepEqual(purse.remainingBudget(share), { usd: 0.5, name: 'rumbo.budget.perRequestUsd' });
  const release = purse.reserve(share, 0.5);
  book.add(receipt('a', 0.2));
  near(purse.remainingBudget(share).usd, 0.3);
  assert.equal(purse.remainingBudget(share).name, 'rumbo.budget.perDayUsd');
  release?.();
  release?.();
  assert.equal(purse.remainingBudget(share).name, 'rumbo.budget.perRequestUsd');
  book.add(receipt('b', 5));
  assert.equal(purse.remainingBudget(share).usd, 0);
});
test('without budgets there is no limit', () => {
  const { purse } = window({});
  assert.equal(purse.remainingBudget(share).usd, null);
  assert.ok(purse.reserve(share, 1_000));
});
test('a month, a provider and a role have budgets of their own, and say when they begin anew', () => {
  const { book, purse } = window({
    'budget.perMonthUsd': 10,
    'budget.perProvider': { openai: { perDayUsd: 2 } },
    'budget.perRole': { planner: { perMonthUsd: 1 } },
  });
  book.add(receipt('a', 0.4));
  const room = purse.remainingBudget(share);
  near(room.usd, 0.6);
  assert.equal(room.name, 'rumbo.budget.perRole.planner.perMonthUsd');
  assert.equal(room.freesAtMs, new Date(2026, 6, 1).getTime());
  near(purse.remainingBudget({ provider: 'openai', role: 'coder' }).usd, 1.6);
  near(purse.remainingBudget({ provider: 'gemini', role: 'coder' }).usd, 9.6);
  assert.deepEqual(
    purse.list().map(({ name, spentUsd }) => [name, spentUsd]),
    [
      ['rumbo.budget.perMonthUsd', 0.4],
      ['rumbo.budget.perProvider.openai.perDayUsd', 0.4],
      ['rumbo.budget.perRole.planner.perMonthUsd', 0.4],
    ],
  );
});
test('a budget that is nearly spent warns', () => {
  const { book, purse } = window({ 'budget.perDayUsd': 1, 'budget.warnAtPercent': 50 });
  assert.equal(purse.list()[0]?.warns, false);
  book.add(receipt('a', 0.5));
  assert.equal(purse.list()[0]?.warns, true);
});
test('a month’s spending is there after a restart, a new month begins at nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  let now = noon;
  const first = window({ 'budget.perMonthUsd': 1 }, { folder });
  first.book.add(receipt('a', 0.7, { at: new Date(2026, 5, 2).toISOString() }));
  first.book.dispose();
  const second = window({ 'budget.perMonthUsd': 1 }, { folder, now: () => now });
  near(second.purse.remainingBudget(share).usd, 0.3);
  assert.equal(second.book.spending('day').costUsd, 0);
  now = new Date(2026, 6, 1, 1).getTime();
  near(second.purse.remainingBudget(share).usd, 1);
  second.book.dispose();
});
test('two windows never set aside more than the budget holds, and lose nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const windows = [
    window({ 'budget.perDayUsd': 1 }, { folder }),
    window({ 'budget.perDayUsd': 1 }, { folder }),
  ];
  let spent = 0;
  let aside = 0;
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const { book, purse } = windows[index % 2] ?? assert.fail();
      await new Promise((resolve) => setTimeout(resolve, index % 7));
      const release = purse.reserve(share, 0.1);
      if (!release) return;
      aside += 0.1;
      assert.ok(aside + spent <= 1 + 1e-9, `${aside} set aside and ${spent} spent`);
      await new Promise((resolve) => setTimeout(resolve, index % 5));
      aside -= 0.1;
      spent += 0.05;
      book.add(receipt(`r${index}`, 0.05));
      release();
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (const { book } of windows) near(book.spending('day').costUsd, spent);
  assert.ok(spent > 0.4, `only ${spent} was spent`);
  assert.equal(windows[0]?.book.reservedUsd(), 0);
  for (const { book } of windows) book.dispose();
});
test('a window that died gives its reservations back after an hour', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  let now = noon;
  const dead = window({ 'budget.perDayUsd': 1 }, { folder });
  dead.purse.reserve(share, 1);
  const alive = window({ 'budget.perDayUsd': 1 }, { folder, now: () => now });
  assert.equal(alive.purse.reserve(share, 0.5), undefined);
  now += 3_600_001;
  assert.ok(alive.purse.reserve(share, 0.5));
  alive.book.dispose();
});
