import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HedgeCandidate, hedgedRequest } from '../../../server/inline-completion/hedged-request.ts';
import { RumboError } from '../../../shared/errors.ts';
import { type VirtualClock, virtualClock } from '../../support/typing/virtual-clock.ts';

/** A candidate that responds, or fails, after this many milliseconds. */
function candidate(
  name: string,
  clock: VirtualClock,
  { afterMs, fails, ...more }: { afterMs: number; fails?: RumboError } & Partial<HedgeCandidate<string>>,
) {
  const seen = { startedAt: undefined as number | undefined, abortedAt: undefined as number | undefined };
  const hedge: HedgeCandidate<string> = {
    provider: name,
    lateAfterMs: 200,
    mayHedge: true,
    ...more,
    async start(signal) {
      seen.startedAt = clock.now();
      signal.addEventListener('abort', () => {
        seen.abortedAt ??= clock.now();
      });
      await clock.sleep(afterMs);
      if (signal.aborted) throw new RumboError('Cancelled.', { kind: 'cancelled' });
      if (fails) throw fails;
      return name;
    },
  };
  return Object.assign(hedge, { seen });
}
const failure = (kind: RumboError['kind']) => new RumboError('No.', { kind });
const never = Number.MAX_SAFE_INTEGER;

/** The result or the error kind, once this much time has passed. */
async function outcome(clock: VirtualClock, promise: Promise<string>, ms = 10_000): Promise<string> {
  let result = 'pending';
  promise.then(
    (response) => {
      result = response;
    },
    (error: RumboError) => {
      result = error.kind;
    },
  );
  await clock.pass(ms);
  return result;
}
const open = () => new AbortController().signal;

test('a candidate that responds in time is not hedged', async () => {
  const clock = virtualClock();
  const first = candidate('first', clock, { afterMs: 199 });
  const second = candidate('second', clock, { afterMs: 1 });
  assert.equal(await outcome(clock, hedgedRequest([first, second], clock, open())), 'first');
  assert.equal(second.seen.startedAt, undefined);
  assert.equal(first.seen.abortedAt, undefined, 'the winner may continue');
});

test('a late candidate is hedged, and aborted when the other one responds', async () => {
  const clock = virtualClock();
  const first = candidate('first', clock, { afterMs: 2_000 });
  const second = candidate('second', clock, { afterMs: 100 });
  assert.equal(await outcome(clock, hedgedRequest([first, second], clock, open())), 'second');
  assert.deepEqual([second.seen.startedAt, first.seen.abortedAt], [200, 300]);
  assert.equal(second.seen.abortedAt, undefined);
});

test('a late candidate that responds first wins', async () => {
  const clock = virtualClock();
  const first = candidate('first', clock, { afterMs: 250 });
  const second = candidate('second', clock, { afterMs: 100 });
  assert.equal(await outcome(clock, hedgedRequest([first, second], clock, open())), 'first');
  assert.equal(second.seen.abortedAt, 250);
});

test('a candidate that may not hedge is skipped, and so is another model of the same provider', async () => {
  const clock = virtualClock();
  const first = candidate('first', clock, { afterMs: 2_000 });
  const paid = candidate('paid', clock, { afterMs: 1, mayHedge: false });
  const same = candidate('same', clock, { afterMs: 1, provider: 'first' });
  const third = candidate('third', clock, { afterMs: 1 });
  assert.equal(await outcome(clock, hedgedRequest([first, paid, same, third], clock, open())), 'third');
  assert.equal(paid.seen.startedAt, undefined);
  assert.equal(same.seen.startedAt, undefined);
});

test('at most two run at a time', async () => {
  const clock = virtualClock();
  const all = ['a', 'b', 'c'].map((name) => candidate(name, clock, { afterMs: 5_000 }));
  assert.equal(await outcome(clock, hedgedRequest(all, clock, open()), 4_000), 'pending');
  assert.deepEqual(
    all.map(({ seen }) => seen.startedAt),
    [0, 200, undefined],
  );
});

test('after a failure the next one starts at once, whether it may hedge or not', async () => {
  const clock = virtualClock();
  const first = candidate('first', clock, { afterMs: 10, fails: failure('unreachable') });
  const second = candidate('second', clock, { afterMs: 10, mayHedge: false, provider: 'first' });
  assert.equal(await outcome(clock, hedgedRequest([first, second], clock, open())), 'second');
  assert.equal(second.seen.startedAt, 10);
});

test('a failure starts no third one while the hedge runs; when the hedge is late too, it is hedged', async () => {
  const clock = virtualClock();
  const first = candidate('first', clock, { afterMs: 250, fails: failure('overloaded') });
  const second = candidate('second', clock, { afterMs: 5_000 });
  const third = candidate('third', clock, { afterMs: 10 });
  assert.equal(await outcome(clock, hedgedRequest([first, second, third], clock, open())), 'third');
  assert.equal(third.seen.startedAt, 450);
});

test('after `invalid-request` the next one starts; a failure that no other model can avoid is reported', async () => {
  const clock = virtualClock();
  const rejecting = candidate('rejecting', clock, { afterMs: 1, fails: failure('invalid-request') });
  const sound = candidate('sound', clock, { afterMs: 1 });
  assert.equal(await outcome(clock, hedgedRequest([rejecting, sound], clock, open())), 'sound');
  const filtered = candidate('filtered', clock, { afterMs: 1, fails: failure('content-filtered') });
  assert.equal(await outcome(clock, hedgedRequest([filtered, sound], clock, open())), 'content-filtered');
});

test('when all fail the last failure is reported; without candidates `no-candidate`', async () => {
  const clock = virtualClock();
  const all = (['overloaded', 'unreachable'] as const).map((kind) =>
    candidate(kind, clock, { afterMs: 1, fails: failure(kind) }),
  );
  assert.equal(await outcome(clock, hedgedRequest(all, clock, open())), 'unreachable');
  assert.equal(await outcome(clock, hedgedRequest<string>([], clock, open())), 'no-candidate');
});

test('an abort stops all, the winner too', async () => {
  const clock = virtualClock();
  const controller = new AbortController();
  const all = ['a', 'b'].map((name) => candidate(name, clock, { afterMs: 5_000 }));
  const both = outcome(clock, hedgedRequest(all, clock, controller.signal), 300);
  clock.after(300, () => controller.abort());
  assert.equal(await both, 'cancelled');
  assert.deepEqual(
    all.map(({ seen }) => seen.abortedAt),
    [300, 300],
  );

  const later = new AbortController();
  const responded = candidate('responded', clock, { afterMs: 1 });
  assert.equal(await outcome(clock, hedgedRequest([responded], clock, later.signal)), 'responded');
  later.abort();
  assert.notEqual(responded.seen.abortedAt, undefined);

  const gone = candidate('gone', clock, { afterMs: never });
  assert.equal(await outcome(clock, hedgedRequest([gone], clock, AbortSignal.abort())), 'cancelled');
  assert.equal(gone.seen.startedAt, undefined);
});

test('after a stop of the process a response that has arrived is read before the next model is asked', async () => {
  const clock = virtualClock();
  let stoppedMs = 0;
  const stopping = { ...clock, now: () => clock.now() + stoppedMs };
  const first = candidate('a', clock, { afterMs: 210 });
  const second = candidate('b', clock, { afterMs: 1 });
  const response = hedgedRequest([first, second], stopping, open());
  await clock.pass(100);
  stoppedMs = 60_000;
  assert.equal(await outcome(clock, response, 200), 'a');
  assert.equal(second.seen.startedAt, undefined);
});
