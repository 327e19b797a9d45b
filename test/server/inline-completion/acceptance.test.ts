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
const item = (
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

/** An open document, and the events that the tracker reported. */
function opened(text: string) {
  const clock = virtualClock();
  const documents = documentStore();
  documents.opened({ uri, languageId: 'typescript', version: 1, text });
  const events: (string | number)[] = [];
  const tracker = acceptanceTracker({
    documents,
    clock,
    onAccepted: ({ id }) => void events.push(`accepted ${id}`),
    onRetained: (_model, characters) => void events.push(characters),
  });
  let version = 1;
  return {
    clock,
    events,
    tracker,
    change(now: string): void {
      version += 1;
      documents.changed(uri, version, [{ text: now }]);
      tracker.documentChanged(uri);
    },
  };
}

test('an accept that the editor reports counts once, and retention is measured half a minute later', async () => {
  const { clock, events, tracker, change } = opened('const a = \n');
  tracker.track(context('const a = ', '\n'), [item('one +\n  two;')]);
  tracker.accepted('1');
  tracker.accepted('1');
  change('const a = one +\n  two;\n');
  assert.deepEqual(events, ['accepted 1']);
  change('const a = one +\n  three;\n');
  await clock.pass(retentionDelayMs);
  assert.deepEqual(events, ['accepted 1', 'one +'.length]);
});

test('an accept that the editor does not report is detected in the text', () => {
  const { events, tracker, change } = opened('call(a)\n');
  tracker.track(context('call(', 'a)\n'), [item('b, a)', { replacesAfter: 2 })]);
  change('call(b, a)\n');
  assert.deepEqual(events, ['accepted 1']);
});

test('typing, another position or a later change is no accept', () => {
  const { events, tracker, change } = opened('const a = \n');
  tracker.track(context('const a = ', '\n'), [item('b'), item('cd', {}, '2')]);
  change('const a = b\n');
  change('const a = cd\n');
  assert.deepEqual(events, []);
});

test('a stopped tracker measures no retention', async () => {
  const { clock, events, tracker } = opened('const a = \n');
  tracker.track(context('const a = ', '\n'), [item('b;')]);
  tracker.accepted('1');
  tracker.stop();
  await clock.pass(retentionDelayMs);
  assert.deepEqual(events, ['accepted 1']);
});

test('retained text is found after lines above were inserted or deleted, but not far away', () => {
  const here = 'a\nb\n'.length;
  assert.equal(retainedUnits('new\nlines\na\nb\none();\ntwo();\n', here, 'one();\ntwo();\n'), 12);
  assert.equal(retainedUnits('a\nb\ntwo();\none();\n', here, 'one();\ntwo();\n'), 6, 'in their order');
  assert.equal(retainedUnits(`a\nb\n${'x\n'.repeat(4_000)}one();`, here, 'one();'), 0);
});

test('of two items with the same text at the same position only one counts, whichever the editor reports', () => {
  const { events, tracker, change } = opened('const a = \n');
  tracker.track(context('const a = ', '\n'), [item('one;')]);
  tracker.track(context('const a = ', '\n'), [item('one;', {}, '2')]);
  change('const a = one;\n');
  tracker.accepted('1');
  tracker.accepted('2');
  assert.equal(events.length, 1);
});
