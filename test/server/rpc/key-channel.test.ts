/** What the key channel's commands do to a provider's keys. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { keyCommandHandler, serveKeyCommands } from '../../../server/rpc/key-channel.ts';
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

test('commands of the channel wait for the settings and are answered; a process without a channel gets none', async () => {
  const sent: unknown[] = [];
  const channel = Object.assign(new EventEmitter(), { send: (reply: unknown) => void sent.push(reply) });
  const settings = Promise.withResolvers<void>();
  const keys = {
    set: async () => ({ store: 'keychain' }) as const,
    add: async () => ({ store: 'keychain' }) as const,
    remove: async () => ({ store: 'keychain' }) as const,
  };
  const deps = { keys, providers: { get: () => ({ owner, reset() {} }) }, ready: () => settings.promise };
  serveKeyCommands(channel as never, deps);
  channel.emit('message', { type: 'rumbo/key/set', id: 1, provider: 'groq', key: 'gsk_1234567890' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, []);
  settings.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, [{ type: 'rumbo/key/reply', id: 1, store: 'keychain' }]);

  const silent = new EventEmitter();
  serveKeyCommands(silent as never, deps);
  assert.equal(silent.listenerCount('message'), 0);
});
