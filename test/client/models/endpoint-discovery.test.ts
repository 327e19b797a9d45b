/** Discover Local Endpoints: the result, the picker, and the settings afterwards. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { discoverEndpoints, ignoreEndpoint, useEndpoint } from '../../../client/models/endpoint-discovery.ts';
import type { DiscoverResult } from '../../../shared/discovery.ts';
import { fakeEditor, window } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleEndpoint } from '../samples.ts';

const ollama = sampleEndpoint({
  kind: 'ollama',
  label: 'Ollama',
  baseUrl: 'http://127.0.0.1:11434',
  use: 'used',
  name: 'ollama',
});
const scope = 'Looked on this machine.';
const { showQuickPick } = window;
/** What the list offered, and whether the user picks all of it. */
let offered: { label: string; description: string; picked: boolean }[] = [];
let takes = true;

async function discover(answer: () => Promise<DiscoverResult>): Promise<void> {
  await discoverEndpoints(fakeServerProcess({ discover: answer }));
  await new Promise((resolve) => setImmediate(resolve));
}
const providers = () => fakeEditor.settings.get('rumbo.providers')?.globalValue;

beforeEach(() => {
  fakeEditor.reset();
  [offered, takes] = [[], true];
  Object.assign(window, {
    showQuickPick: async (items: typeof offered) => {
      offered = items;
      return takes ? items : undefined;
    },
  });
});
afterEach(() => Object.assign(window, { showQuickPick }));

test('used servers are named in one notification, with where Rumbo looked', async () => {
  await discover(async () => ({ endpoints: [ollama], scope }));
  assert.deepEqual(fakeEditor.messages, [
    {
      kind: 'information',
      text: 'Found Ollama at 127.0.0.1:11434, in use. Looked on this machine.',
      buttons: [],
    },
  ]);
  assert.deepEqual(offered, []);
});

test('that no server answers is reported, with where Rumbo looked', async () => {
  await discover(async () => ({ endpoints: [], scope }));
  assert.equal(fakeEditor.messages[0]?.text, 'No model server answered. Looked on this machine.');
});

test('a new server is offered, and added to the user’s providers when it is picked', async () => {
  fakeEditor.settings.set('rumbo.providers', { globalValue: { mine: { enabled: false } } });
  await discover(async () => ({ endpoints: [ollama, sampleEndpoint()], scope }));
  assert.deepEqual(
    offered.map(({ label, description, picked }) => [label, description, picked]),
    [['llama.cpp', '127.0.0.1:9090', true]],
  );
  assert.deepEqual(providers(), {
    mine: { enabled: false },
    'llama-cpp-9090': {
      kind: 'llama-cpp',
      label: 'llama.cpp (127.0.0.1:9090)',
      baseUrl: 'http://127.0.0.1:9090/v1',
      source: 'local',
    },
  });
  assert.equal(
    fakeEditor.messages[0]?.text,
    'Found Ollama at 127.0.0.1:11434, in use; llama.cpp at 127.0.0.1:9090, in use. Looked on this machine.',
  );
});

test('a new server that is not picked is not added, and can be chosen from the notification', async () => {
  takes = false;
  await discover(async () => ({ endpoints: [sampleEndpoint()], scope }));
  assert.equal(providers(), undefined);
  assert.deepEqual(fakeEditor.messages[0], {
    kind: 'information',
    text: 'Found llama.cpp at 127.0.0.1:9090, not in use. Looked on this machine.',
    buttons: ['Choose…'],
  });
});

test('where the user wants no offers, a server is listed but not preselected', async () => {
  takes = false;
  await discover(async () => ({ endpoints: [sampleEndpoint({ use: 'ignored' })], scope }));
  assert.equal(offered[0]?.picked, false);
});

test('a server that needs a key leads to Set API Key', async () => {
  fakeEditor.buttonToPress = 'Set API Key';
  await useEndpoint(sampleEndpoint({ state: 'needs-key' }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(fakeEditor.messages[0]?.text, 'llama-cpp-9090 needs a key before it answers.');
  assert.deepEqual(fakeEditor.executed.at(-1), { id: 'rumbo.setApiKey', args: ['llama-cpp-9090'] });
});

test('an ignored server is added as disabled, so that it is not offered again', async () => {
  await ignoreEndpoint(sampleEndpoint());
  assert.equal((providers() as { 'llama-cpp-9090': { enabled: boolean } })['llama-cpp-9090'].enabled, false);
});

test('a failure is one sentence and can be retried', async () => {
  fakeEditor.buttonToPress = 'Try Again';
  let tries = 0;
  await discover(async () => {
    tries += 1;
    if (tries === 1) throw { code: -32097 };
    return { endpoints: [], scope };
  });
  assert.equal(tries, 2);
  assert.deepEqual(fakeEditor.messages[0]?.buttons, ['Try Again']);
});
