import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCompletion } from '../../../server/inline-completion/completion.ts';
import {
  type CompletionCacheLimits,
  completionCache,
} from '../../../server/inline-completion/completion-cache.ts';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';

const context = (before: string, after = '', uri = 'file:///a.ts'): CompletionContext => ({
  uri,
  version: 1,
  languageId: 'typescript',
  before,
  after,
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
});
const model = 'fake/model';

function setUp(limits: CompletionCacheLimits = { entries: 100, bytes: 1_000_000 }) {
  const cache = completionCache(() => limits);
  return {
    cache,
    add(context: CompletionContext, insert: string, replacesAfter = 0) {
      const completion = toCompletion(context, { insertText: insert, replacesBefore: 0, replacesAfter });
      cache.add(context, model, completion, { model, origin: 'model' });
    },
    suggestionsAt: (context: CompletionContext, requestedModel: `${string}/${string}` = model) =>
      cache.find(context, requestedModel).map(({ suggestion }) => suggestion.insertText),
  };
}

test('a completion is used at every position along its own text, and nowhere else', () => {
  const { add, suggestionsAt } = setUp();
  add(context('con', '\nend'), 'st a = 1;');
  assert.deepEqual(suggestionsAt(context('con', '\nend')), ['st a = 1;']);
  assert.deepEqual(suggestionsAt(context('const a', '\nend')), [' = 1;']);
  for (const elsewhere of ['co', 'cons t', 'const a = 1;', 'xcon'])
    assert.deepEqual(suggestionsAt(context(elsewhere, '\nend')), [], elsewhere);
});

test('the end of the document, the file and the model are part of the question', () => {
  const { add, suggestionsAt } = setUp();
  add(context('con', '\nend'), 'st');
  assert.deepEqual(suggestionsAt(context('con', '\nEnd')), []);
  assert.deepEqual(suggestionsAt(context('con', '\n\nend')), []);
  assert.deepEqual(suggestionsAt(context('con', '\nend', 'file:///b.ts')), []);
  assert.deepEqual(suggestionsAt(context('con', '\nend'), 'fake/other'), []);
});

test('a closer that the editor has inserted is replaced by the one in the completion', () => {
  const { cache, add, suggestionsAt } = setUp();
  add(context('call', ';'), '(a)');
  assert.deepEqual(cache.find(context('call(', ');'), model)[0]?.suggestion, {
    insertText: 'a)',
    replacesBefore: 0,
    replacesAfter: 1,
  });
  assert.deepEqual(suggestionsAt(context('call(', '];')), []);
});

test('of several completions the one from the longest prefix comes first, then the newest', () => {
  const { add, suggestionsAt } = setUp();
  add(context('a'), 'bcd');
  add(context('ab'), 'c1');
  add(context('ab'), 'c2');
  assert.deepEqual(suggestionsAt(context('ab')), ['c2', 'c1', 'cd']);
});

test('the least recently used is evicted first', () => {
  const { cache, add, suggestionsAt } = setUp({ entries: 2, bytes: 1_000_000 });
  add(context('a'), '1');
  add(context('b'), '2');
  suggestionsAt(context('a'));
  add(context('c'), '3');
  assert.equal(cache.entries, 2);
  assert.deepEqual(suggestionsAt(context('b')), []);
  assert.deepEqual(suggestionsAt(context('a')), ['1']);
});

test('the stored texts stay within their limit in bytes', () => {
  const { cache, add, suggestionsAt } = setUp({ entries: 1_000, bytes: 5_000 });
  for (let index = 0; index < 50; index++) add(context(`${index}${'x'.repeat(500)}`), 'y');
  assert.ok(cache.bytes <= 5_000);
  assert.deepEqual(suggestionsAt(context(`49${'x'.repeat(500)}`)), ['y']);
});

test('a forgotten file leaves nothing behind', () => {
  const { cache, add, suggestionsAt } = setUp();
  add(context('a'), '1');
  add(context('a', '', 'file:///b.ts'), '2');
  cache.forget('file:///a.ts');
  assert.deepEqual(suggestionsAt(context('a')), []);
  assert.equal(cache.entries, 1);
  cache.clear();
  assert.equal(cache.bytes, 0);
});
