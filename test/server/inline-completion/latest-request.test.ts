import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestRequests } from '../../../server/inline-completion/latest-request.ts';
import { sampleContext, sampleUri } from './samples.ts';

const open = () => new AbortController().signal;

test('a newer version or another cursor position aborts the request', () => {
  const latest = latestRequests();
  const first = latest.begin(sampleContext('a'), open());
  latest.changed(sampleUri, 2);
  assert.equal(first?.signal.aborted, true);
  const second = latest.begin(sampleContext('ab', { version: 2 }), open());
  latest.begin(sampleContext('a', { version: 2, after: 'b' }), open());
  assert.equal(second?.signal.aborted, true);
});

test('requests for the same position, or for other documents, stay', () => {
  const latest = latestRequests();
  const first = latest.begin(sampleContext('a'), open());
  latest.begin(sampleContext('a'), open());
  latest.changed('file:///b.ts', 9);
  assert.equal(first?.signal.aborted, false);
});

test('an outdated or aborted request does not begin', () => {
  const latest = latestRequests();
  latest.changed(sampleUri, 2);
  assert.equal(latest.begin(sampleContext('a'), open()), undefined);
  assert.equal(latest.begin(sampleContext('a', { version: 2 }), AbortSignal.abort()), undefined);
});

test('a document that is opened again starts with its first version', () => {
  const latest = latestRequests();
  latest.changed(sampleUri, 5);
  latest.closed(sampleUri);
  assert.notEqual(latest.begin(sampleContext('a'), open()), undefined);
});

test('an ended request is not aborted by the editor any more; stopping aborts the others', () => {
  const latest = latestRequests();
  const editor = new AbortController();
  const ended = latest.begin(sampleContext('a'), editor.signal);
  const running = latest.begin(sampleContext('a'), open());
  ended?.end();
  editor.abort();
  assert.equal(ended?.signal.aborted, false);
  latest.stop();
  assert.equal(running?.signal.aborted, true);
});
