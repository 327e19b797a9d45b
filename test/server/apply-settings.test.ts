/** New settings reach the modules that they affect, in order, and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsApplier } from '../../server/apply-settings.ts';
import { currentSettings } from '../../server/settings/current-settings.ts';
import { defaultSettings, type Settings } from '../../shared/settings.ts';

function modules(env: Record<string, string> = {}) {
  const calls: string[] = [];
  const call = (name: string) => () => void calls.push(name);
  const current = currentSettings(env);
  const apply = settingsApplier({
    current,
    discovered: { applySettings: call('discovered'), mergedSettings: () => current.get() },
    providers: {
      configure: call('providers'),
      async refresh() {
        calls.push('refresh');
      },
    },
    modelCatalog: { onProvidersChanged: call('modelCatalog') },
    budgets: { configure: call('budgets') },
    inlineCompletion: { onSettingsChanged: call('inline') },
    cache: {
      resize: ({ maxEntries, maxAgeMs }) => void calls.push(`cache ${maxEntries} ${maxAgeMs}`),
      clear() {
        calls.push('clear');
        return 0;
      },
    },
    registryRefresh: { setDaily: (daily) => void calls.push(`daily ${daily}`) },
    log: {
      debug: () => undefined,
      warn: (problem) => void calls.push(`warn ${problem}`),
      error: (problem) => void calls.push(`error ${problem}`),
    },
    onChange: call('changed'),
  });
  return {
    current,
    apply(more: Partial<Settings>, problems: readonly string[] = []): readonly string[] {
      calls.length = 0;
      apply({
        settings: { ...defaultSettings, ...more },
        problems: problems.map((message) => ({ message, path: [] })),
      });
      return [...calls];
    },
  };
}

test('the first settings reach every module, the servers that were found before the providers', () => {
  const calls = modules().apply({});
  assert.deepEqual(calls, [
    'discovered',
    'providers',
    'modelCatalog',
    'budgets',
    'inline',
    `cache ${defaultSettings['cache.maxEntries']} ${defaultSettings['cache.maxAgeMinutes'] * 60_000}`,
    `daily ${defaultSettings['registry.refresh'] === 'daily'}`,
    'clear',
    'refresh',
    'changed',
  ]);
});

test('a setting reaches only the modules that it affects', () => {
  const server = modules();
  server.apply({});
  assert.deepEqual(server.apply({}), ['changed'], 'the same settings again');
  const maxAgeMs = defaultSettings['cache.maxAgeMinutes'] * 60_000;
  assert.deepEqual(server.apply({ 'cache.maxEntries': 7 }), [`cache 7 ${maxAgeMs}`, 'changed']);
  assert.deepEqual(server.apply({ 'cache.maxEntries': 7, 'routing.strategy': 'cost' }), ['clear', 'changed']);
});

test('ghost text starts anew with its own settings, and cached answers stay', () => {
  const server = modules();
  server.apply({});
  assert.deepEqual(server.apply({ 'inline.debounceMs': 99 }), ['inline', 'changed']);
});

test('other providers are configured before they are asked for their models', () => {
  const server = modules();
  server.apply({});
  const calls = server.apply({
    providers: { lab: { kind: 'openai-compatible', baseUrl: 'http://localhost:1' } },
  });
  assert.deepEqual(calls, [
    'discovered',
    'providers',
    'modelCatalog',
    'inline',
    'clear',
    'refresh',
    'changed',
  ]);
});

test('problems of the settings are logged and shown', () => {
  const server = modules();
  assert.ok(server.apply({}, ['x is no strategy.']).includes('warn x is no strategy.'));
  assert.deepEqual(server.current.problems(), ['x is no strategy.']);
  server.apply({});
  assert.deepEqual(server.current.problems(), []);
});

test('settings that cannot be applied leave the last ones, and the status says so', () => {
  const current = currentSettings({});
  const budgets: (number | null)[] = [];
  const apply = settingsApplier({
    current,
    discovered: { applySettings: () => undefined, mergedSettings: current.get },
    providers: {
      configure({ models }) {
        if (Object.hasOwn(models, 'a/breaks')) throw new Error('a fault of ours');
      },
      refresh: () => Promise.resolve(),
    },
    modelCatalog: { onProvidersChanged: () => undefined },
    budgets: { configure: (settings) => void budgets.push(settings['budget.perDayUsd']) },
    inlineCompletion: { onSettingsChanged: () => undefined },
    cache: { resize: () => undefined, clear: () => 0 },
    registryRefresh: { setDaily: () => undefined },
    log: { debug: () => undefined, warn: () => undefined, error: () => undefined },
    onChange: () => undefined,
  });
  const breaks = { ...defaultSettings, models: { 'a/breaks': {} } };
  apply({ settings: breaks, problems: [] });
  assert.equal(current.get()['budget.perDayUsd'], 0);
  apply({ settings: { ...defaultSettings, 'budget.perDayUsd': 2 }, problems: [] });
  assert.deepEqual(current.problems(), []);
  apply({ settings: { ...breaks, 'budget.perDayUsd': 9 }, problems: [] });
  assert.equal(current.get()['budget.perDayUsd'], 2);
  assert.equal(budgets.at(-1), 2);
  assert.match(current.problems()[0] ?? '', /could not be applied: a fault of ours/);
});
