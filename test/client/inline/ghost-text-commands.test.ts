/** Turning ghost text on and off, the model picker, and the toggle of a language. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  suggestHere,
  toggleGhostTextLanguage,
  turnGhostTextOff,
  turnGhostTextOn,
} from '../../../client/inline/ghost-text-commands.ts';
import { chooseGhostTextModels } from '../../../client/inline/ghost-text-model-picker.ts';
import { showMenu } from '../../../client/views/menu.ts';
import type { InlineCandidate, InlineState } from '../../../shared/inline.ts';
import { EventEmitter, fakeEditor, Uri, window } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleCandidate, sampleInlineState, sampleProvider, sampleStatus } from '../samples.ts';

const local = sampleCandidate({ usualMs: 240 });
const cloud = sampleCandidate({ model: 'openai/gpt', source: 'api', allowed: false, usdPerThousand: 0.12 });
const keyless = sampleCandidate({ model: 'xai/grok', source: 'api', allowed: false, usable: false });
let candidates: () => Promise<readonly InlineCandidate[]>;
let sent: unknown[];

const server = fakeServerProcess({
  listModels: async (params) => {
    sent.push(params);
    return [];
  },
  inlineCandidates: () => candidates(),
});
server.changeStatus(
  sampleStatus({
    providers: [
      sampleProvider({ name: 'openai', key: 'keychain' }),
      sampleProvider({ name: 'xai', key: 'none' }),
    ],
    inline: sampleInlineState({ state: 'no-model', reason: 'Start an engine.' }),
  }),
);
const deps = (state: InlineState['state']) => {
  const pause = async (paused: boolean) => void sent.push(paused);
  return { server, ghostText: { state, pause, onChange: new EventEmitter<void>().event } };
};
const setting = (key: string) => fakeEditor.settings.get(`rumbo.inline.${key}`)?.globalValue;
const ran = () => fakeEditor.executed.map(({ id }) => id);

beforeEach(() => {
  fakeEditor.reset();
  sent = [];
  candidates = async () => [local, cloud, keyless];
});

test('a confirmation names the models; nothing is turned on before it', async () => {
  await turnGhostTextOn({ server });
  assert.equal(setting('enabled'), undefined);
  assert.match(fakeEditor.messages[0]?.detail ?? '', /lab\/small on your machines/);
  assert.deepEqual(fakeEditor.messages[0]?.buttons, ['Turn On', 'Choose Models…']);
  fakeEditor.buttonToPress = 'Turn On';
  await turnGhostTextOn({ server });
  assert.equal(setting('enabled'), true);
  assert.equal(setting('models'), undefined);
  // Only engines of the user's own: no provider is named.
  assert.deepEqual(sent, [{ refresh: true }, { refresh: true }]);
});

test('choosing models in the confirmation turns ghost text on; dismissing the list does not', async () => {
  fakeEditor.buttonToPress = 'Choose Models…';
  await turnGhostTextOn({ server });
  assert.equal(setting('enabled'), undefined);
  fakeEditor.labelsToPick = ['lab/small', 'openai/gpt'];
  await turnGhostTextOn({ server });
  assert.deepEqual(setting('models'), ['lab/small', 'openai/gpt']);
  assert.equal(setting('enabled'), true);
});

test('a workspace that turns ghost text off is named', async () => {
  fakeEditor.settings.set('rumbo.inline.enabled', { workspaceValue: false });
  fakeEditor.buttonToPress = 'Turn On';
  await turnGhostTextOn({ server });
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /settings of this workspace turn off ghost text/);
});

test('a failed request is one sentence and can be retried', async () => {
  candidates = () => Promise.reject({ code: -32097 });
  await turnGhostTextOn({ server });
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, ['Try Again']);
});

test('turning it off removes the setting', async () => {
  fakeEditor.settings.set('rumbo.inline.enabled', { globalValue: true });
  await turnGhostTextOff();
  assert.equal(setting('enabled'), undefined);
});

test('the list groups models, shows speed and price, preselects allowed ones, and omits those without a key', async () => {
  await chooseGhostTextModels(server);
  const [list] = fakeEditor.lists;
  assert.deepEqual(
    list?.entries.map(({ label, description, picked }) => [label, description, picked]),
    [
      ['your own', undefined, undefined],
      ['lab/small', 'free · usually 0.24 s', true],
      ['cloud: paid, receives what you type', undefined, undefined],
      ['openai/gpt', 'about $0.12 per 1,000 suggestions', false],
    ],
  );
});

test('selecting no model changes nothing and offers to turn ghost text off', async () => {
  fakeEditor.labelsToPick = [];
  fakeEditor.buttonToPress = 'Turn Ghost Text Off';
  assert.equal(await chooseGhostTextModels(server), false);
  assert.equal(setting('models'), undefined);
  assert.deepEqual(ran(), ['rumbo.turnGhostTextOff']);
});

test('without any model a message says what to do', async () => {
  candidates = async () => [];
  await chooseGhostTextModels(server);
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, ['Show Providers']);
});

test('a language is turned off and on again without a leftover entry', async () => {
  window.activeTextEditor = { document: { uri: new Uri('file', '/w/a.md'), languageId: 'markdown' } };
  await toggleGhostTextLanguage();
  assert.deepEqual(setting('languages'), { markdown: false });
  await toggleGhostTextLanguage();
  assert.deepEqual(setting('languages'), {});
  fakeEditor.settings.set('rumbo.inline.languages', { globalValue: { '*': false } });
  await toggleGhostTextLanguage();
  assert.deepEqual(setting('languages'), { '*': false, markdown: true });
  await toggleGhostTextLanguage();
  assert.deepEqual(setting('languages'), { '*': false });
});

test('a language that the workspace turns off stays off', async () => {
  window.activeTextEditor = { document: { uri: new Uri('file', '/w/a.md'), languageId: 'markdown' } };
  fakeEditor.settings.set('rumbo.inline.languages', { workspaceValue: { markdown: false } });
  await toggleGhostTextLanguage();
  assert.equal(setting('languages'), undefined);
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /turn off ghost text in markdown/);
});

test('Suggest Here triggers the editor; where it cannot, a message says why', async () => {
  await suggestHere(deps('on'));
  assert.deepEqual(ran(), ['editor.action.inlineSuggest.trigger']);
  await suggestHere(deps('no-model'));
  assert.equal(fakeEditor.messages.at(-1)?.text, 'Start an engine.');
  await suggestHere(deps('off'));
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /Turn ghost text on\?/);
  await suggestHere(deps('paused'));
  assert.equal(ran().length, 1);
  fakeEditor.buttonToPress = 'Resume';
  await suggestHere(deps('paused'));
  assert.equal(sent.at(-1), false);
  assert.equal(ran().length, 2);
});

test('the menu offers what the state allows, first while ghost text is paused or unavailable', async () => {
  const labels = async (state: InlineState['state']) => {
    await showMenu(state);
    return fakeEditor.lists.at(-1)?.entries.map(({ label }) => label.replace(/^\$\(.*\) /, '')) ?? [];
  };
  assert.ok((await labels('off')).includes('Turn Ghost Text On…'));
  assert.ok((await labels('on')).includes('Pause Ghost Text'));
  assert.equal((await labels('paused'))[0], 'Resume Ghost Text');
  assert.equal((await labels('no-model'))[0], 'Choose Ghost Text Models…');
});
