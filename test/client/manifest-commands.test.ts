import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { documentSchemes } from '../../client/answers/virtual-documents.ts';
import { activate } from '../../client/extension.ts';
import { treeItemOf } from '../../client/views/rows.ts';
import type { LocalModel } from '../../shared/local-models.ts';
import { commands } from '../support/vscode-stub.ts';
import { sampleEndpoint, sampleModel, sampleProvider } from './samples.ts';

const root = new URL('../../', import.meta.url);
const { contributes, icon, activationEvents } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
);
type Entry = { command: string; when?: string };
const menus: Record<string, Entry[]> = contributes.menus;
const declared: { command: string; title: string; category: string; icon?: string }[] = contributes.commands;
const ids = declared.map(({ command }) => command);

test('activation registers exactly the declared commands, and starts no server', async () => {
  const subscriptions: { dispose(): unknown }[] = [];
  activate({
    subscriptions,
    asAbsolutePath: () => assert.fail('the server was started'),
    extension: { id: 'rumbo.rumbo' },
    globalStorageUri: { fsPath: '/nowhere' },
  } as never);
  assert.deepEqual((await commands.getCommands()).sort(), [...ids].sort());
  for (const subscription of subscriptions) subscription.dispose();
});

test('titles that documentation names stay as they are', () => {
  const titles = declared.map(({ category, title }) => `${category}: ${title}`);
  for (const title of [
    'Rumbo: Plan…',
    'Rumbo: Code…',
    'Rumbo: Why This Model?',
    'Rumbo: Explain Route…',
    'Rumbo: Choose Strategy…',
    'Rumbo: Clear Cache',
    'Rumbo: Show Log',
    'Rumbo: Set API Key…',
    'Rumbo: Remove API Key…',
    'Rumbo: Test API Key…',
    'Rumbo: Reset Circuit…',
    'Rumbo: Discover Local Endpoints',
    'Rumbo: Pull Local Model…',
  ])
    assert.ok(titles.includes(title), title);
  assert.equal(new Set(titles).size, titles.length);
});

test('menus name only commands that exist, and buttons have icons', () => {
  for (const [menu, entries] of Object.entries(menus))
    for (const { command, ...entry } of entries) {
      assert.ok(ids.includes(command), `${menu}: ${command}`);
      const group = (entry as { group?: string }).group ?? '';
      if (/^(inline|navigation)/.test(group))
        assert.ok(declared.find((one) => one.command === command)?.icon, `${command} shows as a button`);
    }
});

test('when clauses use existing views, schemes and context keys only', () => {
  const views: { id: string }[] = contributes.views.rumbo;
  const definedNames = new Set([
    'rumbo.streaming',
    'rumbo.empty',
    'rumbo.generating',
    'rumbo.ghostText',
    ...views.map(({ id }) => id),
  ]);
  const clauses = Object.values(menus)
    .flat()
    .map(({ when }) => when ?? '')
    .concat(contributes.keybindings.map(({ when = '' }: { when?: string }) => when))
    .concat(contributes.viewsWelcome.map(({ when = '' }: { when?: string }) => when));
  for (const clause of clauses) {
    for (const [, key] of clause.matchAll(/\b(rumbo\.\w+)/g)) assert.ok(definedNames.has(key ?? ''), clause);
    for (const [, scheme] of clause.matchAll(/resourceScheme == ([\w-]+)/g))
      assert.ok((documentSchemes as readonly string[]).includes(scheme ?? ''), clause);
  }
});

/** The commands a row offers, as VS Code reads `viewItem =~ /…/`. */
function offered(contextValue: string): string[] {
  const entries = (menus['view/item/context'] ?? []).filter(({ when }) => {
    const [, pattern] = /viewItem =~ \/(.*)\//.exec(when ?? '') ?? [];
    return new RegExp(pattern ?? '').test(contextValue);
  });
  return [...new Set(entries.map(({ command }) => command.replace('rumbo.', '')))].sort();
}

test('each row of the tree offers its commands', () => {
  const of = (row: Parameters<typeof treeItemOf>[0]) => offered(treeItemOf(row).contextValue ?? '');
  assert.deepEqual(of({ type: 'provider', provider: sampleProvider({ key: 'none', state: 'no-key' }) }), [
    'setApiKey',
    'testApiKey',
  ]);
  assert.deepEqual(of({ type: 'provider', provider: sampleProvider({ key: 'keychain' }) }), [
    'editApiKey',
    'removeApiKey',
    'rotateApiKey',
    'setApiKey',
    'testApiKey',
  ]);
  assert.deepEqual(of({ type: 'provider', provider: sampleProvider({ key: 'not-needed' }) }), ['testApiKey']);
  const coolingDown = sampleProvider({ key: 'not-needed', circuit: 'open' });
  assert.deepEqual(of({ type: 'provider', provider: coolingDown }), ['resetCircuit', 'testApiKey']);
  const key = { name: 'saved key 1', requests: 0, failures: 0 };
  const row = (more: { slot?: string }) =>
    of({ type: 'key', key: { ...key, ...more }, providerName: 'groq' });
  assert.deepEqual(row({ slot: 'first' }), ['editApiKey', 'removeApiKey', 'rotateApiKey']);
  assert.deepEqual(row({}), ['importApiKeys']);
  assert.deepEqual(of({ type: 'model', model: sampleModel() }), [
    'lockModel',
    'pinModel',
    'setModelTier',
    'toggleModel',
  ]);
  assert.deepEqual(of({ type: 'model', model: sampleModel({ locked: true, toggle: false }) }), [
    'pinModel',
    'setModelTier',
    'toggleModel',
    'unlockModel',
  ]);
});

test('a local model can be loaded when it is not in memory, and unloaded when it is', () => {
  const of = (state: LocalModel['state']) =>
    offered(
      treeItemOf({ type: 'model', model: sampleModel(), local: { name: 'small', state } }).contextValue ?? '',
    );
  for (const state of ['on-disk', 'sleeping'] as const) assert.ok(of(state).includes('loadModel'), state);
  assert.ok(of('loaded').includes('unloadModel'));
  for (const state of ['loading', 'downloading'] as const)
    assert.ok(!of(state).some((each) => /oadModel/.test(each)), state);
});

test('an engine that pulls models offers it, a download can be stopped, a discovered server used or ignored', () => {
  const of = (row: Parameters<typeof treeItemOf>[0]) => offered(treeItemOf(row).contextValue ?? '');
  const pullable = sampleProvider({ local: [] });
  const off = sampleProvider({ local: [], state: 'off' });
  assert.deepEqual(of({ type: 'provider', provider: pullable }), ['pullModel', 'testApiKey']);
  assert.deepEqual(of({ type: 'provider', provider: off }), ['testApiKey']);
  const local = { name: 'new', state: 'downloading' } as const;
  assert.deepEqual(of({ type: 'in-progress', local, providerName: 'lab' }), ['stopPull']);
  assert.deepEqual(of({ type: 'endpoint', endpoint: sampleEndpoint() }), ['ignoreEndpoint', 'useEndpoint']);
});

test('commands that need a row are not in the palette', () => {
  const hidden = (menus['commandPalette'] ?? [])
    .filter(({ when }) => when === 'false')
    .map(({ command }) => command);
  for (const { command } of menus['view/item/context'] ?? [])
    if (!/ApiKeys?$|pullModel$|resetCircuit$/.test(command)) assert.ok(hidden.includes(command), command);
});

test('icons exist, and activation waits for startup', () => {
  assert.ok(existsSync(new URL(icon, root)));
  assert.ok(existsSync(new URL(contributes.viewsContainers.activitybar[0].icon, root)));
  assert.deepEqual(activationEvents, ['onStartupFinished']);
});

test('the welcome’s links lead to commands', () => {
  for (const { contents } of contributes.viewsWelcome)
    for (const [, id] of contents.matchAll(/\(command:([\w.]+)\)/g)) assert.ok(ids.includes(id), id);
});
