import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActivation } from '../../../server/inline-completion/activation.ts';

test('ghost text is on while the setting is and it is not paused', () => {
  let enabled = false;
  const state = createActivation(() => ({ 'inline.enabled': enabled }));
  assert.equal(state.isOn(), false);
  enabled = true;
  assert.equal(state.isOn(), true);
  state.setPaused(true);
  assert.deepEqual([state.isOn(), state.isEnabled(), state.isPaused()], [false, true, true]);
  state.setPaused(false);
  assert.equal(state.isOn(), true);
});
