/** States of a real keyring: each is one clear problem with one action, and no call waits longer than its limit. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { osKeychain } from '../../../server/secrets/keychain.ts';
import { keyStore } from '../../../server/secrets/keys.ts';
import { secretService } from '../../support/secret-service.ts';

const program = fileURLToPath(new URL('../../../dist/keychain.cjs', import.meta.url));
const owner = { provider: 'groq', origin: 'https://api.groq.com' };
const key = 'gsk-kept-by-the-keyring-4711';

/** A keyring with a saved key; `open` is what a window that starts then has. */
async function savedKey(t: TestContext) {
  const service = await secretService();
  t.after(() => service.close());
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const open = () => {
    const keychain = osKeychain(program, { ...process.env, ...service.env });
    t.after(() => keychain.dispose());
    return keyStore({ env: {}, keychain, index: keyIndex(folder) });
  };
  assert.equal((await open().set(owner, key)).store, 'keychain');
  return { service, open };
}

test('a keyring that is locked is named as such, and a new key is kept in memory with a notice', async (t) => {
  const { service, open } = await savedKey(t);
  service.lock();
  const keys = open();
  await assert.rejects(keys.all(owner), { kind: 'unauthorized' });
  assert.equal(keys.problem(owner)?.state, 'locked');
  assert.match(keys.problem(owner)?.action ?? '', /Unlock the keychain/);
  assert.deepEqual(keys.names(owner).length, 1, 'the saved key is still listed');
  const { store, message } = await keys.add(owner, 'gsk-another-key-4712');
  assert.equal(store, 'memory');
  assert.match(message ?? '', /keychain is locked.*not saved.*Unlock/);
});

test('a keyring that does not respond is left after its limit, and is used again once it responds', async (t) => {
  const { service, open } = await savedKey(t);
  const keys = open();
  service.freeze();
  try {
    await assert.rejects(keys.all(owner), { kind: 'unauthorized' });
    assert.equal(keys.problem(owner)?.state, 'frozen');
  } finally {
    service.thaw();
  }
  keys.retry(owner);
  assert.deepEqual(
    (await keys.all(owner)).map((each) => each.key),
    [key],
  );
  assert.equal(keys.problem(owner), undefined);
});
