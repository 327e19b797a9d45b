import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  completedFraction,
  ensureResultText,
  localIcon,
  localSentences,
  localStateText,
  progressText,
  suggestionText,
} from '../../../client/format/local-model.ts';
import type { LocalModel } from '../../../shared/local-models.ts';

const local = (more: Partial<LocalModel>): LocalModel => ({ name: 'a', state: 'on-disk', ...more });

test('a local model’s state has its size or its progress', () => {
  const sizes = { sizeBytes: 4.7e9, memoryBytes: 5.2e9 };
  assert.deepEqual(
    [
      local({ state: 'loaded', ...sizes }),
      local({ state: 'loaded' }),
      local({ state: 'loading', progress: 0.456 }),
      local({ state: 'downloading', progress: 0.999 }),
      local({ state: 'downloading' }),
      local({ state: 'sleeping', ...sizes }),
      local({ ...sizes }),
      local({ failed: true, ...sizes }),
    ].map(localStateText),
    [
      'loaded, 5.2 GB',
      'loaded',
      '45 % loaded',
      '99 % downloaded',
      'downloading',
      'sleeping',
      'on disk, 4.7 GB',
      'failed to load',
    ],
  );
  assert.equal(localIcon(local({ state: 'loading' })), 'loading~spin');
  assert.equal(localIcon(local({ failed: true })), 'warning');
  assert.equal(localIcon(local({})), undefined);
});

test('a tooltip explains sleeping, and that loading failed', () => {
  assert.match(localSentences(local({ state: 'sleeping' })).join(), /the next request loads it again/);
  assert.match(localSentences(local({ failed: true })).join(), /last attempt to load it failed/);
});

test('progress shows what is known', () => {
  const done = { stage: 'downloading', completedBytes: 1.2e9 } as const;
  assert.equal(progressText(done), '1.2 GB');
  assert.equal(
    progressText({ ...done, totalBytes: 4.7e9, bytesPerSecond: 3.4e6, secondsLeft: 1029 }),
    '1.2 GB of 4.7 GB · 3.4 MB/s · 17 min left',
  );
  assert.equal(
    progressText({ ...done, stage: 'paused', totalBytes: 4.7e9 }),
    'paused in the engine · 1.2 GB of 4.7 GB',
  );
  assert.equal(progressText({ stage: 'downloading' }), 'downloading');
  assert.equal(progressText({ stage: 'loading', fraction: 0.4 }), 'loading into memory · 40 %');
});

test('the bar follows the bytes, and the fraction of a load', () => {
  assert.equal(completedFraction({ stage: 'downloading', completedBytes: 1, totalBytes: 4 }), 0.25);
  assert.equal(completedFraction({ stage: 'downloading', completedBytes: 5, totalBytes: 4 }), 1);
  assert.equal(completedFraction({ stage: 'downloading', completedBytes: 5 }), undefined);
  assert.equal(completedFraction({ stage: 'loading', fraction: 0.3 }), 0.3);
  assert.equal(completedFraction({ stage: 'verifying', fraction: 0.3 }), undefined);
});

test('the result is one sentence', () => {
  assert.equal(ensureResultText({ model: 'a/b', outcome: 'was-loaded' }), 'a/b is already loaded.');
  assert.equal(
    ensureResultText({ model: 'a/b', outcome: 'loaded', loadMs: 3100 }),
    'a/b was loaded in 3.1 s.',
  );
  assert.equal(ensureResultText({ model: 'a/b', outcome: 'pulled' }), 'a/b was downloaded.');
});

test('a suggestion shows its uses and its sizes', () => {
  const suggestion = {
    label: 'x',
    uses: ['code', 'fill'],
    names: {},
    sizeBytes: 1.9e9,
    memoryBytes: 3e9,
  } as const;
  assert.equal(
    suggestionText(suggestion),
    'code, completion while you type · 1.9 GB to download, about 3 GB of memory',
  );
});
