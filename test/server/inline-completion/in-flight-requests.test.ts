import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionCache } from '../../../server/inline-completion/completion-cache.ts';
import { inFlightRequests } from '../../../server/inline-completion/in-flight-requests.ts';
import type { RequestPlan } from '../../../server/inline-completion/request-plan.ts';
import { type FakeGeneratorOptions, fakeGenerator } from '../../support/typing/fake-generator.ts';
import { plainRenderer } from '../../support/typing/plain-renderer.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';
import { sampleContext, sampleUri } from './samples.ts';

function setUp(generates: FakeGeneratorOptions['generates'], { readAhead = true, firstMs = 100 } = {}) {
  const clock = virtualClock();
  const generator = fakeGenerator({ clock, generates, firstMs });
  const cache = completionCache(() => ({ entries: 100, bytes: 1_000_000 }));
  const settings = () => ({ revealAfterMs: 10_000, readAhead });
  const requests = inFlightRequests({ generator, renderer: plainRenderer, cache, clock, settings });
  const ended: string[] = [];
  requests.onEnd((uri) => ended.push(uri));
  return { clock, generator, cache, requests, ended };
}
const plan = (before: string, more: Partial<RequestPlan> = {}): RequestPlan => ({
  context: sampleContext(before),
  length: 'block',
  requestedModel: 'fake/model',
  origin: 'model',
  ...more,
});
const open = () => new AbortController().signal;

test('a whole completion is cached, and the listener is called after the last keystroke has its suggestion', async () => {
  const { clock, cache, requests, ended } = setUp(() => 'bc');
  const request = requests.start(plan('a'));
  const waiting = request.waitFor(sampleContext('a'), open());
  assert.equal(requests.isBusy(sampleUri), true);
  await clock.pass(200);
  assert.equal((await waiting)?.insertText, 'bc');
  assert.deepEqual(
    cache.find(sampleContext('ab'), 'fake/model').map(({ suggestion }) => suggestion.insertText),
    ['c'],
  );
  assert.deepEqual(ended, [sampleUri]);
  assert.equal(requests.isBusy(sampleUri), false);
});

test('text past the end of a completion is read as the completion of the next position', async () => {
  const { clock, cache, requests } = setUp(() => 'one();\n\ntwo();\n\nthree();');
  requests.start(plan('a\n'));
  await clock.pass(1_000);
  const [hit] = cache.find(sampleContext('a\none();'), 'fake/model');
  assert.equal(hit?.completion.origin, 'read-ahead');
  assert.equal(hit?.suggestion.insertText, '\n\ntwo();');
});

test('without read-ahead the stream is closed at the end of the completion', async () => {
  const { clock, generator, cache, requests } = setUp(() => 'one();\n\ntwo();\n\nthree();', {
    readAhead: false,
  });
  requests.start(plan('a\n'));
  await clock.pass(1_000);
  assert.equal(generator.requests[0]?.ended, true);
  assert.deepEqual(cache.find(sampleContext('a\none();'), 'fake/model'), []);
});

test('a request for a keystroke aborts guesses, not requests that a keystroke waits for', async () => {
  const { clock, requests } = setUp(() => 'bc');
  const guess = requests.start(plan('x', { origin: 'speculative' }));
  const awaited = requests.start(plan('y'));
  void awaited.waitFor(sampleContext('y'), open());
  assert.equal(guess.hasEnded, true);
  requests.start(plan('z'));
  assert.equal(awaited.hasEnded, false);
  requests.abort();
  await clock.pass(0);
});

test('diverged requests are aborted, those along the text and ahead of it stay', async () => {
  const { requests } = setUp(() => 'bc');
  const along = requests.start(plan('a'));
  const ahead = requests.start(plan('abcd', { origin: 'speculative' }));
  const diverged = requests.start(plan('x', { origin: 'read-ahead' }));
  requests.abortDiverged(sampleContext('ab'));
  assert.deepEqual(
    [along, ahead, diverged].map(({ hasEnded }) => hasEnded),
    [false, false, true],
  );
  assert.equal(requests.findFor(sampleContext('ab')), along);
  requests.abort(sampleUri);
  assert.equal(requests.findFor(sampleContext('ab')), undefined);
});

test('an aborted request is not reported to the listener', async () => {
  const { clock, requests, ended } = setUp(() => 'bc', { firstMs: 1_000 });
  requests.start(plan('a'));
  requests.scheduleAbort(sampleUri);
  await clock.pass(99);
  assert.equal(requests.isBusy(sampleUri), true);
  await clock.pass(1);
  assert.equal(requests.isBusy(sampleUri), false);
  assert.deepEqual(ended, []);
});
