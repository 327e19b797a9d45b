import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import type { Keychain } from '../../../server/secrets/keychain.ts';
import { osKeychain } from '../../../server/secrets/keychain.ts';
import { keys } from '../../../server/secrets/keys.ts';

const origin = 'https://api.openai.com';
const owner = { provider: 'openai', origin, usualOrigin: origin };
const folder = () => mkdtempSync(join(tmpdir(), 'rumbo-'));

function memoryKeychain(): Keychain & { entries: Map<string, string>; broken?: string } {
  const entries = new Map<string, string>();
  const keychain: Keychain & { entries: Map<string, string>; broken?: string } = {
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

test('the environment wins, and only for the service’s own origin', async () => {
  const ring = keys({
    env: { OPENAI_API_KEY: 'from-env' },
    keychain: memoryKeychain(),
    index: keyIndex(undefined),
  });
  assert.equal(await ring.get(owner), 'from-env');
  assert.equal(ring.where(owner), 'environment');
  assert.equal(await ring.get({ ...owner, origin: 'https://elsewhere.test' }), undefined);
});
test('a variable the user names goes where the user says, and no other one instead', async () => {
  const ring = keys({
    env: { OPENAI_API_KEY: 'a', MINE: 'b' },
    keychain: memoryKeychain(),
    index: keyIndex(undefined),
  });
  assert.equal(await ring.get({ ...owner, origin: 'https://mine.test', keyEnv: 'MINE' }), 'b');
  assert.equal(await ring.get({ ...owner, keyEnv: 'UNSET' }), undefined);
});
test('numbered Gemini keys are found', async () => {
  const ring = keys({
    env: { GEMINI_API_KEY_2: 'b', GEMINI_API_KEY_1: 'a' },
    keychain: memoryKeychain(),
    index: keyIndex(undefined),
  });
  const google = 'https://generativelanguage.googleapis.com';
  assert.equal(await ring.get({ provider: 'gemini', origin: google, usualOrigin: google }), 'a');
});
test('a saved key is found again after a restart, by the index, and is in no file', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  assert.deepEqual(await keys({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-secret-value'), {
    store: 'keychain',
  });
  const again = keys({ env: {}, keychain, index: keyIndex(place) });
  assert.equal(again.where(owner), 'keychain');
  assert.equal(await again.get(owner), 'sk-secret-value');
  assert.ok(!readFileSync(join(place, 'keys.json'), 'utf8').includes('secret'));
});
test('a key goes only to the origin it was saved for', async () => {
  const ring = keys({ env: {}, keychain: memoryKeychain(), index: keyIndex(folder()) });
  await ring.set(owner, 'sk-secret-value');
  const moved = { ...owner, origin: 'https://api.openai.com.evil.test' };
  assert.equal(await ring.get(moved), undefined);
  assert.equal(ring.where(moved), 'none');
});
test('without a keychain the key is kept in memory, and that is said', async () => {
  const keychain = memoryKeychain();
  keychain.broken = 'Cannot autolaunch D-Bus without X11 $DISPLAY';
  const ring = keys({ env: {}, keychain, index: keyIndex(folder()) });
  const reply = await ring.set(owner, 'sk-secret-value');
  assert.equal(reply.store, 'memory');
  assert.match(reply.message ?? '', /D-Bus.*not saved/);
  assert.equal(await ring.get(owner), 'sk-secret-value');
  assert.equal(ring.store(), 'memory');
});
test('a keychain that will not give a saved key is told from a missing key', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  await keys({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-secret-value');
  keychain.entries.clear();
  const ring = keys({ env: {}, keychain, index: keyIndex(place) });
  await assert.rejects(ring.get(owner), /keychain did not give it/);
  // Nothing was removed, so the entry must stay known.
  assert.match((await ring.remove(owner)).message ?? '', /may be locked/);
  assert.equal(keyIndex(place).has('openai', origin), true);
});
test('a removed key is gone from keychain and memory', async () => {
  const keychain = memoryKeychain();
  const ring = keys({ env: {}, keychain, index: keyIndex(folder()) });
  await ring.set(owner, 'sk-secret-value');
  assert.deepEqual(await ring.remove(owner), { store: 'none' });
  assert.equal(await ring.get(owner), undefined);
  assert.equal(keychain.entries.size, 0);
});
test('a key set or removed while the keychain is asked is not undone by its late answer', async () => {
  for (const change of ['set', 'remove'] as const) {
    const place = folder();
    const keychain = memoryKeychain();
    await keys({ env: {}, keychain, index: keyIndex(place) }).set(owner, 'sk-old-value');
    const { promise: late, resolve: answer } = Promise.withResolvers<string>();
    const slow = { ...keychain, get: () => late };
    const ring = keys({ env: {}, keychain: slow, index: keyIndex(place) });
    const asked = ring.get(owner);
    if (change === 'set') await ring.set(owner, 'sk-new-value');
    else await ring.remove(owner);
    answer('sk-old-value');
    const wanted = change === 'set' ? 'sk-new-value' : undefined;
    assert.equal(await asked, wanted);
    assert.equal(await ring.get(owner), wanted);
  }
});
test('two windows do not forget each other’s keys', async () => {
  const place = folder();
  const keychain = memoryKeychain();
  const [one, two] = [keyIndex(place), keyIndex(place)];
  await keys({ env: {}, keychain, index: one }).set(owner, 'sk-secret-value');
  await keys({ env: {}, keychain, index: two }).set({ ...owner, provider: 'lab' }, 'sk-other-value');
  const later = keyIndex(place);
  assert.ok(later.has('openai', origin) && later.has('lab', origin));
});
test('a removal that cannot be noted is a sentence, not a crash', async () => {
  const place = folder();
  const ring = keys({ env: {}, keychain: memoryKeychain(), index: keyIndex(place) });
  await ring.set(owner, 'sk-secret-value');
  // What the index is written to before it takes its place.
  mkdirSync(join(place, `keys.json.${process.pid}.tmp`));
  assert.match((await ring.remove(owner)).message ?? '', /could not be removed: EISDIR/);
});
test('what cannot be a key is refused before the keychain is asked', async () => {
  const keychain = memoryKeychain();
  const ring = keys({ env: {}, keychain, index: keyIndex(folder()) });
  for (const key of ['', '  ', 'two words', 'nul\0byte', 'line\nbreak', 'x'.repeat(3_000)]) {
    const reply = await ring.set(owner, key);
    assert.equal(reply.store, undefined);
    assert.ok(reply.message);
    assert.ok(key.trim().length < 3 || !reply.message.includes(key));
  }
  assert.equal(keychain.entries.size, 0);
});
test('a broken index loses nothing but the knowledge', () => {
  const place = folder();
  writeFileSync(join(place, 'keys.json'), '{ broken');
  assert.equal(keyIndex(place).has('openai', origin), false);
});
test('a keychain process that dies or never answers is an error, and the next call starts another', async () => {
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
