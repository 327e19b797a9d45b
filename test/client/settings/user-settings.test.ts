import assert from 'node:assert/strict';
import { test } from 'node:test';
import { updateMapEntry } from '../../../client/settings/user-settings.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';

test('two changes at the same time are both kept', async () => {
  fakeEditor.reset();
  await Promise.all([
    updateMapEntry('models', 'a/one', () => ({ toggle: false })),
    updateMapEntry('models', 'b/two', () => ({ locked: true })),
  ]);
  assert.deepEqual(fakeEditor.settings.get('rumbo.models')?.globalValue, {
    'a/one': { toggle: false },
    'b/two': { locked: true },
  });
});
