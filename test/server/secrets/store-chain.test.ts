/** The chain of stores, the states of a store, and what another window sees. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { editorSecrets } from '../../../server/secrets/editor-secrets.ts';
import { keyIndex } from '../../../server/secrets/key-index.ts';
import { keyStore } from '../../../server/secrets/keys.ts';
import { type SecretStore, storeProblem } from '../../../server/secrets/secret-store.ts';
import type { EditorSecretRequest } from '../../../shared/key-channel.ts';
import { isModelAllowed, type KeyStoreSetting } from '../../../shared/keys.ts';

const owner = { provider: 'groq', origin: 'https://api.groq.com', usualOrigin: 'https://api.groq.com' };
const folder = () => mkdtempSync(join(tmpdir(), 'rumbo-'));

/** @param fault with which each write fails. Absent: none */
function store(fault?: string): SecretStore & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get: async (account) => entries.get(account),
    async set(account, secret) {
      if (fault) throw new Error(fault);
      entries.set(account, secret);
    },
    remove: async (account) => entries.delete(account),
    dispose() {},
  };
}

const noService = 'The name org.freedesktop.secrets was not provided by any .service files';

test('each failure of a store is a state with one action', () => {
  for (const [reason, state] of [
    ['Cannot create an item in a locked collection', 'locked'],
    ['Timeout was reached', 'frozen'],
    ['The store did not respond in time.', 'frozen'],
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'absent'],
    ['Could not connect: No such file or directory', 'absent'],
    [noService, 'absent'],
    ['Object does not exist at path “/org/freedesktop/secrets/collection/login”', 'absent'],
    ['libsecret-1.so.0: cannot open shared object file: No such file', 'absent'],
    ['EROFS: read-only file system', 'read-only'],
    ['ENOSPC: no space left on device', 'full'],
    ['The keychain process stopped.', 'failed'],
  ] as const) {
    const problem = storeProblem('keychain', new Error(reason));
    assert.equal(problem.state, state, reason);
    assert.match(problem.message, /^The keychain .*\.$/);
    assert.match(problem.action, /^[A-Z].*\.$/);
  }
});

test('the first store that works keeps the key; a locked one is not passed over, and nothing is silent', async () => {
  const cases: readonly [
    KeyStoreSetting,
    string | undefined,
    boolean,
    string | undefined,
    RegExp | undefined,
  ][] = [
    ['auto', undefined, false, 'keychain', undefined],
    ['auto', undefined, true, 'editor', undefined],
    ['auto', noService, false, 'editor', /cannot be used .* instead\./],
    ['auto', 'Cannot create an item in a locked collection', false, 'memory', /locked .*not saved\. Unlock/],
    ['keychain', noService, true, undefined, /was not saved/],
    ['editor', noService, false, 'editor', undefined],
    ['memory', undefined, false, 'memory', /not saved, as rumbo\.keys\.store says/],
  ];
  for (const [setting, fault, isFirst, wanted, message] of cases) {
    const [keychain, editor, place] = [store(fault), store(), folder()];
    const index = keyIndex(place);
    const ring = keyStore({
      env: {},
      keychain,
      editor: { store: editor, isFirst },
      index,
      setting: () => setting,
    });
    const reply = await ring.set(owner, 'gsk-canary');
    assert.equal(reply.store, wanted, setting);
    if (message) assert.match(reply.message ?? '', message);
    else assert.equal(reply.message, undefined);
    assert.equal(
      keychain.entries.size + editor.entries.size,
      wanted === 'keychain' || wanted === 'editor' ? 1 : 0,
    );
    assert.equal((await ring.all(owner)).length, wanted === undefined ? 0 : 1);
    if (index.get('groq')) assert.ok(!readFileSync(join(place, 'keys.json'), 'utf8').includes('canary'));
  }
});

test('a changed address is a problem in words, and the key stays where it was saved for', async () => {
  const ring = keyStore({ env: {}, keychain: store(), index: keyIndex(folder()) });
  await ring.set(owner, 'gsk-one');
  for (const origin of ['https://evil.test', 'http://api.groq.com', 'https://api.groq.com:8443']) {
    const moved = { ...owner, origin };
    assert.deepEqual(await ring.all(moved), []);
    assert.equal(ring.problem(moved)?.state, 'other-origin');
  }
  assert.equal(ring.problem(owner), undefined);
});

test('keys of the environment and saved keys are used together, none twice', async () => {
  const ring = keyStore({ env: { GROQ_API_KEY: 'gsk-env' }, keychain: store(), index: keyIndex(folder()) });
  await ring.set(owner, 'gsk-saved');
  await ring.add(owner, 'gsk-env');
  assert.deepEqual(
    (await ring.all(owner)).map(({ name }) => name),
    ['GROQ_API_KEY', 'saved key 1'],
  );
});

test('another window sees a saved, renamed and removed key at once', async () => {
  const place = folder();
  const keychain = store();
  const [one, two] = [0, 1].map(() => keyStore({ env: {}, keychain, index: keyIndex(place) }));
  assert.ok(one && two);
  let seen = Promise.withResolvers<readonly string[]>();
  const stop = two.watch((providers) => seen.resolve(providers));
  const change = async (work: () => unknown): Promise<void> => {
    seen = Promise.withResolvers();
    await work();
    assert.deepEqual(await seen.promise, ['groq']);
  };
  await change(() => one.set(owner, 'gsk-one'));
  assert.equal((await two.all(owner))[0]?.key, 'gsk-one');
  await change(() => one.edit(owner, 'first', { label: 'team' }));
  assert.deepEqual(two.names(owner), ['team']);
  await change(() => one.set(owner, 'gsk-two'));
  assert.equal((await two.all(owner))[0]?.key, 'gsk-two');
  await change(() => one.remove(owner));
  assert.deepEqual(await two.all(owner), []);
  stop();
});

test('the editor keeps secrets by messages, and its failure is an error', async () => {
  const sent: EditorSecretRequest[] = [];
  const editor = editorSecrets((request) => sent.push(request));
  const reply = (more: object) =>
    editor.receive({ type: 'rumbo/editor-secret/reply', id: sent.at(-1)?.id, ...more });
  const value = editor.get('groq@x');
  for (const other of [null, 'x', { type: 'other', id: 1 }]) editor.receive(other);
  reply({ value: 'gsk-one' });
  assert.equal(await value, 'gsk-one');
  const failed = editor.set('groq@x', 'gsk-two');
  reply({ error: 'The storage is full' });
  await assert.rejects(failed, /full/);
  await assert.rejects(editorSecrets(undefined).get('x'), /no editor/);
});

test('a key may be limited to models, by name or pattern', () => {
  const allows = (models: readonly string[] | undefined, model: string) =>
    isModelAllowed(models ? { models } : {}, model);
  assert.ok(
    allows(undefined, 'a') && allows(['a'], 'a') && allows(['gpt-*'], 'gpt-5') && allows(['*-b*c'], 'a-bxc'),
  );
  assert.ok(
    !allows(['a'], 'ab') && !allows([], 'a') && !allows(['gpt-*'], 'o3') && !allows(['ab*ba'], 'aba'),
  );
});
