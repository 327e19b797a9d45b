/** What holds the user's text is encrypted or not written; what an earlier version wrote plainly is removed. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encryptedFile } from '../../../server/platform/encrypted-file.ts';
import { dataKey } from '../../../server/secrets/data-key.ts';

const canary = 'canary words of a user';

/** A keychain in memory. */
function memoryKeychain() {
  const secrets = new Map<string, string>();
  return {
    secrets,
    get: async (account: string) => secrets.get(account),
    set: async (account: string, secret: string) => void secrets.set(account, secret),
  };
}
const noKeychain = {
  get: () => Promise.reject(new Error('Cannot autolaunch D-Bus')),
  set: () => Promise.reject(new Error('Cannot autolaunch D-Bus')),
};
const lockedKeychain = {
  get: async () => undefined,
  set: () => Promise.reject(new Error('Cannot create an item in a locked collection')),
};

function setUp(keychain: Parameters<typeof dataKey>[0]) {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-encrypted-'));
  const [path, plainPath] = [join(folder, 'x.encrypted.json'), join(folder, 'x.json')];
  const open = () => encryptedFile(path, dataKey(keychain), plainPath);
  return { folder, path, plainPath, open };
}
const contentOf = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join();

test('a text is read back by a later run, and is not in the file', async () => {
  const { folder, open } = setUp(memoryKeychain());
  assert.equal(await open().read(), undefined);
  await open().write(canary);
  await open().write(`${canary}, again`);
  assert.equal(await open().read(), `${canary}, again`);
  assert.doesNotMatch(contentOf(folder), /canary|words/);
  assert.doesNotMatch(Buffer.from(contentOf(folder), 'base64').toString('latin1'), /canary/);
});

test('the same text is never encrypted to the same bytes', async () => {
  const { path, open } = setUp(memoryKeychain());
  await open().write(canary);
  const before = readFileSync(path, 'utf8');
  await open().write(canary);
  assert.notEqual(readFileSync(path, 'utf8'), before);
});

test('without a keychain, or with a locked one, nothing is written', async () => {
  for (const keychain of [noKeychain, lockedKeychain]) {
    const { folder, open } = setUp(keychain);
    await assert.rejects(open().write(canary));
    assert.deepEqual(readdirSync(folder), []);
  }
});

test('a locked keychain makes the text unreadable and destroys nothing', async () => {
  const keychain = memoryKeychain();
  const { path, open } = setUp(keychain);
  await open().write(canary);
  const before = readFileSync(path, 'utf8');
  const locked = encryptedFile(path, dataKey(lockedKeychain));
  await assert.rejects(locked.read(), /may be locked/);
  await assert.rejects(locked.write('less'));
  assert.equal(readFileSync(path, 'utf8'), before);
  assert.equal(await open().read(), canary);
});

test('a changed file, a cut one, another key and another name are detected', async () => {
  const { folder, path, open } = setUp(memoryKeychain());
  await open().write(canary);
  const { version, content } = JSON.parse(readFileSync(path, 'utf8'));
  const bytes = Buffer.from(content, 'base64');
  for (const at of [0, 13, 30, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    writeFileSync(path, JSON.stringify({ version, content: changed.toString('base64') }));
    await assert.rejects(open().read(), `byte ${at}`);
  }
  for (const broken of ['', '{', '{}', JSON.stringify({ version, content: content.slice(0, 20) })]) {
    writeFileSync(path, broken);
    await assert.rejects(open().read(), broken);
  }
  writeFileSync(path, JSON.stringify({ version, content }));
  await assert.rejects(encryptedFile(path, dataKey(memoryKeychain())).read());
  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ version, content }));
  const keychain = memoryKeychain();
  await assert.rejects(encryptedFile(other, dataKey(keychain)).read());
});

test('a plain file of an earlier version is read once and removed, with a keychain or without', async () => {
  for (const keychain of [memoryKeychain(), noKeychain, lockedKeychain]) {
    const { folder, plainPath, open } = setUp(keychain);
    writeFileSync(plainPath, canary);
    assert.equal(await open().read(), canary);
    assert.ok(!existsSync(plainPath));
    assert.doesNotMatch(contentOf(folder), /canary/);
  }
  const { plainPath, open } = setUp(memoryKeychain());
  writeFileSync(plainPath, canary);
  await open().read();
  assert.equal(await open().read(), canary, 'a later run has it from the encrypted file');
});

test('two windows that make the key at once use the same', async () => {
  const keychain = memoryKeychain();
  const [one, other] = await Promise.all([
    dataKey(keychain).readOrCreate(),
    dataKey(keychain).readOrCreate(),
  ]);
  assert.deepEqual(await dataKey(keychain).read(), other);
  assert.equal(one.length, 32);
  assert.equal(keychain.secrets.size, 1);
});
