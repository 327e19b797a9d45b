/** What a request would decide, without sending it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersWith, pipeline } from './pipeline.ts';

const models = [
  {
    id: 'a/one',
    script: answersWith('one'),
    more: { source: 'api', private: false, price: { input: 10, output: 10 } },
  },
  { id: 'b/two', script: answersWith('two') },
] as const;

test('each candidate has its reasons, its price and its prompt size', () => {
  const { candidates, strategy } = pipeline(models).orchestrator.explain({ prompt: 'hi' });
  assert.equal(strategy, 'priority');
  assert.deepEqual(
    candidates.map(({ model }) => model),
    ['a/one', 'b/two'],
  );
  const [paid, local] = candidates;
  assert.ok(paid?.costUsd && paid.costUsd.low < paid.costUsd.high && paid.costUsd.high < paid.costUsd.worst);
  assert.equal(local?.costUsd?.worst, 0);
  assert.ok(candidates.every(({ reasons, promptTokens }) => reasons.length > 0 && promptTokens > 0));
});

test('a task that the caller names is certain', () => {
  const { task, confidence, abstained } = pipeline(models).orchestrator.explain({
    prompt: 'x',
    task: 'planning',
  });
  assert.deepEqual([task, confidence, abstained], ['planning', 1, false]);
});

test('params that a request rejects are rejected', () => {
  const { orchestrator } = pipeline(models);
  assert.throws(
    () => orchestrator.explain({ prompt: 'x', temprature: 1 } as never),
    /does not know: "temprature"/,
  );
});
