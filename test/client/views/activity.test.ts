import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { receiptHistory } from '../../../client/answers/receipt-history.ts';
import { createActivityView } from '../../../client/views/activity.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleReceipt, sampleStatus } from '../samples.ts';
import { drawTree, treeOf } from './drawn-tree.ts';

const view = 'rumbo.activity';
beforeEach(() => fakeEditor.reset());

test('receipts of this window are listed, the latest first, and open their explanation', async () => {
  const receipts = receiptHistory();
  const opened = createActivityView(fakeServerProcess(), receipts);
  assert.deepEqual(await drawTree(view), []);
  receipts.add(sampleReceipt());
  const last = sampleReceipt({ id: 'r2', model: 'lab/small', costUsd: 0 });
  receipts.add(last);
  assert.equal(treeOf(view).redrawn.length, 2);
  const rows = await drawTree(view);
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

test('the description of the view has today’s cost', () => {
  const server = fakeServerProcess();
  const opened = createActivityView(server, receiptHistory());
  server.changeStatus(sampleStatus());
  assert.equal(treeOf(view).description, 'today $0.42, 3 requests');
  opened.dispose();
});

test('a window keeps its latest hundred receipts', () => {
  const receipts = receiptHistory();
  for (let at = 0; at < 150; at++) receipts.add(sampleReceipt({ id: `r${at}` }));
  assert.equal(receipts.all.length, 100);
  assert.equal(receipts.last?.id, 'r149');
});
