/** What follows when the next candidate cannot run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAnswerError } from '../../../server/orchestration/after-failure.ts';
import { skipOverBudget, skipWithoutProvider } from '../../../server/orchestration/skipped-candidate.ts';
import { answerBy, chosenOf, modelNamed, snapshotOf } from './progress.ts';

const models = [modelNamed('a/one'), modelNamed('b/two')];

test('a candidate without a provider is skipped, and the next one follows', () => {
  const { deps, start } = answerBy(models);
  const progress = start();
  skipWithoutProvider(deps, progress, chosenOf(progress).candidate.model);
  assert.deepEqual(progress.skipped, [{ model: 'a/one', rule: 'unknown', reason: 'No provider lists it.' }]);
  assert.equal(progress.queue.next()?.id, 'b/two');
});

test('a pinned model without a provider ends the answer', () => {
  const { deps, start } = answerBy(models, {
    prompt: 'hi',
    model: 'a/one',
    whenPinnedUnavailable: 'fail',
  });
  const progress = start();
  skipWithoutProvider(deps, progress, chosenOf(progress).candidate.model);
  assert.equal(progress.queue.next(), undefined);
  const { data } = noAnswerError(deps, progress);
  assert.deepEqual([data.kind, data.pinned], ['model-not-found', 'a/one']);
});

test('a refused reservation is explained by what the filter sees now', () => {
  const { deps, start, state } = answerBy(models);
  const progress = start();
  state.snapshot = { ...snapshotOf(models), remainingBudget: { usd: 0, name: 'rumbo.budget.perDayUsd' } };
  skipOverBudget(deps, progress, chosenOf(progress).candidate);
  assert.match(progress.skipped[0]?.reason ?? '', /rumbo\.budget\.perDayUsd leaves \$0\.0000/);
  const { kind, message } = noAnswerError(deps, progress);
  assert.equal(kind, 'over-budget');
  assert.match(message, /a: It could cost .* b: It could cost /);
});
