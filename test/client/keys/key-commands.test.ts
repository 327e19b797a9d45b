/** Setting, adding, removing and testing keys, with a fake server. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createKeyCommands } from '../../../client/keys/key-commands.ts';
import type { KeyReply } from '../../../shared/key-channel.ts';
import type { KeyStatus, ProviderStatus } from '../../../shared/status.ts';
import { fakeEditor, window } from '../../support/vscode-stub.ts';
import { type FakeServerProcess, fakeServerProcess } from '../fake-server.ts';
import { sampleStatus } from '../samples.ts';

const key = (name: string): KeyStatus => ({ name, slot: name, requests: 0, failures: 0 });
const groq: ProviderStatus = {
  name: 'groq',
  label: 'Groq',
  kind: 'groq',
  source: 'api',
  origin: 'https://api.groq.com',
  state: 'unknown',
  circuit: 'closed',
  key: 'none',
  models: [],
  modelCooldowns: [],
  windows: [],
  keys: [],
};
const withOne: ProviderStatus = { ...groq, key: 'keychain' };
const withTwo: ProviderStatus = { ...withOne, keys: [key('saved key 1'), key('saved key 2')] };

let provider = groq;
let store: KeyReply['store'] = 'keychain';
let message: string | undefined;
let sent: { type: string; key?: string }[] = [];
let server: FakeServerProcess;
let keys: ReturnType<typeof createKeyCommands>;
/** What the quick picks offered, and the index that is picked. */
let offered: { title: string; labels: string[] }[] = [];
let pickIndex = 0;
const quickPick = window.showQuickPick;

beforeEach(() => {
  fakeEditor.reset();
  [provider, store, message, sent, offered, pickIndex] = [groq, 'keychain', undefined, [], [], 0];
  server = fakeServerProcess({
    status: async () => sampleStatus({ providers: [provider] }),
    testProvider: async () => ({ models: 3 }),
    sendKey: async (command) => {
      const { type } = command;
      sent.push({ type, ...('key' in command ? { key: command.key } : {}) });
      return { type: 'rumbo/key/reply', id: 1, ...(store ? { store } : {}), ...(message ? { message } : {}) };
    },
  });
  keys = createKeyCommands(server);
  Object.assign(window, {
    showQuickPick: async (items: { label: string }[], { title }: { title: string }) => {
      offered.push({ title, labels: items.map(({ label }) => label) });
      return items[pickIndex];
    },
  });
});
afterEach(() => {
  keys.dispose();
  window.showQuickPick = quickPick;
});

const messages = () => fakeEditor.messages.map(({ text }) => text);
const set = async (typed: string): Promise<void> => {
  fakeEditor.inputs.push(typed);
  await keys.set('groq');
};
const soon = () => new Promise((resolve) => setImmediate(resolve));

test('a first key is set without a question', async () => {
  await set(' sk-one ');
  assert.deepEqual([offered, sent], [[], [{ type: 'rumbo/key/set', key: 'sk-one' }]]);
  assert.deepEqual(messages(), ['The key of Groq is saved in the system’s keychain.']);
});

test('with a stored key the user chooses between replacing and adding', async () => {
  provider = withOne;
  await set('sk-two');
  assert.deepEqual(offered, [
    { title: 'Rumbo: Groq already has a key', labels: ['Replace the key', 'Add another key'] },
  ]);
  pickIndex = 1;
  await set('sk-three');
  assert.deepEqual(sent, [
    { type: 'rumbo/key/set', key: 'sk-two' },
    { type: 'rumbo/key/add', key: 'sk-three' },
  ]);
  assert.equal(
    messages().at(-1),
    'The key of Groq is saved in the system’s keychain. Requests are shared among its 2 keys.',
  );
  provider = withTwo;
  await set('sk-four');
  assert.deepEqual(offered.at(-1), {
    title: 'Rumbo: Groq already has 2 keys',
    labels: ['Replace all 2 keys', 'Add another key'],
  });
  pickIndex = 5;
  await keys.set('groq');
  assert.equal(sent.length, 3, 'dismissing changes nothing');
});

test('replacing the only key after it was refused needs no question', async () => {
  provider = { ...withOne, state: 'cooling-down', rule: 'key' };
  await set('sk-two');
  assert.deepEqual([offered, sent.map(({ type }) => type)], [[], ['rumbo/key/set']]);
  provider = { ...withTwo, state: 'cooling-down', rule: 'key' };
  await set('sk-three');
  assert.equal(offered.length, 1);
});

test('a key that is already stored is reported', async () => {
  provider = withOne;
  pickIndex = 1;
  message = 'This key is there already; nothing has changed.';
  await set('sk-one');
  assert.deepEqual(messages(), [message]);
});

test('testing and removing report how many keys there are', async () => {
  provider = withOne;
  await keys.test('groq');
  await keys.remove('groq');
  provider = withTwo;
  await keys.test('groq');
  await keys.remove('groq');
  assert.deepEqual(messages(), [
    'Groq answered: 3 models.',
    'The key of Groq was removed.',
    'Groq answered: 3 models. Requests are shared among its 2 keys.',
    'The 2 keys of Groq were removed.',
  ]);
});

test('keys that are in memory only are submitted again after a restart, in order', async () => {
  store = 'memory';
  await set('sk-one');
  provider = { ...groq, key: 'memory' };
  pickIndex = 1;
  await set('sk-two');
  sent = [];
  server.run();
  await soon();
  const one = { type: 'rumbo/key/set', key: 'sk-one' };
  assert.deepEqual(sent, [one, { type: 'rumbo/key/add', key: 'sk-two' }]);

  store = 'keychain';
  await set('sk-three');
  sent = [];
  server.run();
  await soon();
  // The saved one stays: nothing replaces it.
  assert.deepEqual(sent, [
    { ...one, type: 'rumbo/key/add' },
    { type: 'rumbo/key/add', key: 'sk-two' },
  ]);

  await keys.remove('groq');
  sent = [];
  server.run();
  await soon();
  assert.deepEqual(sent, []);
});
