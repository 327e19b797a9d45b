/** Which features of the language client are registered, with fake features. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { documentSync } from '../../../client/inline/document-sync.ts';
import { events, fakeEditor } from '../../support/vscode-stub.ts';

let registered: Map<string, string[]>;
let feature: ReturnType<typeof documentSync>;

const client = {
  getFeature: (method: string) => ({
    register: ({ id, registerOptions }: { id: string; registerOptions: object }) => {
      registered.set(`${method} ${id}`, Object.keys(registerOptions));
    },
    unregister: (id: string) => void registered.delete(`${method} ${id}`),
  }),
};
const followed = () => [...registered.keys()].map((key) => key.split(' ')[0]?.replace('textDocument/', ''));
function set(on: boolean, workspaceValue?: boolean): void {
  fakeEditor.settings.set('rumbo.inline.enabled', {
    globalValue: on,
    ...(workspaceValue === undefined ? {} : { workspaceValue }),
  });
  events.changedSettings.fire({ affectsConfiguration: (key) => key === 'rumbo.inline.enabled' });
}
const start = (capabilities: object = { inlineCompletionProvider: true }) =>
  feature.initialize(capabilities, undefined);
const everything = ['didClose', 'didChange', 'didOpen', 'inlineCompletion'];

beforeEach(() => {
  fakeEditor.reset();
  registered = new Map();
  feature = documentSync(client as never);
});

afterEach(() => feature.dispose());

test('while it is off the server gets no document events and no completion requests', () => {
  start();
  assert.deepEqual(followed(), []);
});

test('turning it on registers the features at once, turning it off unregisters them', () => {
  start();
  set(true);
  assert.deepEqual(followed(), everything);
  set(false);
  assert.deepEqual(followed(), []);
});

test('a workspace can turn it off, but not on', () => {
  start();
  set(false, true);
  assert.deepEqual(followed(), []);
  set(true, false);
  assert.deepEqual(followed(), []);
});

test('the features are registered again after a restart of the server', () => {
  set(true);
  assert.deepEqual(followed(), [], 'no server runs yet');
  start();
  registered.clear();
  feature.clear();
  start();
  assert.deepEqual(followed(), everything);
});

test('nothing is registered for a server without inline completion, nor after disposal', () => {
  set(true);
  start({});
  assert.deepEqual(followed(), []);
  feature.dispose();
  start();
  set(false);
  assert.deepEqual(followed(), everything, 'it still listens');
});
