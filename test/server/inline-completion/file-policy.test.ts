import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePolicy } from '../../../server/inline-completion/file-policy.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { sampleContext } from './samples.ts';

test('new settings apply once the policy is reconfigured', () => {
  let settings: Settings = defaultSettings;
  const policy = filePolicy(
    () => settings,
    () => 1,
  );
  assert.equal(policy.denial(sampleContext('a')), undefined);
  settings = { ...settings, 'inline.exclude': ['a.ts'], 'privacy.localOnly': ['b.ts'] };
  assert.equal(policy.denial(sampleContext('a')), undefined);
  policy.reconfigure();
  assert.equal(policy.denial(sampleContext('a')), 'excluded');
  const localOnly = sampleContext('a', { uri: 'file:///b.ts' });
  assert.deepEqual([policy.denial(localOnly), policy.isLocalOnly(localOnly)], [undefined, true]);
  assert.equal(policy.mayRead(localOnly, { private: false }), false);
  assert.equal(policy.mayRead(localOnly, { private: true }), true);
});

test('the size limit is in kilobytes, and there is one for lines', () => {
  let lines = 1;
  const policy = filePolicy(
    () => ({ ...defaultSettings, 'inline.maxFileKB': 1 }),
    () => lines,
  );
  assert.equal(policy.denial(sampleContext('x'.repeat(1_024))), undefined);
  assert.equal(policy.denial(sampleContext('x'.repeat(1_025))), 'large');
  lines = 50_001;
  assert.equal(policy.denial(sampleContext('x')), 'large');
});
