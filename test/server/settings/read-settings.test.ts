import assert from 'node:assert/strict';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSettings } from '../../../server/settings/read-settings.ts';
import { followFile, settingsOfFile } from '../../../server/settings/settings-source.ts';
import type { RumboError } from '../../../shared/errors.ts';
import { defaultSettings } from '../../../shared/settings.ts';

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
  for (const raw of [undefined, null, {}, [], 'x'])
    assert.deepEqual(readSettings(raw).settings, defaultSettings);
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
