import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { receiptMemory } from '../../../client/answers/receipt-history.ts';
import { createActivityView } from '../../../client/views/activity.ts';
import type { Status } from '../../../shared/status.ts';
import { EventEmitter, editor } from '../../support/vscode-stub.ts';
import { receipt, status } from '../samples.ts';
import { seen, treeOf } from './drawn-tree.ts';

const view = 'rumbo.activity';
beforeEach(() => editor.reset());

test('answers of this window stand here, the last one first, and lead to their receipts', async () => {
  const receipts = receiptMemory();
  const opened = createActivityView({ onStatus: new EventEmitter<Status>().event } as never, receipts);
  assert.deepEqual(await seen(view), []);
  receipts.remember(receipt());
  const last = receipt({ id: 'r2', model: 'lab/small', costUsd: 0 });
  receipts.remember(last);
  assert.equal(treeOf(view).redrawn.length, 2);
  const rows = await seen(view);
  assert.deepEqual(
    rows.map(({ item }) => item.label),
    ['lab/small', 'groq/llama'],
  );
  assert.deepEqual(rows[0]?.item.command, {
    command: 'rumbo.whyThisModel',
    title: 'Why This Model?',
    arguments: [last],
  });
  assert.equal(typeof rows[0]?.item.tooltip, 'string');
  opened.dispose();
});

test('beside its name stands what the day has cost', () => {
  const changed = new EventEmitter<Status>();
  const opened = createActivityView({ onStatus: changed.event } as never, receiptMemory());
  changed.fire(status());
  assert.equal(treeOf(view).description, 'today $0.42, 3 requests');
  opened.dispose();
});

test('a window keeps its last hundred receipts', () => {
  const receipts = receiptMemory();
  for (let at = 0; at < 150; at++) receipts.remember(receipt({ id: `r${at}` }));
  assert.equal(receipts.all.length, 100);
  assert.equal(receipts.last?.id, 'r149');
});
