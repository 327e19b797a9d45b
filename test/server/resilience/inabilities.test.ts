/** What a model has refused is remembered for a while. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inabilities } from '../../../server/resilience/inabilities.ts';
import { RumboError } from '../../../shared/errors.ts';

function memory() {
  let nowMs = 0;
  let count = 0;
  const onLearned = () => {
    count += 1;
  };
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { ...inabilities({ elapsed: () => nowMs, onLearned }), learnedCount: () => count, wait };
}

test('a refused ability is remembered for ten minutes, of this model only', () => {
  const { onFailure, of, reset, learnedCount, wait } = memory();
  const error = new RumboError('It cannot.', { kind: 'unsupported-request', ability: 'tools' });
  onFailure('a', error);
  onFailure('a', error);
  assert.equal(learnedCount(), 1);
  assert.deepEqual(of('a'), { tools: false });
  assert.deepEqual(of('b'), {});
  wait(600_001);
  assert.deepEqual(of('a'), {});
  onFailure('a', error);
  assert.equal(learnedCount(), 2);
  reset();
  assert.deepEqual(of('a'), {});
});

test('other failures teach nothing', () => {
  for (const data of [{ kind: 'unsupported-request' }, { kind: 'overloaded', ability: 'chat' }] as const) {
    const { onFailure, of, learnedCount } = memory();
    onFailure('a', new RumboError('No.', data));
    assert.deepEqual([of('a'), learnedCount()], [{}, 0]);
  }
});
