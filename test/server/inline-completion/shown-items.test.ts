import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCompletion } from '../../../server/inline-completion/completion.ts';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import { shownItems } from '../../../server/inline-completion/shown-items.ts';
import { sampleContext, sampleUri } from './samples.ts';

/** Shows `insertText` at a context; returns the ids of its items. */
function show(items: ReturnType<typeof shownItems>, context: CompletionContext, insertText: string) {
  const suggestion = { insertText, replacesBefore: 0, replacesAfter: 0 };
  const source = { model: 'lab/one', completion: toCompletion(context, suggestion) } as const;
  const choice = { model: 'lab/one', length: 'block', usualMs: null, free: true } as const;
  const current = { context, source, choice, followsAccept: false };
  return items.show(current, [{ suggestion, source, resultType: 'model' }]).map(({ id }) => id);
}

test('an accept is recognised by the text, typing the same text letter by letter is none', () => {
  const items = shownItems();
  show(items, sampleContext('foo'), '(bar);');
  assert.equal(items.followsAccept(sampleContext('foo(bar);')), true);
  assert.equal(items.followsAccept(sampleContext('foo(')), false);
  show(items, sampleContext('foo'), ';');
  assert.equal(items.followsAccept(sampleContext('foo;')), false, 'one letter may have been typed');
});

test('a rejected suggestion stays rejected while the user types along it on its line', () => {
  const items = shownItems();
  const [id = ''] = show(items, sampleContext('a'), 'bc;\nnext');
  assert.notEqual(items.reject(id), undefined);
  assert.equal(items.current(sampleUri), undefined);
  assert.equal(items.isRejected(sampleContext('ab')), true);
  assert.equal(items.isRejected(sampleContext('abc;\n')), false, 'the next line');
  assert.equal(items.isRejected(sampleContext('ab')), false, 'forgotten then');
});

test('an item of an earlier keystroke is outdated: rejecting it keeps the current suggestion', () => {
  const items = shownItems();
  const [old = ''] = show(items, sampleContext('a'), 'bc');
  show(items, sampleContext('ab'), 'c');
  assert.equal(items.reject(old), 'outdated');
  assert.equal(items.isRejected(sampleContext('ab')), false);
  assert.notEqual(items.current(sampleUri), undefined);
});

test('an item is accepted or rejected once', () => {
  const items = shownItems();
  const [id = ''] = show(items, sampleContext('a'), 'b');
  assert.deepEqual([items.accept(id), items.accept(id), items.reject(id)], [true, false, undefined]);
});

test('only the last 64 items can be accepted, and none of a cleared store', () => {
  const items = shownItems();
  const ids = Array.from({ length: 65 }, () => show(items, sampleContext('a'), 'b')[0] ?? '');
  assert.equal(items.accept(ids[0] ?? ''), false);
  assert.equal(items.accept(ids[1] ?? ''), true);
  items.clear();
  assert.equal(items.accept(ids[64] ?? ''), false);
});
