/** What an attempt leaves in the receipt and in the record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptResult } from '../../../server/orchestration/attempt.ts';
import { recordAnswer, recordFailure } from '../../../server/orchestration/record-attempt.ts';
import { noUsage } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { usage } from './pipeline.ts';
import { answerBy, chosenOf, modelNamed } from './progress.ts';

const result: AttemptResult = {
  measured: { text: 'one', firstTokenAt: 5, usage, usageEstimated: false, reason: 'stop' },
  ms: 20,
  firstTextMs: 5,
  firstPartMs: 4,
  billed: true,
};
const error = new RumboError('It broke off.', { kind: 'interrupted' });

test('an answer is recorded with its receipt', () => {
  const { deps, records, start } = answerBy([modelNamed('a/one')], { prompt: 'hi', role: 'planner' });
  const progress = start();
  const receipt = recordAnswer(deps, progress, chosenOf(progress), result);
  assert.deepEqual(progress.attempts, [{ model: 'a/one', outcome: 'ok', ms: 20 }]);
  const [record] = records;
  assert.equal(record?.receipt, receipt);
  assert.deepEqual(
    [record?.kind, record?.outcome, record?.role, record?.task, record?.firstTextMs, record?.costUsd],
    ['ask', 'ok', 'planner', 'planning', 5, 0.000015],
  );
});

test('a failed attempt that is billed has a receipt and its cost in the list of attempts', () => {
  const { deps, records, start } = answerBy([modelNamed('a/one')]);
  const progress = start();
  recordFailure(deps, progress, chosenOf(progress), error, result);
  assert.deepEqual(progress.attempts, [
    {
      model: 'a/one',
      outcome: 'interrupted',
      ms: 20,
      message: 'It broke off.',
      costUsd: 0.000015,
      usage: { input: 10, output: 5 },
    },
  ]);
  assert.equal(records[0]?.receipt?.id, 'id-1');
  assert.deepEqual(records[0]?.usage, usage);
});

test('a failed attempt that is not billed has neither', () => {
  const { deps, records, start } = answerBy([modelNamed('a/one')]);
  const progress = start();
  recordFailure(deps, progress, chosenOf(progress), error, { ...result, billed: false });
  assert.equal('costUsd' in (progress.attempts[0] ?? {}), false);
  assert.equal(records[0]?.receipt, undefined);
  assert.deepEqual([records[0]?.usage, records[0]?.costUsd], [noUsage, 0]);
});
