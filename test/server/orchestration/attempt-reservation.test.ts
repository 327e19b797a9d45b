import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBudgets } from '../../../server/metrics/budget.ts';
import { requestSpending } from '../../../server/metrics/request-spending.ts';
import { reserveAttempt } from '../../../server/orchestration/attempt-reservation.ts';
import { memoryUsageStore } from '../../../server/platform/state/memory-usage-store.ts';
import { maxCostOf } from '../../../server/routing/price.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { modelNamed } from './progress.ts';

const noon = new Date(2026, 5, 15, 12).getTime();
const owner = { provider: 'lab', role: '' };
const price = { input: 0, output: 10 };
const maxOutputTokens = 100;
/** US dollars of one try with its whole answer. */
const tryUsd = maxCostOf(price, 10, maxOutputTokens);

function setUp(settings: Partial<Settings>, contextTokens: number | null = null) {
  const budgets = createBudgets(
    memoryUsageStore(() => noon),
    () => noon,
  );
  budgets.configure({ ...defaultSettings, ...settings });
  const spending = requestSpending(budgets, noon);
  const model = { ...modelNamed('lab/m'), source: 'api' as const, price, contextTokens };
  const costUsd = { low: 0, high: tryUsd, worst: tryUsd };
  const reserve = (answers = 1) =>
    reserveAttempt(spending, {
      owner,
      candidate: { model, costUsd },
      maxPromptTokens: 10,
      maxOutputTokens,
      answers,
      details: { kind: 'ask' },
    });
  return { budgets, spending, reserve };
}
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('attempts of one request together stay within its budget, also those that failed', async () => {
  const { spending, reserve } = setUp({ 'budget.perRequestUsd': 3 * tryUsd });
  const first = await reserve();
  assert.ok(first);
  first.settle(tryUsd / 2);
  assert.ok(await reserve(), 'it leaves two and a half');
  assert.ok(await reserve(), 'it leaves one and a half');
  assert.equal(await reserve(), undefined);
  near(spending.committedUsd(), 2.5 * tryUsd);
});

test('attempts at the same moment do not reserve the same dollars', async () => {
  const { reserve } = setUp({ 'budget.perRequestUsd': 2.5 * tryUsd });
  const all = await Promise.all(Array.from({ length: 5 }, reserve));
  assert.equal(all.filter((each) => each !== undefined).length, 2);
});

test('a try after one that may be billed is reserved before it is sent', async () => {
  const { budgets, reserve } = setUp({ 'budget.perDayUsd': 2 * tryUsd });
  const reservation = await reserve();
  await reservation?.beforeSend(maxOutputTokens, 0);
  near(budgets.list()[0]?.reservedUsd ?? 0, tryUsd);
  await reservation?.beforeSend(maxOutputTokens, 1);
  near(budgets.list()[0]?.reservedUsd ?? 0, 2 * tryUsd);
  await assert.rejects(async () => reservation?.beforeSend(maxOutputTokens, 2), { kind: 'over-budget' });
  reservation?.settle(1.5 * tryUsd);
  reservation?.settle(1.5 * tryUsd);
  near(budgets.list()[0]?.reservedUsd ?? 0, 0);
  near(budgets.list()[0]?.spentUsd ?? 0, 1.5 * tryUsd);
});

test('a try without an output limit is sent only where the whole context is affordable', async () => {
  const unlimited = await setUp({ 'budget.perDayUsd': 1_000 }).reserve();
  await assert.rejects(async () => unlimited?.beforeSend(undefined, 0), { kind: 'over-budget' });
  const affordable = setUp({ 'budget.perDayUsd': 1 }, 20_000);
  await (await affordable.reserve())?.beforeSend(undefined, 0);
  near(affordable.budgets.list()[0]?.reservedUsd ?? 0, 0.2);
  const tooLong = await setUp({ 'budget.perDayUsd': 1 }, 200_000).reserve();
  await assert.rejects(async () => tooLong?.beforeSend(undefined, 0), { kind: 'over-budget' });
  await (await setUp({}).reserve())?.beforeSend(undefined, 0);
});

test('an answer longer than its limit may go on only where more can be reserved, and not without end', async () => {
  const { budgets, reserve } = setUp({ 'budget.perDayUsd': 1 });
  const reservation = await reserve();
  assert.equal(await reservation?.mayContinue(100), true);
  assert.equal(await reservation?.mayContinue(150), true);
  near(budgets.list()[0]?.reservedUsd ?? 0, 1.7 * tryUsd);
  assert.equal(await reservation?.mayContinue(171), false);
  const last = await setUp({ 'budget.perDayUsd': tryUsd }).reserve();
  assert.equal(await last?.mayContinue(101), false);
  assert.equal(await (await setUp({}).reserve())?.mayContinue(10_000), true, 'no budget is set');
});

test('of an answer that nothing arrived of, what a fast service writes in the time may be billed, and no more than was allowed', async () => {
  const { reserve } = setUp({ 'budget.perDayUsd': 10 * tryUsd });
  const reservation = await reserve();
  assert.equal(reservation?.unseenUsd(0), 0);
  near(reservation?.unseenUsd(10) ?? Number.NaN, (30 * price.output) / 1e6);
  near(reservation?.unseenUsd(60_000) ?? Number.NaN, tryUsd);
});

test('the limit of a try holds for each of several answers', async () => {
  const { spending, reserve } = setUp({ 'budget.perRequestUsd': 10 * tryUsd });
  const reservation = await reserve(2);
  assert.ok(reservation);
  await reservation.beforeSend(maxOutputTokens, 0);
  near(spending.committedUsd(), tryUsd);
  assert.equal(reservation.mayContinue(2 * maxOutputTokens), true);
  await reservation.beforeSend(2 * maxOutputTokens, 0);
  near(spending.committedUsd(), 3 * tryUsd);
});
