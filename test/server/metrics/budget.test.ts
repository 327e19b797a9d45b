import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createBudgets } from '../../../server/metrics/budget.ts';
import { periodEnd, periodStart } from '../../../server/metrics/calendar.ts';
import { createLedger } from '../../../server/metrics/ledger.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';

const noon = new Date(2026, 5, 15, 12).getTime();
const fail = (message: string) => assert.fail(message);
/** The budgets and the ledger of one window. */
function openWindow(
  settings: Partial<Settings>,
  { folder, now = () => noon }: { folder?: string; now?: () => number } = {},
) {
  const book = createLedger(folder, now, fail);
  const limits = createBudgets(book.usage, now);
  limits.configure({ ...defaultSettings, ...settings });
  return {
    limits,
    close: book.dispose,
    /** Reserves and settles at once. */
    async spend(usd: number, owner = share) {
      const lease = await limits.reserve(owner, 0);
      assert.ok(lease);
      await limits.settle(lease, usd);
    },
  };
}
const share = { provider: 'openai', role: 'planner' };
const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('a day ends at midnight, a month on the first, also at the end of the year', () => {
  assert.equal(periodStart('day', noon), new Date(2026, 5, 15).getTime());
  assert.equal(periodStart('month', noon), new Date(2026, 5, 1).getTime());
  const lastDay = new Date(2026, 11, 31, 23, 59).getTime();
  assert.equal(periodEnd('day', lastDay), new Date(2027, 0, 1).getTime());
  assert.equal(periodEnd('month', lastDay), new Date(2027, 0, 1).getTime());
});

test('the tightest budget applies, and reservations of requests in flight count', async () => {
  const { limits, spend } = openWindow({ 'budget.perRequestUsd': 0.5, 'budget.perDayUsd': 1 });
  assert.deepEqual(limits.remainingBudget(share), { usd: 0.5, name: 'rumbo.budget.perRequestUsd' });
  const lease = await limits.reserve(share, 0.5);
  assert.ok(lease);
  await spend(0.2);
  near(limits.remainingBudget(share).usd, 0.3);
  assert.equal(limits.remainingBudget(share).name, 'rumbo.budget.perDayUsd');
  await limits.settle(lease, 0);
  await limits.settle(lease, 0);
  assert.equal(limits.remainingBudget(share).name, 'rumbo.budget.perRequestUsd');
  assert.equal(await limits.reserve(share, 0.6), undefined, 'more than one request may cost');
  await spend(5);
  assert.equal(limits.remainingBudget(share).usd, 0);
  assert.equal(await limits.reserve(share, 0.1), undefined);
  assert.ok(await limits.reserve(share, 0), 'local models cost nothing');
});

test('without budgets there is no limit', async () => {
  const { limits } = openWindow({});
  assert.equal(limits.remainingBudget(share).usd, null);
  assert.ok(await limits.reserve(share, 1_000));
});

test('a budget that is set later counts what was spent before', async () => {
  const { limits, spend } = openWindow({});
  await spend(0.75);
  limits.configure({ ...defaultSettings, 'budget.perDayUsd': 1 });
  near(limits.remainingBudget(share).usd, 0.25);
});

test('a month, a provider and a role have budgets of their own, and say when they begin anew', async () => {
  const { limits, spend } = openWindow({
    'budget.perMonthUsd': 10,
    'budget.perProvider': { openai: { perDayUsd: 2 } },
    'budget.perRole': { planner: { perMonthUsd: 1 } },
  });
  await spend(0.4);
  const remaining = limits.remainingBudget(share);
  near(remaining.usd, 0.6);
  assert.equal(remaining.name, 'rumbo.budget.perRole.planner.perMonthUsd');
  assert.equal(remaining.freesAtMs, new Date(2026, 6, 1).getTime());
  near(limits.remainingBudget({ provider: 'openai', role: 'coder' }).usd, 1.6);
  near(limits.remainingBudget({ provider: 'gemini', role: 'coder' }).usd, 9.6);
  assert.equal(await limits.reserve(share, 0.7), undefined);
  assert.ok(await limits.reserve({ provider: 'gemini', role: 'coder' }, 5));
  assert.deepEqual(
    limits.list().map(({ name, spentUsd, reservedUsd }) => [name, spentUsd, reservedUsd]),
    [
      ['rumbo.budget.perMonthUsd', 0.4, 5],
      ['rumbo.budget.perProvider.openai.perDayUsd', 0.4, 0],
      ['rumbo.budget.perRole.planner.perMonthUsd', 0.4, 0],
    ],
  );
});

test('a budget that is nearly spent warns', async () => {
  const { limits, spend } = openWindow({ 'budget.perDayUsd': 1, 'budget.warnAtPercent': 50 });
  assert.equal(limits.list()[0]?.warns, false);
  await spend(0.5);
  assert.equal(limits.list()[0]?.warns, true);
});

test('a restart keeps the spending of the month, and a new month begins at zero', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  let now = new Date(2026, 5, 2, 12).getTime();
  const first = openWindow({ 'budget.perMonthUsd': 1 }, { folder, now: () => now });
  await first.spend(0.7);
  first.close();
  now = noon;
  const second = openWindow({ 'budget.perMonthUsd': 1, 'budget.perDayUsd': 5 }, { folder, now: () => now });
  near(second.limits.remainingBudget(share).usd, 0.3);
  assert.equal(second.limits.list()[0]?.spentUsd, 0);
  now = new Date(2026, 6, 1, 1).getTime();
  near(second.limits.remainingBudget(share).usd, 1);
  second.close();
});

test('the spending that an earlier version recorded counts from the first start on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const old = new DatabaseSync(join(folder, 'ledger.sqlite'));
  old.exec(`
    create table answers (
      id text primary key, at integer not null, model text not null, task text not null, role text,
      input integer not null, output integer not null, cost_usd real, total_ms real not null, cached integer not null
    ) strict;
    insert into answers values
      ('a', ${noon}, 'openai/m', 'general', 'planner', 1, 1, 0.25, 1, 0),
      ('b', ${new Date(2026, 5, 2).getTime()}, 'openai/m', 'general', null, 1, 1, 0.5, 1, 0),
      ('c', ${new Date(2026, 4, 30).getTime()}, 'openai/m', 'general', null, 1, 1, 9, 1, 0),
      ('d', ${noon}, 'gemini/m', 'general', null, 1, 1, null, 1, 0);`);
  old.close();
  for (const _start of ['first', 'second']) {
    const { limits, close } = openWindow(
      {
        'budget.perDayUsd': 10,
        'budget.perMonthUsd': 10,
        'budget.perProvider': { openai: { perMonthUsd: 10 } },
        'budget.perRole': { planner: { perMonthUsd: 10 } },
      },
      { folder },
    );
    assert.deepEqual(
      limits.list().map(({ spentUsd }) => spentUsd),
      [0.25, 0.75, 0.75, 0.25],
    );
    close();
  }
});

test('two windows never reserve more than the budget holds, and lose nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const windows = [
    openWindow({ 'budget.perDayUsd': 1 }, { folder }),
    openWindow({ 'budget.perDayUsd': 1 }, { folder }),
  ] as const;
  let spent = 0;
  let reserved = 0;
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const { limits } = windows[index % 2 === 0 ? 0 : 1];
      await new Promise((resolve) => setTimeout(resolve, index % 7));
      const lease = await limits.reserve(share, 0.1);
      if (!lease) return;
      reserved += 0.1;
      assert.ok(reserved + spent <= 1 + 1e-9, `${reserved} reserved and ${spent} spent`);
      await new Promise((resolve) => setTimeout(resolve, index % 5));
      reserved -= 0.1;
      spent += 0.05;
      await limits.settle(lease, 0.05);
    }),
  );
  assert.ok(spent > 0.4, `only ${spent} was spent`);
  for (const { limits } of windows) {
    near(limits.list()[0]?.spentUsd, spent);
    assert.equal(limits.list()[0]?.reservedUsd, 0);
  }
  for (const { close } of windows) close();
});

test('what a window had in flight counts until its day ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  let now = noon;
  const dead = openWindow({ 'budget.perDayUsd': 1 }, { folder });
  await dead.limits.reserve(share, 1);
  const alive = openWindow({ 'budget.perDayUsd': 1 }, { folder, now: () => now });
  assert.equal(await alive.limits.reserve(share, 0.5), undefined);
  now += 3_600_001;
  assert.equal(await alive.limits.reserve(share, 0.5), undefined);
  now += 12 * 3_600_000;
  assert.ok(await alive.limits.reserve(share, 0.5));
  alive.close();
});

test('a request that began before midnight counts for that day, in every window and after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const began = new Date(2026, 5, 15, 23, 59, 59).getTime();
  const later = new Date(2026, 5, 16, 0, 0, 30).getTime();
  let now = began;
  const settings = { 'budget.perDayUsd': 1 };
  const one = openWindow(settings, { folder, now: () => now });
  const other = openWindow(settings, { folder, now: () => now });
  const lease = await one.limits.reserve(share, 0.5, { atMs: began });
  assert.ok(lease);
  now = later;
  await one.limits.settle(lease, 0.25);
  // A further attempt at it.
  const further = await one.limits.reserve(share, 0.5, { atMs: began });
  assert.ok(further);
  await one.limits.settle(further, 0.5);
  assert.equal(await one.limits.reserve(share, 0.5, { atMs: began }), undefined);
  assert.deepEqual([one.limits.list()[0]?.spentUsd, other.limits.list()[0]?.spentUsd], [0, 0]);
  one.close();
  // The clock is set back.
  now = began;
  near(other.limits.list()[0]?.spentUsd, 0.75);
  const again = openWindow(settings, { folder, now: () => now });
  near(again.limits.list()[0]?.spentUsd, 0.75);
  again.close();
  other.close();
});
