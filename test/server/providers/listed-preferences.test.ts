/** Preferences of roles and task types under the names by which providers list the models. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedPreferences } from '../../../server/providers/listed-preferences.ts';
import { defaultSettings } from '../../../shared/settings.ts';

test('pins, lists to try first and lists of allowed models get the listed names', () => {
  const listedId = (id: string) => (id === 'home/a' ? 'home/a:latest' : id);
  const settings = {
    ...defaultSettings,
    roles: { planner: { model: 'home/a', strategy: 'cost' as const } },
    'routing.taskTypes': { general: { allow: ['home/a', 'home/*'], models: ['lab/b', 'home/a'] } },
  };
  assert.deepEqual(listedPreferences(settings, listedId), {
    roles: { planner: { model: 'home/a:latest', strategy: 'cost' } },
    taskTypes: { general: { allow: ['home/a:latest', 'home/*'], models: ['lab/b', 'home/a:latest'] } },
  });
});
