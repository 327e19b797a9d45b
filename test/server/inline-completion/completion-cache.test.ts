import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCompletion } from '../../../server/inline-completion/completion.ts';
import {
  type CompletionCacheLimits,
  completionCache,
} from '../../../server/inline-completion/completion-cache.ts';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';

const place = (before: string, after = '', uri = 'file:///a.ts'): CompletionContext => ({
  uri,
  version: 1,
  languageId: 'typescript',
  before,
  after,
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
});
const model = 'fake/model';

function kept(limits: CompletionCacheLimits = { entries: 100, bytes: 1_000_000 }) {
  const known = completionCache(() => limits);
  return {
    known,
    add(context: CompletionContext, insert: string, replacesAfter = 0) {
      const answer = toCompletion(context, { insertText: insert, replacesBefore: 0, replacesAfter });
      known.add(context, model, answer, { model, origin: 'model' });
    },
    found: (context: CompletionContext, asked: `${string}/${string}` = model) =>
      known.find(context, asked).map(({ suggestion }) => suggestion.insertText),
  };
}

test('an answer is found at each place along its own text, and nowhere else', () => {
  const { add, found } = kept();
  add(place('con', '\nend'), 'st a = 1;');
  assert.deepEqual(found(place('con', '\nend')), ['st a = 1;']);
  assert.deepEqual(found(place('const a', '\nend')), [' = 1;']);
  for (const elsewhere of ['co', 'cons t', 'const a = 1;', 'xcon'])
    assert.deepEqual(found(place(elsewhere, '\nend')), [], elsewhere);
});

test('the end of the document, the file and the model are part of the question', () => {
  const { add, found } = kept();
  add(place('con', '\nend'), 'st');
  assert.deepEqual(found(place('con', '\nEnd')), []);
  assert.deepEqual(found(place('con', '\n\nend')), []);
  assert.deepEqual(found(place('con', '\nend', 'file:///b.ts')), []);
  assert.deepEqual(found(place('con', '\nend'), 'fake/other'), []);
});

test('a closer that the editor has put in is replaced by the one in the answer', () => {
  const { known, add, found } = kept();
  add(place('call', ';'), '(a)');
  assert.deepEqual(known.find(place('call(', ');'), model)[0]?.suggestion, {
    insertText: 'a)',
    replacesBefore: 0,
    replacesAfter: 1,
  });
  assert.deepEqual(found(place('call(', '];')), []);
});

test('of several answers that fit, the one that saw most comes first, then the newest', () => {
  const { add, found } = kept();
  add(place('a'), 'bcd');
  add(place('ab'), 'c1');
  add(place('ab'), 'c2');
  assert.deepEqual(found(place('ab')), ['c2', 'c1', 'cd']);
});

test('the least lately used goes first when there are too many', () => {
  const { known, add, found } = kept({ entries: 2, bytes: 1_000_000 });
  add(place('a'), '1');
  add(place('b'), '2');
  found(place('a'));
  add(place('c'), '3');
  assert.equal(known.entries, 2);
  assert.deepEqual(found(place('b')), []);
  assert.deepEqual(found(place('a')), ['1']);
});

test('the texts kept stay within their bytes', () => {
  const { known, add, found } = kept({ entries: 1_000, bytes: 5_000 });
  for (let index = 0; index < 50; index++) add(place(`${index}${'x'.repeat(500)}`), 'y');
  assert.ok(known.bytes <= 5_000);
  assert.deepEqual(found(place(`49${'x'.repeat(500)}`)), ['y']);
});

test('a file that is forgotten leaves nothing behind', () => {
  const { known, add, found } = kept();
  add(place('a'), '1');
  add(place('a', '', 'file:///b.ts'), '2');
  known.forget('file:///a.ts');
  assert.deepEqual(found(place('a')), []);
  assert.equal(known.entries, 1);
  known.clear();
  assert.equal(known.bytes, 0);
});
