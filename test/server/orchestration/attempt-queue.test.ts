/** The order in which candidates are tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptQueue } from '../../../server/orchestration/attempt-queue.ts';

test('candidates are tried in their order, and the last one knows that it is', () => {
  const queue = attemptQueue(['a/1', 'b/2']);
  assert.deepEqual(queue.next(), { id: 'a/1' });
  assert.equal(queue.isLast(), false);
  assert.deepEqual(queue.next(), { id: 'b/2' });
  assert.equal(queue.isLast(), true);
  assert.equal(queue.next(), undefined);
});

test('one that matches is taken out of its turn, and the others keep theirs', () => {
  const queue = attemptQueue(['a/1', 'b/2', 'c/3']);
  assert.deepEqual(
    queue.nextWhere((id) => id.startsWith('b/')),
    { id: 'b/2' },
  );
  assert.equal(
    queue.nextWhere((id) => id.startsWith('b/')),
    undefined,
  );
  assert.deepEqual([queue.next(), queue.next(), queue.isLast()], [{ id: 'a/1' }, { id: 'c/3' }, true]);
});

test('a model whose text could not be joined is next again, asked in another way', () => {
  const queue = attemptQueue(['a/1', 'b/2']);
  queue.next();
  queue.repeatNow('a/1', 'anew');
  assert.deepEqual(queue.next(), { id: 'a/1', mode: 'anew' });
  assert.deepEqual(queue.next(), { id: 'b/2' });
});

test('a model is repeated once, after all others', () => {
  const queue = attemptQueue(['a/1', 'b/2']);
  queue.next();
  queue.repeatOnceAtEnd('a/1');
  queue.repeatOnceAtEnd('a/1');
  assert.deepEqual([queue.next(), queue.next(), queue.next()], [{ id: 'b/2' }, { id: 'a/1' }, undefined]);
});

test('a pinned model keeps the queue for itself', () => {
  const queue = attemptQueue(['a/1', 'b/2', 'c/3']);
  queue.next();
  queue.repeatOnceAtEnd('a/1');
  queue.keepOnly('a/1');
  assert.deepEqual([queue.next(), queue.next()], [{ id: 'a/1' }, undefined]);
});
