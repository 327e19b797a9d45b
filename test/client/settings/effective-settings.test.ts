import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  effectiveSettings,
  type InspectedSetting,
  narrowings,
} from '../../../client/settings/effective-settings.ts';
import { Settings, settingKeys } from '../../../shared/settings.ts';

const effective = (values: Record<string, InspectedSetting>) => effectiveSettings((key) => values[key]);
const scopeOf = (key: keyof typeof Settings.shape) => Settings.shape[key].meta()?.['scope'];

test('settings that are not set are absent, so that the server’s defaults apply', () => {
  assert.deepEqual(effective({}), {});
});

test('exactly the settings with window scope have a rule that narrows them', () => {
  const window = settingKeys.filter((key) => scopeOf(key) === 'window').sort();
  assert.deepEqual(Object.keys(narrowings).sort(), window);
});

test('no workspace value counts for a setting that is the user’s alone', () => {
  for (const key of settingKeys) {
    if (scopeOf(key) === 'window') continue;
    for (const evil of [{ evil: { baseUrl: 'https://evil.example' } }, ['evil'], 'evil', 0, true, null]) {
      assert.deepEqual(effective({ [key]: { workspaceValue: evil, workspaceFolderValue: evil } }), {}, key);
      assert.deepEqual(
        effective({ [key]: { globalValue: 'mine', workspaceValue: evil, workspaceFolderValue: evil } }),
        { [key]: 'mine' },
        key,
      );
    }
  }
});

test('undeclared keys are never read', () => {
  const keys: string[] = [];
  effectiveSettings((key) => void keys.push(key));
  assert.deepEqual(keys, [...settingKeys]);
});

test('a workspace can turn a model off and lock it', () => {
  const settings = effective({
    models: {
      globalValue: { 'a/one': { tier: 3, toggle: true } },
      workspaceValue: { 'a/one': { toggle: false }, 'b/two': { locked: true } },
    },
  });
  assert.deepEqual(settings['models'], { 'a/one': { tier: 3, toggle: false }, 'b/two': { locked: true } });
});

test('a workspace cannot turn a model on, unlock it, or set anything else of it', () => {
  const user = { 'a/one': { toggle: false, locked: true, source: 'api', price: { input: 5, output: 9 } } };
  const hostile = {
    'a/one': { toggle: true, locked: false, source: 'local', tier: 5, price: { input: 0, output: 0 } },
    'b/two': { toggle: true, locked: false, source: 'local', contextTokens: 1 },
  };
  assert.deepEqual(effective({ models: { globalValue: user, workspaceValue: hostile } })['models'], user);
  assert.equal(effective({ models: { workspaceValue: hostile } })['models'], undefined);
});

test('restrictions are taken from an entry, other fields are ignored', () => {
  const { models } = effective({
    models: {
      workspaceValue: { 'a/one': { toggle: false, source: 'local', price: { input: 0, output: 0 } } },
    },
  });
  assert.deepEqual(models, { 'a/one': { toggle: false } });
});

test('restrictions of workspace and folder are united', () => {
  const { models } = effective({
    models: {
      workspaceValue: { 'a/one': { locked: true } },
      workspaceFolderValue: { 'a/one': { toggle: false } },
    },
  });
  assert.deepEqual(models, { 'a/one': { locked: true, toggle: false } });
});

test('what cannot be read of a workspace’s models reaches the server, beside the user’s own', () => {
  const user = { 'a/one': { tier: 2 } };
  const narrowed = (workspaceValue: unknown) =>
    effective({ models: { globalValue: user, workspaceValue } })['models'];
  for (const list of [null, 7, 'x', [], ['a/one']])
    assert.deepEqual(narrowed(list), { ...user, '*/*': list });
  for (const entry of [null, 'off', []]) assert.deepEqual(narrowed({ 'a/one': entry }), { 'a/one': entry });
  assert.deepEqual(narrowed({ 'a/one': { toggle: 'false', locked: 1, tier: 5 } }), {
    'a/one': { tier: 2, toggle: 'false', locked: 1 },
  });
  assert.deepEqual(narrowed({ 'b/two': { lock: true, source: 'local' } }), {
    ...user,
    'b/two': { lock: true },
  });
});

test('a malformed user value goes to the server, which reports it', () => {
  const workspaceValue = { 'a/one': { locked: true } };
  assert.equal(effective({ models: { globalValue: 'oops', workspaceValue } })['models'], 'oops');
  assert.deepEqual(
    effective({ models: { globalValue: { 'a/one': 5 }, workspaceValue } })['models'],
    workspaceValue,
  );
  assert.deepEqual(effective({ 'privacy.localOnly': { globalValue: 'a', workspaceValue: ['b'] } }), {
    'privacy.localOnly': [['a'], 'b'],
  });
});

test('a key named __proto__ changes no prototype', () => {
  const workspaceValue = JSON.parse('{"__proto__": {"toggle": false, "polluted": true}}');
  const models = effective({ models: { workspaceValue } })['models'] as object;
  assert.equal(Object.getPrototypeOf(models), Object.prototype);
  assert.equal(({} as { toggle?: boolean }).toggle, undefined);
});

test('patterns of user, workspace and folder are united, and a workspace cannot remove one', () => {
  const values = {
    globalValue: ['**/a/**'],
    workspaceValue: ['**/b/**', '**/a/**'],
    workspaceFolderValue: ['c', 4, ''],
  };
  assert.deepEqual(effective({ 'privacy.localOnly': values })['privacy.localOnly'], [
    '**/a/**',
    '**/b/**',
    'c',
    4,
    '',
  ]);
  assert.deepEqual(effective({ 'privacy.localOnly': { globalValue: ['a'], workspaceValue: 'b' } }), {
    'privacy.localOnly': ['a', ['b']],
  });
  assert.deepEqual(effective({ 'privacy.localOnly': { globalValue: ['a'], workspaceValue: [] } }), {
    'privacy.localOnly': ['a'],
  });
});

test('the cache is enabled only where user and workspaces enable it', () => {
  const cache = (globalValue: unknown, workspaceValue: unknown) =>
    effective({ 'cache.enabled': { globalValue, workspaceValue } })['cache.enabled'];
  assert.equal(cache(true, false), false);
  assert.equal(cache(false, true), false);
  assert.equal(cache(undefined, false), false);
  assert.equal(cache(true, true), true);
  assert.equal(cache(undefined, true), undefined);
});

test('ghost text is enabled only where user and workspaces enable it', () => {
  const enabled = (globalValue: unknown, workspaceValue: unknown) =>
    effective({ 'inline.enabled': { globalValue, workspaceValue } })['inline.enabled'];
  assert.equal(enabled(true, false), false);
  assert.equal(enabled(undefined, true), undefined);
  assert.equal(enabled(false, true), false);
  assert.equal(enabled(true, true), true);
});

test('a workspace can turn a language off for ghost text, but not on', () => {
  const languages = (globalValue: unknown, ...workspaces: unknown[]) =>
    effective({
      'inline.languages': {
        globalValue,
        workspaceValue: workspaces[0],
        workspaceFolderValue: workspaces[1],
      },
    })['inline.languages'];
  assert.deepEqual(languages({ '*': false, python: true }, { '*': true, markdown: true }), {
    '*': false,
    python: true,
  });
  assert.deepEqual(languages(undefined, { markdown: false }), { '*': true, markdown: false });
  assert.deepEqual(languages({ '*': true, sql: false }, { sql: true, markdown: false }), {
    '*': true,
    sql: false,
    markdown: false,
  });
  assert.deepEqual(languages({ '*': false, python: true }, { '*': false }), { '*': false, python: false });
  assert.deepEqual(languages({ '*': true }, { '*': false, python: true }), { '*': false, python: true });
  assert.deepEqual(languages(undefined, { a: false }, { b: false }), { '*': true, a: false, b: false });
  assert.deepEqual(languages({ a: true }, { b: false, c: 'off' }), { a: true, c: 'off' });
  for (const malformed of [null, 7, 'x', ['*']]) assert.deepEqual(languages(undefined, malformed), malformed);
  assert.equal(languages('oops', { '*': false }), 'oops');
});

test('exclude patterns of ghost text are united', () => {
  const values = { globalValue: ['a'], workspaceValue: ['b'] };
  assert.deepEqual(effective({ 'inline.exclude': values })['inline.exclude'], ['a', 'b']);
});
