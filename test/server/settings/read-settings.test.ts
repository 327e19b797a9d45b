import assert from 'node:assert/strict';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readSettings } from '../../../server/settings/read-settings.ts';
import { followFile, settingsOfFile } from '../../../server/settings/settings-source.ts';
import { carefulSettings, isMapSetting } from '../../../shared/careful-settings.ts';
import type { RumboError } from '../../../shared/errors.ts';
import { defaultSettings, type SettingKey, Settings, settingKeys } from '../../../shared/settings.ts';
import { taskTypes } from '../../../shared/tasks.ts';

test('settings are found nested, flat, and under their full names', () => {
  const wanted = { ...defaultSettings, 'routing.strategy': 'cost' as const };
  for (const raw of [
    { routing: { strategy: 'cost' } },
    { rumbo: { routing: { strategy: 'cost' } } },
    { 'routing.strategy': 'cost' },
    { rumbo: { 'routing.strategy': 'cost' } },
    { 'rumbo.routing.strategy': 'cost' },
  ]) {
    assert.deepEqual(readSettings(raw), { settings: wanted, problems: [] });
  }
});
test('model ids with dots and slashes stay whole', () => {
  const models = { 'groq/openai/gpt-oss-20b': { tier: 2 }, 'llama/qwen2.5:7b': { locked: true } };
  assert.deepEqual(readSettings({ models }).settings.models, models);
});
test('no settings give the defaults', () => {
  for (const raw of [undefined, null, {}]) assert.deepEqual(readSettings(raw).settings, defaultSettings);
});
test('what is no object at all allows nothing', () => {
  for (const raw of [[], 'x', 7, { rumbo: 'x' }, { rumbo: [] }]) {
    const { settings, problems } = readSettings(raw);
    assert.deepEqual(settings.models, { '*/*': { locked: true } });
    assert.equal(settings['budget.perDayUsd'], 0);
    assert.deepEqual(settings['privacy.localOnly'], ['**']);
    assert.match(problems[0]?.message ?? '', /must be (?:an object|of type object)/);
  }
});
test('an invalid value leaves the default and reports what it must be', () => {
  const { settings, problems } = readSettings({ 'rumbo.routing.strategy': 'cheapest' });
  assert.equal(settings['routing.strategy'], 'auto');
  assert.match(problems[0]?.message ?? '', /rumbo\.routing\.strategy must be "auto" or "priority"/);
});
test('a misspelled setting is reported', () => {
  assert.match(
    readSettings({ 'rumbo.routing.strategi': 'cost' }).problems[0]?.message ?? '',
    /rumbo\.routing\.strategi is not/,
  );
});
test('an invalid entry does not unlock a model, and the others stay', () => {
  const models = {
    'a/locked': { locked: true, tier: 99 },
    'a/broken': { locked: 'yes' },
    'a/not-an-object': 7,
    'a/somewhere': { source: 'cloud' },
    'a/sound': { tier: 3 },
  };
  const read = readSettings({ models });
  assert.deepEqual(read.settings.models, {
    'a/locked': { locked: true },
    'a/broken': { locked: true },
    'a/not-an-object': { locked: true },
    'a/somewhere': { locked: true },
    'a/sound': { tier: 3 },
  });
  assert.equal(read.problems.length, 4);
});
test('an invalid value never widens: no budget is lifted, no provider redirected, no file released', () => {
  const { settings } = readSettings({
    'budget.perDayUsd': 'ten',
    'privacy.localOnly': '**/secrets/**',
    providers: { openai: { baseUrl: 'not an address' } },
  });
  assert.equal(settings['budget.perDayUsd'], 0);
  assert.deepEqual(settings['privacy.localOnly'], ['**']);
  assert.equal(settings.providers['openai']?.enabled, false);
});

const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'rumbo-')), 'config.json');
  writeFileSync(path, text);
  return path;
};
test('a file can have comments and a trailing comma', () => {
  const { settings, problems } = settingsOfFile(file('{\n  // mine\n  "rumbo.routing.strategy": "cost",\n}'));
  assert.deepEqual([settings['routing.strategy'], problems], ['cost', []]);
});
test('a fault in a file is reported with path and line', () => {
  const path = file('{\n  "rumbo.models": {\n    "a/b": {\n      "tier": 9\n    }\n  }\n}');
  assert.equal(
    settingsOfFile(path).problems[0]?.message,
    `${path}:4: rumbo.models["a/b"].tier must be at most 5.`,
  );
});
test('a file that is not JSON, not an object or missing gives one sentence with its path', () => {
  for (const [path, what] of [
    [file('{\n  "a": 1\n  "b": 2\n}'), /:3: the file is not valid JSON/],
    [file('[1]'), /:1: the file must contain one JSON object/],
    [join(tmpdir(), 'rumbo-does-not-exist.json'), /cannot be read/],
  ] as const) {
    assert.throws(
      () => settingsOfFile(path),
      (error: RumboError) => {
        assert.match(error.message, what);
        assert.ok(error.message.includes(path));
        return true;
      },
    );
  }
});

test('a file behind a symbolic link is watched', async () => {
  const real = file('{ "rumbo.routing.strategy": "auto" }');
  const link = join(mkdtempSync(join(tmpdir(), 'rumbo-')), 'linked.json');
  symlinkSync(real, link);
  const { promise, resolve } = Promise.withResolvers<string>();
  const stop = followFile(link, ({ settings }) => resolve(settings['routing.strategy']), assert.fail);
  writeFileSync(real, '{ "rumbo.routing.strategy": "cost" }');
  assert.equal(await promise, 'cost');
  stop();
});
test('invalid ghost text settings turn ghost text off', () => {
  const { settings, problems } = readSettings({
    'rumbo.inline.enabled': 'yes',
    'rumbo.inline.languages': { markdown: 'no' },
    'rumbo.inline.exclude': '**/generated/**',
  });
  assert.equal(settings['inline.enabled'], false);
  assert.deepEqual(settings['inline.languages'], { '*': false });
  assert.deepEqual(settings['inline.exclude'], ['**']);
  assert.equal(problems.length, 3);
});

const budgetOf = (raw: object) => readSettings(raw).settings['budget.perDayUsd'];
const locksOf = (raw: object) => readSettings(raw).settings.models;
const noTask = Object.fromEntries(taskTypes.map((task) => [task, { allow: [] }]));

test('a whole setting that cannot be read restricts all that it could', () => {
  for (const broken of [7, 'x', true, [], [{ openai: { perDayUsd: 1 } }], null]) {
    assert.equal(budgetOf({ 'rumbo.budget.perProvider': broken }), 0);
    assert.equal(budgetOf({ budget: { perRole: broken } }), 0);
    assert.deepEqual(locksOf({ models: broken }), { '*/*': { locked: true } });
    assert.deepEqual(readSettings({ roles: broken }).settings['routing.taskTypes'], noTask);
    assert.deepEqual(readSettings({ routing: { taskTypes: broken } }).settings['routing.taskTypes'], noTask);
    assert.deepEqual(
      readSettings({
        privacy: { localOnly: broken === null || typeof broken === 'string' ? null : [broken] },
      }).settings['privacy.localOnly'],
      ['**'],
    );
    assert.equal(readSettings({ providers: broken }).settings.providers['openai']?.enabled, false);
  }
  assert.equal(readSettings({ budget: 5 }).settings['budget.perMonthUsd'], 0);
  assert.deepEqual(readSettings({ privacy: ['**'] }).settings['privacy.localOnly'], ['**']);
});
test('one broken value leaves the others as they are', () => {
  const { settings } = readSettings({
    'budget.perDayUsd': 5,
    'budget.perMonthUsd': '50',
    'budget.perProvider': { openai: { perDayUsd: 'x', perMonthUsd: 9 }, groq: { perDayUsd: 3 } },
    roles: { planner: { allow: ['ollama/*', 5] }, coder: { allow: ['ollama/b'] } },
  });
  assert.deepEqual([settings['budget.perDayUsd'], settings['budget.perMonthUsd']], [5, 0]);
  assert.deepEqual(settings['budget.perProvider'], {
    openai: { perDayUsd: 0, perMonthUsd: 9 },
    groq: { perDayUsd: 3 },
  });
  assert.deepEqual(settings.roles, { planner: { allow: ['ollama/*'] }, coder: { allow: ['ollama/b'] } });
});
test('a misspelt key restricts, and the sentence suggests the right one', () => {
  for (const [raw, suggestion, careful] of [
    [{ 'rumbo.budget.perdayusd': 2 }, /perDayUsd\?/, (s: Settings) => s['budget.perDayUsd'] === 0],
    [{ 'rumbo.buget.perMonthUsd': 2 }, /perMonthUsd\?/, (s: Settings) => s['budget.perMonthUsd'] === 0],
    [{ 'rumbo.budget.perWeekUsd': 2 }, /not a Rumbo setting/, (s: Settings) => s['budget.perDayUsd'] === 0],
    [{ budget: { daily: 2 } }, /not a Rumbo setting/, (s: Settings) => s['budget.perDayUsd'] === 0],
    [
      { 'rumbo.localOnly': ['a'] },
      /privacy\.localOnly\?/,
      (s: Settings) => s['privacy.localOnly'][0] === '**',
    ],
    [
      { privacy: { local_only: ['a'] } },
      /privacy\.localOnly\?/,
      (s: Settings) => s['privacy.localOnly'][0] === '**',
    ],
    [{ 'rumbo.model': {} }, /rumbo\.models\?/, (s: Settings) => s.models['*/*']?.locked === true],
    [{ models: { 'a/b': { loked: true } } }, /locked\?/, (s: Settings) => s.models['a/b']?.locked === true],
    [
      { models: { 'a/b': { forbidden: true } } },
      /forbidden/,
      (s: Settings) => s.models['a/b']?.locked === true,
    ],
    [
      { roles: { coder: { alow: ['x/*'] } } },
      /allow\?/,
      (s: Settings) => s.roles['coder']?.allow?.length === 0,
    ],
    [
      { providers: { openai: { disabled: true } } },
      /disabled/,
      (s: Settings) => s.providers['openai']?.enabled === false,
    ],
    [
      { 'budget.perProvider': { opnai: { perDayUsd: 2 } } },
      /openai\?/,
      (s: Settings) => s['budget.perProvider']['openai']?.perDayUsd === 2,
    ],
    [
      { 'budget.perProvider': { elsewhere: { perMonthUsd: 2 } } },
      /elsewhere/,
      (s: Settings) => s['budget.perMonthUsd'] === 2,
    ],
    [
      { 'budget.perRole': { Inline: { perDayUsd: 1 } } },
      /inline\?/,
      (s: Settings) => s['budget.perRole']['inline']?.perDayUsd === 1,
    ],
    [
      { roles: { reviewers: { allow: ['a/*'] } } },
      /every request/,
      (s: Settings) => s['routing.taskTypes'].general?.allow?.[0] === 'a/*',
    ],
    [
      { roles: { Coder: { allow: ['a/*'] }, coder: { allow: ['a/b', 'c/d'] } } },
      /coder\?/,
      (s: Settings) => s.roles['coder']?.allow?.join() === 'a/b',
    ],
    [
      { models: { 'openai/': { locked: true } } },
      /provider\/model/,
      (s: Settings) => s.models['openai/*']?.locked === true,
    ],
  ] as const) {
    const { settings, problems } = readSettings(raw);
    assert.ok(careful(settings), JSON.stringify(raw));
    assert.match(problems.map(({ message }) => message).join(' '), suggestion);
  }
});
test('a misspelt key that is like one without restrictions is only reported', () => {
  const { settings, problems } = readSettings({ models: { 'a/b': { teir: 3 } }, 'rumbo.cache.maxEntrys': 4 });
  assert.deepEqual(settings, { ...defaultSettings, models: { 'a/b': {} } });
  assert.equal(problems.length, 2);
});
test('settings of other programs beside ours are neither read nor reported', () => {
  const { settings, problems } = readSettings({
    editor: { tabSize: 2 },
    'files.exclude': {},
    telemetry: 'off',
  });
  assert.deepEqual([settings, problems], [defaultSettings, []]);
});
test('a pattern that is too long, too many or of an unknown shape holds back every file', () => {
  for (const broken of [
    ['a'.repeat(300)],
    Array.from({ length: 201 }, (_, at) => `f${at}`),
    ['+(a)'],
    ['a[b'],
  ])
    for (const key of ['privacy.localOnly', 'inline.exclude'] as const)
      assert.deepEqual(readSettings({ [key]: broken }).settings[key], ['**']);
});
test('whatever the value of a setting is, the settings are valid and allow no more than without it', () => {
  void fc.assert(
    fc.property(fc.constantFrom(...settingKeys), fc.jsonValue(), (key, value) => {
      const { settings } = readSettings({ [key]: value });
      Settings.parse(settings);
      if (Settings.shape[key].safeParse(value).success) return;
      for (const [each, careful] of Object.entries(carefulSettings[key]) as [SettingKey, unknown][])
        if (!isMapSetting(key) || Array.isArray(value) || typeof value !== 'object' || value === null)
          assert.deepEqual(settings[each], careful);
    }),
  );
});
