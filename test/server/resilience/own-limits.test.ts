/** What the user sets for one key of a pool: limits and models; and a refusal that concerns one model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPool } from '../../../server/resilience/key-pool.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { KeyOptions } from '../../../shared/keys.ts';

function poolOf(first: KeyOptions) {
  const clock = { ms: 1_000_000_000 };
  const all = [
    { name: 'one', slot: '1', options: first, key: 'sk-1' },
    { name: 'two', slot: '2', options: {}, key: 'sk-2' },
  ];
  const pool = keyPool({
    provider: 'lab',
    label: 'Lab',
    required: true,
    keys: { names: () => all.map(({ name }) => name), entries: () => all, all: async () => all },
    now: () => clock.ms,
    onChange() {},
  });
  const keysOf = async (model: string, count: number) => {
    const keys: (string | undefined)[] = [];
    for (let at = 0; at < count; at++) {
      const lease = await pool.acquire(model);
      keys.push(lease.key);
      lease.release();
    }
    return keys.sort();
  };
  return { pool, clock, keysOf };
}

test('a key at the limit of its user waits a minute, and the other takes over', async () => {
  const { clock, keysOf } = poolOf({ requestsPerMinute: 1 });
  assert.deepEqual(await keysOf('a', 4), ['sk-1', 'sk-2', 'sk-2', 'sk-2']);
  clock.ms += 60_001;
  assert.deepEqual(await keysOf('a', 2), ['sk-1', 'sk-2']);
});

test('tokens of answers count towards the limit of the key', async () => {
  const { pool, keysOf } = poolOf({ tokensPerMinute: 100 });
  const lease = await pool.acquire('a');
  assert.equal(lease.key, 'sk-1');
  lease.reportTokens?.(100);
  lease.release();
  assert.deepEqual(await keysOf('a', 2), ['sk-2', 'sk-2']);
  assert.match(pool.status()[0]?.cooldownReason ?? '', /your own limit of 100 tokens/);
});

test('a key is used only for the models that it is limited to', async () => {
  const { keysOf, pool } = poolOf({ models: ['big-*'] });
  assert.deepEqual(await keysOf('small', 2), ['sk-2', 'sk-2']);
  assert.deepEqual(await keysOf('big-1', 2), ['sk-1', 'sk-2']);
  assert.equal(pool.modelsNotAllowed([{ name: 'small' }]).size, 0);
});

test('a key that is refused for one model stays in use for the others', async () => {
  const refusals = [
    new RumboError('Access was denied.', { kind: 'unauthorized', status: 403, modelOnly: true }),
    new RumboError('The service does not have this model.', { kind: 'model-not-found', status: 404 }),
  ];
  for (const refusal of refusals) {
    const { pool, keysOf } = poolOf({});
    const lease = await pool.acquire('a');
    const refused = lease.key;
    lease.release(refusal);
    assert.ok(pool.hasKey('a'));
    const other = refused === 'sk-1' ? 'sk-2' : 'sk-1';
    assert.deepEqual(await keysOf('a', 2), [other, other]);
    const busy = [await pool.acquire('b'), await pool.acquire('b')];
    assert.deepEqual(busy.map(({ key }) => key).sort(), ['sk-1', 'sk-2']);
  }
});
