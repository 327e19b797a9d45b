import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiptHistory } from '../../../client/answers/receipt-history.ts';
import { createStatusBar } from '../../../client/views/status-bar.ts';
import type { Status } from '../../../shared/status.ts';
import { EventEmitter, fakeEditor } from '../../support/vscode-stub.ts';
import { sampleStatus } from '../samples.ts';

test('invalid settings are reported once, together, and again when they return', () => {
  fakeEditor.reset();
  const changed = new EventEmitter<Status>();
  const bar = createStatusBar({ status: undefined, onStatus: changed.event } as never, receiptHistory());
  const problems = ['rumbo.models must be of type object.', 'rumbo.roles must be of type object.'];
  changed.fire(sampleStatus({ problems }));
  changed.fire(sampleStatus({ problems }));
  assert.deepEqual(
    fakeEditor.messages.map(({ text }) => text),
    ['rumbo.models must be of type object. (and 1 more, listed in the status bar’s tooltip)'],
  );
  changed.fire(sampleStatus());
  changed.fire(sampleStatus({ problems: problems.slice(1) }));
  assert.equal(fakeEditor.messages.at(-1)?.text, 'rumbo.roles must be of type object.');
  bar.dispose();
});
