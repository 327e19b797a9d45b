/** When the server is started for ghost text, and what a pause is. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createGhostText } from '../../../client/inline/ghost-text.ts';
import { createLanguageStatus } from '../../../client/inline/language-status.ts';
import { events, fakeEditor, Uri, window, workspace } from '../../support/vscode-stub.ts';
import { type FakeServerProcess, fakeServerProcess } from '../fake-server.ts';
import { sampleInlineState, sampleStatus } from '../samples.ts';

const file = { uri: new Uri('file', '/w/a.ts'), languageId: 'typescript' };
const output = { uri: new Uri('output', 'Rumbo'), languageId: 'log' };
let pauses: boolean[];
let uses: number;
let server: FakeServerProcess;
let disposables: { dispose(): unknown }[];

beforeEach(() => {
  fakeEditor.reset();
  [pauses, uses, disposables] = [[], 0, []];
  server = fakeServerProcess({
    status: async () => {
      uses++;
      return sampleStatus();
    },
    pauseInline: async ({ paused }) => {
      pauses.push(paused);
      return sampleInlineState();
    },
  });
});
afterEach(() => {
  for (const disposable of disposables) disposable.dispose();
});

function create() {
  const ghostText = createGhostText(server, { isPaused: false });
  const language = createLanguageStatus(server, ghostText);
  disposables.push(ghostText, language);
  return ghostText;
}
const later = () => new Promise((resolve) => setTimeout(resolve, 5));
function set(key: string, globalValue: unknown, workspaceValue?: unknown): void {
  fakeEditor.settings.set(`rumbo.inline.${key}`, { globalValue, workspaceValue });
  events.changedSettings.fire({ affectsConfiguration: (prefix) => `rumbo.inline.${key}`.startsWith(prefix) });
}
function tell(inline: ReturnType<typeof sampleInlineState>): void {
  server.changeStatus(sampleStatus({ inline }));
}
const item = () => fakeEditor.languageStatus;
const context = () => fakeEditor.context.get('rumbo.ghostText');

test('while it is off no server is started, whatever is opened', async () => {
  workspace.textDocuments.push(file);
  create();
  await later();
  events.openedText.fire(file);
  assert.equal(uses, 0);
  assert.equal(context(), 'off');
});

test('while it is on the server starts after activation, once a user document is open', async () => {
  fakeEditor.settings.set('rumbo.inline.enabled', { globalValue: true });
  workspace.textDocuments.push(output);
  create();
  await later();
  assert.equal(uses, 0, 'for a log');
  workspace.textDocuments.push(file);
  events.openedText.fire(file);
  assert.equal(uses, 1);
});

test('turning it on starts the server at once, and not again for each file', async () => {
  workspace.textDocuments.push(file);
  create();
  await later();
  set('enabled', true);
  assert.equal(uses, 1);
  server.started = false;
  events.openedText.fire(file);
  assert.equal(uses, 1, 'a server that does not start is retried');
});

test('a pause holds in this window, also after a restart of the server', async () => {
  set('enabled', true);
  const ghostText = create();
  await ghostText.pause(true);
  assert.deepEqual([ghostText.state, context(), pauses], ['paused', 'paused', []], 'a server was started');
  server.started = true;
  server.run();
  await later();
  assert.deepEqual(pauses, [true]);
  await ghostText.pause(false);
  assert.deepEqual([ghostText.state, pauses], ['on', [true, false]]);
  server.run();
  await later();
  assert.deepEqual(pauses, [true, false]);
});

test('the language status item exists while ghost text is on, and toggles the language', () => {
  window.activeTextEditor = { document: file };
  create();
  assert.equal(item(), undefined);
  set('enabled', true);
  assert.deepEqual(
    [item()?.text, item()?.command.command],
    ['Ghost text is on for typescript', 'rumbo.toggleGhostTextLanguage'],
  );
  set('languages', { typescript: false });
  assert.equal(item()?.text, 'Ghost text is off for typescript');
  set('enabled', undefined);
  assert.equal(item(), undefined);
});

test('the language status item shows that no model is available, and why, and that it is paused', async () => {
  set('enabled', true);
  const ghostText = create();
  tell(sampleInlineState({ state: 'no-model', models: [], reason: 'Start an engine.' }));
  assert.equal(ghostText.state, 'no-model');
  assert.match(item()?.text ?? '', /No model available/);
  assert.equal(item()?.detail, 'Start an engine.');
  assert.equal(fakeEditor.messages.length, 0, 'a notification was shown');
  await ghostText.pause(true);
  assert.equal(item()?.command.command, 'rumbo.resumeGhostText');
});
