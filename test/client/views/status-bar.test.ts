import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiptMemory } from '../../../client/answers/receipt-history.ts';
import { createStatusBar } from '../../../client/views/status-bar.ts';
import type { Status } from '../../../shared/status.ts';
import { EventEmitter, editor } from '../../support/vscode-stub.ts';
import { status } from '../samples.ts';

test('settings that cannot be read are told once, together, and again when they come back', () => {
  editor.reset();
  const changed = new EventEmitter<Status>();
  const bar = createStatusBar({ status: undefined, onStatus: changed.event } as never, receiptMemory());
  const problems = ['rumbo.models must be of type object.', 'rumbo.roles must be of type object.'];
  changed.fire(status({ problems }));
  changed.fire(status({ problems }));
  assert.deepEqual(
    editor.messages.map(({ text }) => text),
    ['rumbo.models must be of type object. (and 1 more, listed in the status bar’s tooltip)'],
  );
  changed.fire(status());
  changed.fire(status({ problems: problems.slice(1) }));
  assert.equal(editor.messages.at(-1)?.text, 'rumbo.roles must be of type object.');
  bar.dispose();
});
