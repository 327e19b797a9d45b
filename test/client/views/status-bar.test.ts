import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiptHistory } from '../../../client/answers/receipt-history.ts';
import { createStatusBar } from '../../../client/views/status-bar.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleStatus } from '../samples.ts';

test('invalid settings are reported once, together, and again when they return', () => {
  fakeEditor.reset();
  const server = fakeServerProcess();
  const bar = createStatusBar(server, receiptHistory());
  const problems = ['rumbo.models must be an object in braces.', 'rumbo.roles must be an object in braces.'];
  server.changeStatus(sampleStatus({ problems }));
  server.changeStatus(sampleStatus({ problems }));
  assert.deepEqual(
    fakeEditor.messages.map(({ text }) => text),
    ['rumbo.models must be an object in braces. (and 1 more, listed in the status bar’s tooltip)'],
  );
  server.changeStatus(sampleStatus());
  server.changeStatus(sampleStatus({ problems: problems.slice(1) }));
  assert.equal(fakeEditor.messages.at(-1)?.text, 'rumbo.roles must be an object in braces.');
  bar.dispose();
});
