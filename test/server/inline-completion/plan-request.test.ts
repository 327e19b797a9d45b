import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestPlanner } from '../../../server/inline-completion/plan-request.ts';
import { sampleContext } from './samples.ts';

const plan = (length: 'line' | 'block', usualMs: number | null, followsAccept = false) => {
  const hints: unknown[] = [];
  const planRequest = requestPlanner({
    renderer: {
      chooseCompletionLength(_, given) {
        hints.push(given);
        return 'block';
      },
    },
    shown: { followsAccept: () => followsAccept },
  });
  const choice = { model: 'lab/one', length, usualMs, free: true } as const;
  return { plan: planRequest(sampleContext('a'), choice, 'model'), hints };
};

test('a model limited to a line is never requested for a block', () => {
  const { plan: planned, hints } = plan('line', 2_000);
  assert.equal(planned.length, 'line');
  assert.deepEqual(hints, []);
});

test('the renderer decides by the accept before and by the speed of the model', () => {
  assert.deepEqual(plan('block', 300, true).hints, [{ followsAccept: true, isFastModel: true }]);
  assert.deepEqual(plan('block', 301).hints, [{ followsAccept: false, isFastModel: false }]);
  assert.deepEqual(plan('block', null).hints, [{ followsAccept: false, isFastModel: false }]);
});
