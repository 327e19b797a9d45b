/** What the key channel's commands do to a provider's keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyCommandHandler } from '../../../server/rpc/key-commands.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keyStore } from '../../../server/secrets/keys.ts';

const owner = { provider: 'groq', origin: 'https://api.groq.com' };

test('keys are set, added and removed on command, and each change is a fresh start for the provider', async () => {
  const entries = new Map<string, string>();
  const keychain = {
    get: async (account: string) => entries.get(account),
    set: async (account: string, secret: string) => void entries.set(account, secret),
    remove: async (account: string) => entries.delete(account),
    dispose() {},
  };
  const ring = keyStore({ env: {}, keychain, index: keyIndex(undefined) });
  let resets = 0;
  const provider = {
    owner,
    reset: () => {
      resets += 1;
    },
  };
  const command = keyCommandHandler({
    keys: ring,
    providers: { get: (name: string) => (name === 'groq' ? provider : undefined) },
  });
  const reply = { type: 'rumbo/key/reply', store: 'keychain' };

  const set = { type: 'rumbo/key/set', id: 1, provider: 'groq', key: 'gsk-one' } as const;
  assert.deepEqual(await command(set), { ...reply, id: 1 });
  assert.deepEqual(await command({ ...set, type: 'rumbo/key/add', id: 2, key: 'gsk-two' }), {
    ...reply,
    id: 2,
  });
  assert.deepEqual(
    (await ring.all(owner)).map(({ key }) => key),
    ['gsk-one', 'gsk-two'],
  );
  const removed = await command({ type: 'rumbo/key/remove', id: 3, provider: 'groq' });
  assert.deepEqual(removed, { ...reply, id: 3, store: 'none' });
  assert.deepEqual(await ring.all(owner), []);
  assert.equal(resets, 3);

  const unknown = await command({ ...set, id: 4, provider: 'unknown' });
  assert.deepEqual(unknown, { type: 'rumbo/key/reply', id: 4, message: 'There is no provider unknown.' });
});
