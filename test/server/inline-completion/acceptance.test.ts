import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acceptanceTracker,
  retainedUnits,
  retentionDelayMs,
} from '../../../server/inline-completion/acceptance.ts';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import { documentStore } from '../../../server/inline-completion/documents.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';

const uri = 'file:///shop/a.ts';
const offer = (
  insert: string,
  more: Partial<CompletionItem['suggestion']> = {},
  id = '1',
): CompletionItem => ({
  id,
  model: 'lab/one',
  resultType: 'model',
  suggestion: { insertText: insert, replacesBefore: 0, replacesAfter: 0, ...more },
});
const context = (before: string, after: string, version = 1): CompletionContext => ({
  uri,
  version,
  languageId: 'typescript',
  before,
  after,
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
});

/** An open document, and all that was told. */
function opened(text: string) {
  const clock = virtualClock();
  const open = documentStore();
  open.opened({ uri, languageId: 'typescript', version: 1, text });
  const told: (string | number)[] = [];
  const results = acceptanceTracker({
    documents: open,
    clock,
    onAccepted: ({ id }) => void told.push(`accepted ${id}`),
    onRetained: (_model, characters) => void told.push(characters),
  });
  let version = 1;
  return {
    clock,
    told,
    results,
    change(now: string): void {
      version += 1;
      open.changed(uri, version, [{ text: now }]);
      results.changed(uri);
    },
  };
}

test('what an editor says was taken counts once, and after half a minute it is looked at what still stands', async () => {
  const { clock, told, results, change } = opened('const a = \n');
  results.offered(context('const a = ', '\n'), [offer('one +\n  two;')]);
  results.taken('1');
  results.taken('1');
  change('const a = one +\n  two;\n');
  assert.deepEqual(told, ['accepted 1']);
  change('const a = one +\n  three;\n');
  await clock.pass(retentionDelayMs);
  assert.deepEqual(told, ['accepted 1', 'one +'.length]);
});

test('an editor that says nothing is seen putting it in', () => {
  const { told, results, change } = opened('call(a)\n');
  results.offered(context('call(', 'a)\n'), [offer('b, a)', { replacesAfter: 2 })]);
  change('call(b, a)\n');
  assert.deepEqual(told, ['accepted 1']);
});

test('typing, another place and another change are no accepts', () => {
  const { told, results, change } = opened('const a = \n');
  results.offered(context('const a = ', '\n'), [offer('b'), offer('cd', {}, '2')]);
  change('const a = b\n');
  change('const a = cd\n');
  assert.deepEqual(told, []);
});

test('nothing is looked at once it has stopped', async () => {
  const { clock, told, results } = opened('const a = \n');
  results.offered(context('const a = ', '\n'), [offer('b;')]);
  results.taken('1');
  results.stop();
  await clock.pass(retentionDelayMs);
  assert.deepEqual(told, ['accepted 1']);
});

test('what still stands is found where lines above have come and gone, and not from far away', () => {
  const here = 'a\nb\n'.length;
  assert.equal(retainedUnits('new\nlines\na\nb\none();\ntwo();\n', here, 'one();\ntwo();\n'), 12);
  assert.equal(retainedUnits('a\nb\ntwo();\none();\n', here, 'one();\ntwo();\n'), 6, 'in their order');
  assert.equal(retainedUnits(`a\nb\n${'x\n'.repeat(4_000)}one();`, here, 'one();'), 0);
});

test('of two offers of the same text at the same place one is taken, whichever the editor names then', () => {
  const { told, results, change } = opened('const a = \n');
  results.offered(context('const a = ', '\n'), [offer('one;')]);
  results.offered(context('const a = ', '\n'), [offer('one;', {}, '2')]);
  change('const a = one;\n');
  results.taken('1');
  results.taken('2');
  assert.equal(told.length, 1);
});
