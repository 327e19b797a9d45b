import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aspectsOf, changedAspects } from '../../../server/settings/changed-aspects.ts';
import { defaultSettings, settingAspects, settingKeys } from '../../../shared/settings.ts';

test('every setting says what it affects', () => {
  for (const key of settingKeys) {
    const aspects = aspectsOf(key);
    assert.ok(aspects.length > 0, key);
    for (const aspect of aspects) assert.ok(settingAspects.includes(aspect), `${key}: ${aspect}`);
  }
});

test('every aspect is affected by some setting', () => {
  const used = new Set(settingKeys.flatMap(aspectsOf));
  assert.deepEqual([...settingAspects].sort(), [...used].sort());
});

test('equal settings affect nothing, whether they are the same object or not', () => {
  assert.equal(changedAspects(defaultSettings, defaultSettings).size, 0);
  assert.equal(changedAspects(defaultSettings, structuredClone(defaultSettings)).size, 0);
});

test('a changed setting affects what it names, inside its value too', () => {
  const price = { input: 1, output: 2 };
  const before = { ...defaultSettings, models: { 'openai/a': { price } } };
  const after = { ...before, models: { 'openai/a': { price: { ...price, output: 3 } } } };
  assert.deepEqual([...changedAspects(before, after)].sort(), ['inline', 'providers', 'routing']);
});

test('the aspects of several changes are united', () => {
  const after = { ...defaultSettings, 'cache.maxEntries': 7, 'registry.refresh': 'daily' as const };
  assert.deepEqual([...changedAspects(defaultSettings, after)].sort(), ['cache', 'registry']);
});

test('which model answers depends on routing, models, providers, roles, privacy and budgets, and on nothing else', () => {
  const decides = /^(?:routing\.|models$|providers$|roles$|privacy\.|budget\.)/;
  for (const key of settingKeys) assert.equal(aspectsOf(key).includes('routing'), decides.test(key), key);
});

test('ghost text depends on its own settings and on what decides which models may write it', () => {
  const decides = /^(?:inline\.|privacy\.|routing\.taskTypes|models$|providers$|roles$|budget\.)/;
  for (const key of settingKeys) assert.equal(aspectsOf(key).includes('inline'), decides.test(key), key);
});
