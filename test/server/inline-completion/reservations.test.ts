import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reservations } from '../../../server/inline-completion/reservations.ts';
import type { ReservationOptions } from '../../../server/metrics/budget.ts';

const model = { id: 'lab/m', provider: 'lab' } as const;

function setUp(allows = true) {
  const events: string[] = [];
  const budgets = {
    async reserve(
      { provider, role }: { provider: string; role: string },
      usd: number,
      options?: ReservationOptions,
    ) {
      events.push(`reserve ${provider} ${role} ${usd} ${options?.consistency}`);
      return allows && (options?.committedUsd ?? 0) + usd <= 1
        ? ({ id: 1, amount: usd } as never)
        : undefined;
    },
    async settle(_: unknown, usd: number) {
      events.push(`settle ${usd}`);
    },
  };
  const open = reservations({ ...budgets, isLimited: () => true } as never);
  return { events, open, reserve: (usd: number) => open.ofSuggestion().reserve(model, usd) };
}

test('a reservation is settled with the real cost, without waiting for the disk', async () => {
  const { events, reserve } = setUp();
  (await reserve(0.5))?.settle(0.1);
  assert.deepEqual(events, ['reserve lab inline 0.5 local', 'settle 0.1']);
});

test('over budget there is none', async () => {
  assert.equal(await setUp(false).reserve(0.5), undefined);
});

test('settled waits for open reservations', async () => {
  const { open, reserve } = setUp();
  const reservation = await reserve(0.5);
  let isSettled = false;
  const waiting = open.settled().then(() => {
    isSettled = true;
  });
  await Promise.resolve();
  assert.equal(isSettled, false);
  reservation?.settle(0);
  await waiting;
});

test('all models that are requested for one suggestion stay within the budget of a request', async () => {
  const suggestion = setUp().open.ofSuggestion();
  const first = await suggestion.reserve(model, 0.6);
  assert.equal(await suggestion.reserve(model, 0.6), undefined);
  first?.settle(0.2);
  assert.ok(await suggestion.reserve(model, 0.6));
});

test('a try after one that may be billed is reserved first, and none is sent without a limit', async () => {
  const { events, reserve } = setUp();
  const reservation = await reserve(0.4);
  await reservation?.beforeSend(64);
  await assert.rejects(async () => reservation?.beforeSend(undefined), { kind: 'over-budget' });
  assert.equal(events.length, 1);
  reservation?.onBilledFailure();
  await reservation?.beforeSend(64);
  assert.equal(events.length, 2);
  reservation?.onBilledFailure();
  await assert.rejects(async () => reservation?.beforeSend(64), { kind: 'over-budget' });
  reservation?.settle(null);
  assert.deepEqual(events.slice(-2), ['settle 0.8', 'settle 0'], 'all that is reserved counts');
});

test('what costs nothing is sent in any case', async () => {
  const reservation = await setUp().reserve(0);
  await reservation?.beforeSend(undefined);
});
