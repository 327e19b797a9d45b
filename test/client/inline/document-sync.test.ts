/** What the language client is told to follow, with features that only remember. */
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

test('while it is off the server is told of no document and asked for nothing', () => {
  start();
  assert.deepEqual(followed(), []);
});

test('switched on it follows at once, switched off it forgets at once', () => {
  start();
  set(true);
  assert.deepEqual(followed(), everything);
  set(false);
  assert.deepEqual(followed(), []);
});

test('a workspace can switch it off, and cannot switch it on', () => {
  start();
  set(false, true);
  assert.deepEqual(followed(), []);
  set(true, false);
  assert.deepEqual(followed(), []);
});

test('a server that started again is told anew', () => {
  set(true);
  assert.deepEqual(followed(), [], 'nobody is there yet');
  start();
  registered.clear();
  feature.clear();
  start();
  assert.deepEqual(followed(), everything);
});

test('a server that writes no ghost text is told nothing; one that was left hears no more', () => {
  set(true);
  start({});
  assert.deepEqual(followed(), []);
  feature.dispose();
  start();
  set(false);
  assert.deepEqual(followed(), everything, 'it went on listening');
});
