/** The contract of usage counters, for every implementation. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { memoryUsageStore } from '../../../../server/platform/state/memory-usage-store.ts';
import { sqliteUsageStore } from '../../../../server/platform/state/sqlite-usage-store.ts';
import {
  maxLeaseMs,
  type UsageLimit,
  type UsageStore,
} from '../../../../server/platform/state/usage-store.ts';
import { usageTables } from '../../../../server/platform/state/usage-tables.ts';

type Clock = { now: number };
/** Two clients of the same counters; `flush` ends what is deferred. */
type Clients = { readonly one: UsageStore; readonly other: UsageStore; readonly flush: () => void };

const inFile = (file: string, clock: Clock) => {
  const database = new DatabaseSync(file);
  database.exec(`pragma journal_mode = wal; pragma busy_timeout = 2000; ${usageTables}`);
  const deferred: (() => void)[] = [];
  const flush = () => {
    for (const work of deferred.splice(0)) work();
  };
  const defer = (work: () => void) => {
    deferred.push(work);
    if (deferred.length === 1) setImmediate(flush);
  };
  const onError = (error: unknown) => assert.fail(String(error));
  return { store: sqliteUsageStore({ database, now: () => clock.now, defer, flush, onError }), flush };
};

const implementations: Readonly<Record<string, (clock: Clock) => Clients>> = {
  memory(clock) {
    const store = memoryUsageStore(() => clock.now);
    return { one: store, other: store, flush: () => {} };
  },
  SQLite(clock) {
    const file = join(mkdtempSync(join(tmpdir(), 'rumbo-')), 'usage.sqlite');
    const [one, other] = [inFile(file, clock), inFile(file, clock)];
    return {
      one: one.store,
      other: other.store,
      flush() {
        one.flush();
        other.flush();
      },
    };
  },
};

const endsAtMs = 10 * maxLeaseMs;
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

    test('a lease that is never settled expires, and a late settlement still counts', async () => {
      const clock = { now: 1 };
      const { one, other } = connect(clock);
      const abandoned = await one.reserve([day(1)], 1);
      assert.ok(abandoned);
      assert.equal(await other.reserve([day(1)], 0.5), undefined);
      clock.now += maxLeaseMs;
      await other.expire();
      const lease = await other.reserve([day(1)], 0.5);
      assert.ok(lease);
      await one.settle(abandoned, 0.25);
      assert.equal(other.used('day'), 0.25);
    });

    test('usage without a ceiling is counted for a ceiling that is set later', async () => {
      const { one, other } = connect({ now: 1 });
      const lease = await one.reserve([day(Number.POSITIVE_INFINITY)], 3);
      assert.ok(lease);
      await one.settle(lease, 3);
      assert.equal(await other.reserve([day(3.5)], 1), undefined);
    });

    test('a local decision is published afterwards', async () => {
      const { one, other, flush } = connect({ now: 1 });
      const lease = await one.reserve([day(1)], 0.75, 'local');
      assert.ok(lease);
      assert.equal(await one.reserve([day(1)], 0.75, 'local'), undefined);
      flush();
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
      clock.now = endsAtMs;
      await one.expire();
      assert.equal(one.used('day'), 0);
      assert.equal(other.used('day'), 0);
    });

    test('a client that is disposed of gives back its leases', async () => {
      const { one, other } = connect({ now: 1 });
      assert.ok(await one.reserve([day(1)], 1));
      one.dispose();
      assert.ok(await other.reserve([day(1)], 1));
    });
  });
}

test('a file that cannot be used is reported, and usage is counted in memory', async () => {
  const database = new DatabaseSync(':memory:');
  database.exec(usageTables);
  const errors: unknown[] = [];
  const store = sqliteUsageStore({
    database,
    now: () => 1,
    defer(work) {
      try {
        work();
      } catch (error) {
        errors.push(error);
      }
    },
    flush: () => {},
    onError: (error) => errors.push(error),
  });
  const lease = await store.reserve([day(1)], 0.5);
  assert.ok(lease);
  database.close();
  await store.settle(lease, 0.5);
  assert.equal(store.used('day'), 0.5);
  assert.ok(await store.reserve([day(1)], 0.5));
  assert.equal(await store.reserve([day(1)], 0.5), undefined);
  assert.ok(errors.length > 0);
});
