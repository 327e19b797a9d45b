/** The settings that hold now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentSettings } from '../../../server/settings/current-settings.ts';
import { defaultSettings } from '../../../shared/settings.ts';

test('the order of the environment wins for this run', () => {
  const current = currentSettings({ LLM_PRIORITY_ORDER: ' groq, local ,' });
  current.set({ settings: defaultSettings, problems: [] });
  assert.deepEqual(current.get()['routing.priorityOrder'], ['groq', 'local']);
});

test('without such an order the settings are those that were read', () => {
  const current = currentSettings({});
  assert.equal(current.get(), defaultSettings);
  const settings = { ...defaultSettings };
  current.set({ settings, problems: [] });
  assert.equal(current.get(), settings);
});

test('the problem of a file is shown until the file can be read', () => {
  const current = currentSettings({});
  current.set({ settings: defaultSettings, problems: [{ message: 'old', path: [] }] });
  current.setRejection('It is no JSON.');
  current.setRejection('It is no JSON yet.');
  assert.deepEqual(current.problems(), ['It is no JSON yet.', 'old']);
  current.set({ settings: defaultSettings, problems: [] });
  assert.deepEqual(current.problems(), []);
});
