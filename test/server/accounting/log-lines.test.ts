/** The lines that the log gets for answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerLine } from '../../../server/accounting/log-lines.ts';
import { noUsage } from '../../../shared/chat.ts';
import type { Receipt } from '../../../shared/receipts.ts';

const receipt = {
  role: 'coder',
  task: 'general',
  model: 'lab/one',
  cached: false,
  usage: { ...noUsage, input: 1, output: 2 },
  costUsd: null,
  finishReason: 'stop',
  totalMs: 9.6,
} as unknown as Receipt;

test('an unknown price is not shown as free', () => {
  assert.equal(answerLine(receipt), 'coder: lab/one, stop, 10 ms, 1 tokens in, 2 out, price unknown');
  assert.match(answerLine({ ...receipt, costUsd: 0 }), /free$/);
  assert.match(answerLine({ ...receipt, costUsd: 0.00123 }), /\$0\.0012$/);
});
