import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeEntry } from '../../../client/settings/user-settings.ts';
import { editor } from '../../support/vscode-stub.ts';

test('two changes at the same time are both kept', async () => {
  editor.reset();
  await Promise.all([
    changeEntry('models', 'a/one', () => ({ toggle: false })),
    changeEntry('models', 'b/two', () => ({ locked: true })),
  ]);
  assert.deepEqual(editor.settings.get('rumbo.models')?.globalValue, {
    'a/one': { toggle: false },
    'b/two': { locked: true },
  });
});
