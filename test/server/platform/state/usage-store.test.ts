/** The contract of usage counters, for every implementation. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { memoryUsageStore } from '../../../../server/platform/state/memory-usage-store.ts';
import type { UsageLimit, UsageStore } from '../../../../server/platform/state/usage-store.ts';
import { fileClient } from './file-client.ts';

type Clock = { now: number };
/** Two clients of the same counters. */
type Clients = { readonly one: UsageStore; readonly other: UsageStore };

const implementations: Readonly<Record<string, (clock: Clock) => Clients>> = {
  memory(clock) {
    const store = memoryUsageStore(() => clock.now);
    return { one: store, other: store };
  },
  journals(clock) {
    const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
    const [one, other] = [fileClient(folder, () => clock.now), fileClient(folder, () => clock.now)];
    return { one: one.store, other: other.store };
  },
};

const endsAtMs = 36_000_000;
const day = (max: number): UsageLimit => ({ key: 'day', max, endsAtMs });
const month = (max: number): UsageLimit => ({ key: 'month', max, endsAtMs });

for (const [name, connect] of Object.entries(implementations)) {
  describe(`usage counters in ${name}`, () => {
    test('parallel reservations never exceed a limit, and fill it', async () => {
      const { one, other } = connect({ now: 1 });
      const leases = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          await new Promise((resolve) => setTimeout(resolve, index % 5));
          return (index % 2 ? one : other).reserve([day(10)], 1);
        }),
      );
      assert.equal(leases.filter((lease) => lease !== undefined).length, 10);
      assert.equal(one.reserved('day'), 10);
      assert.equal(other.reserved('day'), 10);
    });

    test('an amount that exceeds one limit is reserved on none', async () => {
      const { one, other } = connect({ now: 1 });
      assert.equal(await one.reserve([day(10), month(0.5)], 1), undefined);
      assert.equal(one.reserved('day'), 0);
      assert.ok(await other.reserve([day(1)], 1));
    });

    test('settling gives back what was not used, for every client', async () => {
      const { one, other } = connect({ now: 1 });
      const lease = await one.reserve([day(1), month(5)], 1);
      assert.ok(lease);
      assert.equal(await other.reserve([day(1)], 0.1), undefined);
      await one.settle(lease, 0.25);
      for (const client of [one, other]) {
        assert.equal(client.used('day'), 0.25);
        assert.equal(client.used('month'), 0.25);
        assert.equal(client.reserved('day'), 0);
      }
      assert.ok(await other.reserve([day(1)], 0.75));
    });

    test('settling twice counts once', async () => {
      const { one, other } = connect({ now: 1 });
      const lease = await one.reserve([day(1)], 0.5);
      assert.ok(lease);
      await Promise.all([one.settle(lease, 0.5), one.settle(lease, 0.5)]);
      await one.settle(lease, 0.5);
      assert.equal(one.used('day'), 0.5);
      assert.equal(other.used('day'), 0.5);
    });

    test('a client sees its own usage before it is written', async () => {
      const { one } = connect({ now: 1 });
      const lease = await one.reserve([day(1)], 0.5);
      assert.ok(lease);
      const written = one.settle(lease, 0.5);
      assert.equal(one.used('day'), 0.5);
      assert.equal(await one.reserve([day(1)], 0.6), undefined);
      await written;
      assert.equal(one.used('day'), 0.5);
    });

    test('more than was reserved counts as well', async () => {
      const { one } = connect({ now: 1 });
      const lease = await one.reserve([day(1)], 0.5);
      assert.ok(lease);
      await one.settle(lease, 2);
      assert.equal(await one.reserve([day(1)], 0.1), undefined);
      assert.ok(await one.reserve([day(1)], 0), 'nothing fits always');
    });

    test('a lease counts until it is settled, however long that takes', async () => {
      const clock = { now: 1 };
      const { one, other } = connect(clock);
      const lease = await one.reserve([day(1)], 1);
      assert.ok(lease);
      clock.now += endsAtMs / 2;
      await other.expire();
      assert.equal(await other.reserve([day(1)], 0.5), undefined);
      await one.settle(lease, 0.25);
      assert.ok(await other.reserve([day(1)], 0.5));
    });

    test('usage without a ceiling is counted for a ceiling that is set later', async () => {
      const { one, other } = connect({ now: 1 });
      const lease = await one.reserve([day(Number.POSITIVE_INFINITY)], 3);
      assert.ok(lease);
      await one.settle(lease, 3);
      assert.equal(await other.reserve([day(3.5)], 1), undefined);
    });

    test('a local decision is published afterwards', async () => {
      const { one, other } = connect({ now: 1 });
      const lease = await one.reserve([day(1)], 0.75, 'local');
      assert.ok(lease);
      assert.equal(await one.reserve([day(1)], 0.75, 'local'), undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(await other.reserve([day(1)], 0.5), undefined);
      await one.settle(lease, 0.75);
      assert.equal(other.used('day'), 0.75);
      assert.equal(other.reserved('day'), 0);
    });

    test('counters of a period that has ended are forgotten', async () => {
      const clock = { now: 1 };
      const { one, other } = connect(clock);
      const lease = await one.reserve([day(1)], 1);
      assert.ok(lease);
      await one.settle(lease, 1);
      clock.now = endsAtMs + 100 * 24 * 3_600_000;
      await one.expire();
      await other.expire();
      assert.equal(one.used('day'), 0);
      assert.equal(other.used('day'), 0);
    });

    test('what a client has in flight when it is disposed of counts in full', async () => {
      const { one, other } = connect({ now: 1 });
      assert.ok(await one.reserve([day(1)], 0.75));
      one.dispose();
      assert.equal(await other.reserve([day(1)], 0.5), undefined);
      assert.ok(await other.reserve([day(1)], 0.25));
    });
  });
}
