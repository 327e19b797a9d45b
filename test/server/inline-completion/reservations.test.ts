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
      return allows ? ({ id: 1 } as never) : undefined;
    },
    async settle(_: unknown, usd: number) {
      events.push(`settle ${usd}`);
    },
  };
  return { events, open: reservations(budgets as never) };
}

test('a reservation is settled with the real cost, without waiting for the disk', async () => {
  const { events, open } = setUp();
  const settle = await open.reserve(model, 0.5);
  settle?.(0.1);
  assert.deepEqual(events, ['reserve lab inline 0.5 local', 'settle 0.1']);
});

test('over budget there is none', async () => {
  assert.equal(await setUp(false).open.reserve(model, 0.5), undefined);
});

test('settled waits for open reservations', async () => {
  const { open } = setUp();
  const settle = await open.reserve(model, 0.5);
  let isSettled = false;
  const waiting = open.settled().then(() => {
    isSettled = true;
  });
  await Promise.resolve();
  assert.equal(isSettled, false);
  settle?.(0);
  await waiting;
});
