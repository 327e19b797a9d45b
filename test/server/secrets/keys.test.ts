import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import type { KeyOwner } from '../../../server/secrets/key-owner.ts';
import { osKeychain } from '../../../server/secrets/keychain.ts';
import { type KeyStore, keyStore } from '../../../server/secrets/keys.ts';
import type { SecretStore } from '../../../server/secrets/secret-store.ts';

const origin = 'https://api.openai.com';
const owner = { provider: 'openai', origin, usualOrigin: origin };
const firstOf = async (ring: KeyStore, of: KeyOwner) => (await ring.all(of))[0]?.key;
const namedKeys = async (ring: KeyStore, of: KeyOwner) =>
  (await ring.all(of)).map(({ name, key }) => ({ name, key }));
const folder = () => mkdtempSync(join(tmpdir(), 'rumbo-'));

function memoryKeychain(): SecretStore & { entries: Map<string, string>; broken?: string } {
  const entries = new Map<string, string>();
  const keychain: SecretStore & { entries: Map<string, string>; broken?: string } = {
    entries,
    get: async (account) => {
      if (keychain.broken) throw new Error(keychain.broken);
      return entries.get(account);
    },
    set: async (account, secret) => {
      if (keychain.broken) throw new Error(keychain.broken);
      entries.set(account, secret);
    },
    remove: async (account) => entries.delete(account),
    dispose() {},
  };
  return keychain;
}

test('the environment takes precedence, only for the service’s own origin', async () => {
  const ring = keyStore({
    env: { OPENAI_API_KEY: 'from-env' },
    keychain: memoryKeychain(),
    index: keyIndex(undefined),
  });
  assert.equal(await firstOf(ring, owner), 'from-env');
  assert.equal(ring.location(owner), 'environment');
  assert.equal(await firstOf(ring, { ...owner, origin: 'https://elsewhere.test' }), undefined);
});
test('a named variable is used for its provider, and no other variable instead', async () => {
  const ring = keyStore({
    env: { OPENAI_API_KEY: 'a', MINE: 'b' },
    keychain: memoryKeychain(),
    index: keyIndex(undefined),
  });
  assert.equal(await firstOf(ring, { ...owner, origin: 'https://mine.test', keyEnv: 'MINE' }), 'b');
  assert.equal(await firstOf(ring, { ...owner, keyEnv: 'UNSET' }), undefined);
});
test('numbered Gemini keys are used together, the lowest number first and none twice', async () => {
  const google = 'https://generativelanguage.googleapis.com';
  const gemini = { provider: 'gemini', origin: google, usualOrigin: google };
  const env = { GEMINI_API_KEY_10: 'c', GEMINI_API_KEY_2: 'b', GEMINI_API_KEY_3: 'a', GEMINI_API_KEY: 'a' };
  const ring = keyStore({
    env: { ...env, GEMINI_API_KEY_4: '', GEMINI_API_KEY_X: 'd' },
    keychain: memoryKeychain(),
    index: keyIndex(undefined),
  });
  assert.deepEqual(await ring.all(gemini), [
    { name: 'GEMINI_API_KEY', key: 'a' },
    { name: 'GEMINI_API_KEY_2', key: 'b' },
    { name: 'GEMINI_API_KEY_10', key: 'c' },
  ]);
  assert.deepEqual(ring.names(gemini), ['GEMINI_API_KEY', 'GEMINI_API_KEY_2', 'GEMINI_API_KEY_10']);
  assert.deepEqual(ring.names({ ...gemini, keyEnv: 'GEMINI_API_KEY_2' }), ['GEMINI_API_KEY_2']);
});
test('a saved key is found after a restart by the index, and is in no file', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  assert.deepEqual(
    await keyStore({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-secret-value'),
    {
      store: 'keychain',
    },
  );
  const again = keyStore({ env: {}, keychain, index: keyIndex(place) });
  assert.equal(again.location(owner), 'keychain');
  assert.equal(await firstOf(again, owner), 'sk-secret-value');
  assert.ok(!readFileSync(join(place, 'keys.json'), 'utf8').includes('secret'));
});
test('a key goes only to the origin it was saved for', async () => {
  const ring = keyStore({ env: {}, keychain: memoryKeychain(), index: keyIndex(folder()) });
  await ring.set(owner, 'sk-secret-value');
  const moved = { ...owner, origin: 'https://api.openai.com.evil.test' };
  assert.equal(await firstOf(ring, moved), undefined);
  assert.equal(ring.location(moved), 'none');
});
test('without a keychain the key stays in memory, with a message', async () => {
  const keychain = memoryKeychain();
  keychain.broken = 'Cannot autolaunch D-Bus without X11 $DISPLAY';
  const ring = keyStore({ env: {}, keychain, index: keyIndex(folder()) });
  const reply = await ring.set(owner, 'sk-secret-value');
  assert.equal(reply.store, 'memory');
  assert.match(reply.message ?? '', /D-Bus.*not saved/);
  assert.equal(await firstOf(ring, owner), 'sk-secret-value');
  assert.equal(ring.store(), 'memory');
});
test('a keychain that does not return a saved key differs from a missing key', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  await keyStore({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-secret-value');
  keychain.entries.clear();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(place) });
  await assert.rejects(ring.all(owner), /keychain did not return the saved key; it may be locked/);
  // Nothing was removed, so the entry must stay known.
  assert.match((await ring.remove(owner)).message ?? '', /may be locked/);
  assert.equal(keyIndex(place).get('openai')?.origin, origin);
});
test('a removed key is gone from keychain and memory', async () => {
  const keychain = memoryKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(folder()) });
  await ring.set(owner, 'sk-secret-value');
  assert.deepEqual(await ring.remove(owner), { store: 'none' });
  assert.equal(await firstOf(ring, owner), undefined);
  assert.equal(keychain.entries.size, 0);
});
test('a late response of the keychain does not undo a change made meanwhile', async () => {
  for (const change of ['set', 'remove'] as const) {
    const place = folder();
    const keychain = memoryKeychain();
    await keyStore({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-old-value');
    const { promise: late, resolve: answer } = Promise.withResolvers<string>();
    const slow = { ...keychain, get: () => late };
    const ring = keyStore({ env: {}, keychain: slow, index: keyIndex(place) });
    const pending = firstOf(ring, owner);
    if (change === 'set') await ring.set(owner, 'sk-new-value');
    else await ring.remove(owner);
    answer('sk-old-value');
    const wanted = change === 'set' ? 'sk-new-value' : undefined;
    assert.equal(await pending, wanted);
    assert.equal(await firstOf(ring, owner), wanted);
  }
});
test('two windows do not forget each other’s keys', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  const [one, two] = [keyIndex(place), keyIndex(place)];
  await keyStore({ env: {}, keychain, index: one }).set(owner, 'sk-secret-value');
  await keyStore({ env: {}, keychain, index: two }).set({ ...owner, provider: 'lab' }, 'sk-other-value');
  const later = keyIndex(place);
  assert.deepEqual([later.get('openai')?.origin, later.get('lab')?.origin], [origin, origin]);
});
test('a removal that cannot be recorded gives a message, not a crash', async () => {
  const place = folder();
  const ring = keyStore({ env: {}, keychain: memoryKeychain(), index: keyIndex(place) });
  await ring.set(owner, 'sk-secret-value');
  // What the index is written to before it takes its place.
  mkdirSync(join(place, `keys.json.${process.pid}.tmp`));
  assert.match(
    (await ring.remove(owner)).message ?? '',
    /could not be removed: .*cannot be written \(EISDIR/,
  );
});
test('an added key joins the existing ones, and all are found after a restart', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(place) });
  assert.deepEqual(await ring.add(owner, 'sk-one'), { store: 'keychain' });
  assert.deepEqual(await ring.add(owner, 'sk-two'), { store: 'keychain' });
  assert.deepEqual(await ring.add(owner, 'sk-three'), { store: 'keychain' });
  for (const each of [ring, keyStore({ env: {}, keychain, index: keyIndex(place) })]) {
    assert.deepEqual(await namedKeys(each, owner), [
      { name: 'saved key 1', key: 'sk-one' },
      { name: 'saved key 2', key: 'sk-two' },
      { name: 'saved key 3', key: 'sk-three' },
    ]);
    assert.deepEqual(each.names(owner), ['saved key 1', 'saved key 2', 'saved key 3']);
  }
  assert.ok(!readFileSync(join(place, 'keys.json'), 'utf8').includes('sk-'));
});
test('the same key is not added twice', async () => {
  const ring = keyStore({ env: {}, keychain: memoryKeychain(), index: keyIndex(folder()) });
  await ring.set(owner, 'sk-one');
  const reply = await ring.add(owner, 'sk-one');
  assert.equal(reply.store, 'keychain');
  assert.match(reply.message ?? '', /already saved/);
  assert.equal(ring.names(owner).length, 1);
});
test('setting a key replaces all others, and removing removes all', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(place) });
  await ring.set(owner, 'sk-one');
  await ring.add(owner, 'sk-two');
  await ring.set(owner, 'sk-three');
  assert.deepEqual([...keychain.entries.values()], ['sk-three']);
  assert.deepEqual(await namedKeys(ring, owner), [{ name: 'saved key 1', key: 'sk-three' }]);
  await ring.add(owner, 'sk-four');
  assert.deepEqual(await ring.remove(owner), { store: 'none' });
  assert.equal(keychain.entries.size, 0);
  assert.equal(keyIndex(place).get('openai'), undefined);
  assert.equal(ring.location(owner), 'none');
});
test('a key set for another origin leaves none at the old one', async () => {
  const keychain = memoryKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(folder()) });
  await ring.set(owner, 'sk-one');
  await ring.add(owner, 'sk-two');
  await ring.set({ ...owner, origin: 'https://mine.test' }, 'sk-three');
  assert.deepEqual([...keychain.entries.values()], ['sk-three']);
  assert.deepEqual(await ring.all(owner), []);
});
test('a key saved by an earlier version is found, and another can be added', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  keychain.entries.set(`openai@${origin}`, 'sk-old');
  writeFileSync(join(place, 'keys.json'), JSON.stringify({ openai: { origin } }));
  const ring = keyStore({ env: {}, keychain, index: keyIndex(place) });
  assert.deepEqual(await namedKeys(ring, owner), [{ name: 'saved key 1', key: 'sk-old' }]);
  await ring.add(owner, 'sk-new');
  assert.equal((await keyStore({ env: {}, keychain, index: keyIndex(place) }).all(owner)).length, 2);
});
test('keys added by two windows at once are both kept, and a removal removes both', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  await keyStore({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-one');
  const [one, two] = [0, 1].map(() => keyStore({ env: {}, keychain, index: keyIndex(place) })) as [
    KeyStore,
    KeyStore,
  ];
  await Promise.all([one.add(owner, 'sk-two'), two.add(owner, 'sk-three')]);
  const found = (await keyStore({ env: {}, keychain, index: keyIndex(place) }).all(owner)).map(
    ({ key }) => key,
  );
  assert.deepEqual(found.sort(), ['sk-one', 'sk-three', 'sk-two']);
  await one.remove(owner);
  assert.equal(keychain.entries.size, 0);
});
test('a key that the keychain has lost is skipped and not requested again', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  const before = keyStore({ env: {}, keychain, index: keyIndex(place) });
  await before.set(owner, 'sk-one');
  await before.add(owner, 'sk-two');
  keychain.entries.delete(`openai@${origin}`);
  let readCount = 0;
  const counting = {
    ...keychain,
    get: (account: string) => {
      readCount += 1;
      return keychain.get(account);
    },
  };
  const ring = keyStore({ env: {}, keychain: counting, index: keyIndex(place) });
  assert.deepEqual(await namedKeys(ring, owner), [{ name: 'saved key 2', key: 'sk-two' }]);
  await ring.all(owner);
  assert.equal(readCount, 2);
});
test('a key added while the keychain is broken stays in memory with the saved ones', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(place) });
  await ring.set(owner, 'sk-one');
  keychain.broken = 'no service';
  assert.equal((await ring.add(owner, 'sk-two')).store, 'memory');
  delete keychain.broken;
  assert.deepEqual(await namedKeys(ring, owner), [
    { name: 'saved key 1', key: 'sk-one' },
    { name: 'unsaved key 1', key: 'sk-two' },
  ]);
  // A key that replaces all others is the only one, even if it could not be saved.
  keychain.broken = 'no service';
  await ring.set(owner, 'sk-three');
  assert.deepEqual(await namedKeys(ring, owner), [{ name: 'unsaved key 1', key: 'sk-three' }]);
  delete keychain.broken;
  await ring.add(owner, 'sk-four');
  assert.deepEqual(
    (await ring.all(owner)).map(({ key }) => key),
    ['sk-four', 'sk-three'],
  );
});
test('an invalid key is rejected before the keychain is used', async () => {
  const keychain = memoryKeychain();
  const ring = keyStore({ env: {}, keychain, index: keyIndex(folder()) });
  for (const key of ['', '  ', 'two words', 'nul\0byte', 'line\nbreak', 'x'.repeat(3_000)]) {
    const reply = await ring.set(owner, key);
    assert.equal(reply.store, undefined);
    assert.ok(reply.message);
    assert.ok(key.trim().length < 3 || !reply.message.includes(key));
  }
  assert.equal(keychain.entries.size, 0);
});
test('a broken index counts as empty', () => {
  const place = folder();
  writeFileSync(join(place, 'keys.json'), '{ broken');
  assert.equal(keyIndex(place).get('openai'), undefined);
});
test('a keychain process that dies or hangs is an error, and the next call starts another', async () => {
  const program = join(folder(), 'fake-keychain.cjs');
  writeFileSync(
    program,
    `process.on('message', (call) => {
       if (call.account === 'die') process.exit(1);
       if (call.account === 'env') return process.send({ id: call.id, value: JSON.stringify(process.env) });
       process.send({ id: call.id, value: 'v:' + call.account });
     });`,
  );
  const keychain = osKeychain(program, {
    ...process.env,
    OPENAI_API_KEY: 'sk-secret-value',
    NODE_OPTIONS: '',
  });
  assert.equal(await keychain.get('a'), 'v:a');
  await assert.rejects(keychain.get('die'), /stopped/);
  assert.equal(await keychain.get('b'), 'v:b');
  assert.ok(!(await keychain.get('env'))?.includes('sk-secret-value'), 'the keychain process gets no key');
  keychain.dispose();
});
