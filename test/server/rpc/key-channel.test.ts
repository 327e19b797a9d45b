/** What the key channel's commands do to a provider's keys. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { keyCommandHandler, serveKeyCommands } from '../../../server/rpc/key-channel.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keyStore } from '../../../server/secrets/keys.ts';
import { RumboError } from '../../../shared/errors.ts';

function emptyKeychain() {
  const entries = new Map<string, string>();
  const keychain = {
    get: async (account: string) => entries.get(account),
    set: async (account: string, secret: string) => void entries.set(account, secret),
    remove: async (account: string) => entries.delete(account),
    dispose() {},
  };
  return { entries, keychain };
}

/** A provider, and an empty keychain. */
function handlerDeps(testKey?: (key: string) => Promise<number>) {
  const { entries, keychain } = emptyKeychain();
  const provider = {
    owner: { ...owner },
    config: { label: 'Groq' },
    testKey: testKey ?? (async () => 3),
    refresh: async () => undefined,
    reset() {},
  };
  const keys = keyStore({ env: { GROQ_API_KEY: 'gsk-env' }, keychain, index: keyIndex(undefined) });
  return { keys, entries, provider, providers: { get: () => provider, all: () => [provider] } };
}

const owner = { provider: 'groq', origin: 'https://api.groq.com' };

test('keys are set, added and removed on command, and each change is a fresh start for the provider', async () => {
  const { keychain } = emptyKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(undefined) });
  let resets = 0;
  const provider = {
    owner,
    config: { label: 'Groq' },
    testKey: async () => undefined,
    refresh: async () => undefined,
    reset: () => {
      resets += 1;
    },
  };
  const command = keyCommandHandler({
    keys: ring,
    providers: { get: (name: string) => (name === 'groq' ? provider : undefined), all: () => [provider] },
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
  const deps = { ...handlerDeps(), ready: () => settings.promise };
  serveKeyCommands(channel as never, deps);
  channel.emit('message', { type: 'rumbo/key/set', id: 1, provider: 'groq', key: 'gsk_1234567890' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, []);
  settings.resolve();
  for (let turn = 0; turn < 20 && sent.length === 0; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, [{ type: 'rumbo/key/reply', id: 1, store: 'keychain', models: 3 }]);

  const silent = new EventEmitter();
  serveKeyCommands(silent as never, deps);
  assert.equal(silent.listenerCount('message'), 0);
});

const refusedError = (status: number) =>
  new RumboError('The API key was refused.', { kind: 'unauthorized', status });
const typed = { type: 'rumbo/key/set', id: 1, provider: 'groq', key: 'gsk-new' } as const;

test('a key that the service does not know is not saved, and the old one stays', async () => {
  const deps = handlerDeps(async (key) => {
    if (key === 'gsk-wrong') throw refusedError(401);
    return 2;
  });
  const command = keyCommandHandler(deps);
  assert.equal((await command({ ...typed, key: 'gsk-old' })).models, 2);
  for (const type of ['rumbo/key/set', 'rumbo/key/add'] as const) {
    const reply = await command({ ...typed, type, key: 'gsk-wrong' });
    assert.equal(reply.store, undefined);
    assert.match(reply.message ?? '', /^Groq refused this key, so it was not saved\./);
    assert.ok(!JSON.stringify(reply).includes('gsk-'));
  }
  assert.deepEqual([...deps.entries.values()], ['gsk-old']);
});

test('a key that cannot be tested is saved, and the reply says so', async () => {
  const failures = [
    refusedError(403),
    new RumboError('No server responds at https://api.groq.com.', { kind: 'unreachable' }),
    new RumboError('Cancelled.', { kind: 'cancelled' }),
  ];
  for (const failure of failures) {
    const deps = handlerDeps(async () => Promise.reject(failure));
    const reply = await keyCommandHandler(deps)(typed);
    assert.equal(reply.store, 'keychain');
    assert.match(reply.message ?? '', /^The key is saved\. It could not be tested: /);
    assert.deepEqual([...deps.entries.values()], ['gsk-new']);
  }
});

test('a new key replaces the old one only when the service accepts it; label and limits stay', async () => {
  const failures: Record<string, RumboError> = {
    'gsk-wrong': refusedError(401),
    'gsk-untested': new RumboError('No server responds.', { kind: 'unreachable' }),
  };
  const deps = handlerDeps(async (key) => {
    if (failures[key]) throw failures[key];
    return 1;
  });
  const command = keyCommandHandler(deps);
  await command({ ...typed, key: 'gsk-old' });
  const slot = deps.keys.entries(deps.provider.owner)[0]?.slot ?? '';
  const options = { label: 'team', requestsPerMinute: 5 };
  await command({ type: 'rumbo/key/edit', id: 2, provider: 'groq', slot, options });
  const rotate = { type: 'rumbo/key/rotate', id: 3, provider: 'groq', slot } as const;
  for (const key of Object.keys(failures)) {
    const reply = await command({ ...rotate, key });
    assert.equal(reply.store, undefined);
    assert.deepEqual([...deps.entries.values()], ['gsk-old'], reply.message);
  }
  assert.equal((await command({ ...rotate, key: 'gsk-new' })).store, 'keychain');
  assert.deepEqual([...deps.entries.values()], ['gsk-new']);
  const [entry, ...others] = deps.keys.entries(deps.provider.owner);
  assert.deepEqual([entry?.name, entry?.options, others], ['team', options, []]);
  assert.match((await command({ ...rotate, key: 'gsk-newer' })).message ?? '', /no longer there/);
});

test('a key that was typed for another address is not saved, nor is one whose address changes during its test', async () => {
  const deps = handlerDeps(async () => {
    deps.provider.owner.origin = 'https://evil.test';
    return 1;
  });
  const command = keyCommandHandler(deps);
  for (const _ of ['during', 'before']) {
    const reply = await command({ ...typed, origin: 'https://api.groq.com' });
    assert.equal(reply.store, undefined);
    assert.match(reply.message ?? '', /changed from https:\/\/api\.groq\.com to https:\/\/evil\.test/);
  }
  assert.equal(deps.entries.size, 0);
});

test('a key that is sent again after a restart is not tested again', async () => {
  const deps = handlerDeps(() => assert.fail('the service was asked'));
  assert.equal((await keyCommandHandler(deps)({ ...typed, isResent: true })).store, 'keychain');
});

test('keys of the environment are imported, one key is removed, everything is removed', async () => {
  const deps = handlerDeps();
  const owned = { ...owner, usualOrigin: owner.origin };
  deps.provider.owner = owned;
  const command = keyCommandHandler(deps);
  assert.equal((await command({ type: 'rumbo/key/import', id: 1, provider: 'groq' })).store, 'keychain');
  assert.deepEqual([...deps.entries.values()], ['gsk-env']);
  const again = await command({ type: 'rumbo/key/import', id: 2, provider: 'groq' });
  assert.match(again.message ?? '', /already saved/);
  await command({ ...typed, type: 'rumbo/key/add' });
  const slot = deps.keys.entries(owned).find((each) => each.name === 'saved key 1')?.slot ?? '';
  assert.equal((await command({ type: 'rumbo/key/remove', id: 3, provider: 'groq', slot })).store, 'none');
  assert.deepEqual([...deps.entries.values()], ['gsk-new']);
  assert.equal((await command({ type: 'rumbo/key/remove-everything', id: 4 })).store, 'none');
  assert.equal(deps.entries.size, 0);
});

test('a key that was typed for another address is not even tested there', async () => {
  let tests = 0;
  const { keys, entries, providers } = handlerDeps(async () => {
    tests += 1;
    return 1;
  });
  const command = keyCommandHandler({ keys, providers });
  const typed = { id: 1, provider: 'groq', key: 'gsk-typed-for-it', origin: 'https://earlier.test' } as const;
  for (const type of ['rumbo/key/set', 'rumbo/key/add'] as const)
    assert.match((await command({ type, ...typed })).message ?? '', /address of Groq has changed/);
  assert.match(
    (await command({ type: 'rumbo/key/rotate', slot: '1', ...typed })).message ?? '',
    /address of Groq has changed/,
  );
  assert.deepEqual([tests, entries.size], [0, 0]);
});
