import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HedgeCandidate, hedgedRequest } from '../../../server/inline-completion/hedged-request.ts';
import { RumboError } from '../../../shared/errors.ts';
import { type VirtualClock, virtualClock } from '../../support/typing/virtual-clock.ts';

/** Somebody who speaks, or fails, after so many milliseconds. */
function somebody(
  name: string,
  clock: VirtualClock,
  { afterMs, fails, ...more }: { afterMs: number; fails?: RumboError } & Partial<HedgeCandidate<string>>,
) {
  const seen = { startedAt: undefined as number | undefined, abortedAt: undefined as number | undefined };
  const runner: HedgeCandidate<string> = {
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
  return Object.assign(runner, { seen });
}
const failure = (kind: RumboError['kind']) => new RumboError('No.', { kind });
const never = Number.MAX_SAFE_INTEGER;

/** What it came to, once so much time has passed. */
async function heard(clock: VirtualClock, promise: Promise<string>, ms = 10_000): Promise<string> {
  let came = 'nothing';
  promise.then(
    (said) => {
      came = said;
    },
    (error: RumboError) => {
      came = error.kind;
    },
  );
  await clock.pass(ms);
  return came;
}
const open = () => new AbortController().signal;

test('who speaks in time is not helped', async () => {
  const clock = virtualClock();
  const first = somebody('first', clock, { afterMs: 199 });
  const second = somebody('second', clock, { afterMs: 1 });
  assert.equal(await heard(clock, hedgedRequest([first, second], clock, open())), 'first');
  assert.equal(second.seen.startedAt, undefined);
  assert.equal(first.seen.abortedAt, undefined, 'whoever is heard may speak on');
});

test('who is late is helped, and aborted in the moment the other one speaks', async () => {
  const clock = virtualClock();
  const first = somebody('first', clock, { afterMs: 2_000 });
  const second = somebody('second', clock, { afterMs: 100 });
  assert.equal(await heard(clock, hedgedRequest([first, second], clock, open())), 'second');
  assert.deepEqual([second.seen.startedAt, first.seen.abortedAt], [200, 300]);
  assert.equal(second.seen.abortedAt, undefined);
});

test('who was late and speaks first all the same is heard', async () => {
  const clock = virtualClock();
  const first = somebody('first', clock, { afterMs: 250 });
  const second = somebody('second', clock, { afterMs: 100 });
  assert.equal(await heard(clock, hedgedRequest([first, second], clock, open())), 'first');
  assert.equal(second.seen.abortedAt, 250);
});

test('who may not help is left out, and so is another model at the same place', async () => {
  const clock = virtualClock();
  const first = somebody('first', clock, { afterMs: 2_000 });
  const paid = somebody('paid', clock, { afterMs: 1, mayHedge: false });
  const same = somebody('same', clock, { afterMs: 1, provider: 'first' });
  const third = somebody('third', clock, { afterMs: 1 });
  assert.equal(await heard(clock, hedgedRequest([first, paid, same, third], clock, open())), 'third');
  assert.equal(paid.seen.startedAt, undefined);
  assert.equal(same.seen.startedAt, undefined);
});

test('no more than two are asked at a time', async () => {
  const clock = virtualClock();
  const all = ['a', 'b', 'c'].map((name) => somebody(name, clock, { afterMs: 5_000 }));
  assert.equal(await heard(clock, hedgedRequest(all, clock, open()), 4_000), 'nothing');
  assert.deepEqual(
    all.map(({ seen }) => seen.startedAt),
    [0, 200, undefined],
  );
});

test('who fails makes room for the next at once, whether that one may help or not', async () => {
  const clock = virtualClock();
  const first = somebody('first', clock, { afterMs: 10, fails: failure('unreachable') });
  const second = somebody('second', clock, { afterMs: 10, mayHedge: false, provider: 'first' });
  assert.equal(await heard(clock, hedgedRequest([first, second], clock, open())), 'second');
  assert.equal(second.seen.startedAt, 10);
});

test('while a helper is under way a failure asks nobody else; when that one is late too, it is helped', async () => {
  const clock = virtualClock();
  const first = somebody('first', clock, { afterMs: 250, fails: failure('overloaded') });
  const second = somebody('second', clock, { afterMs: 5_000 });
  const third = somebody('third', clock, { afterMs: 10 });
  assert.equal(await heard(clock, hedgedRequest([first, second, third], clock, open())), 'third');
  assert.equal(third.seen.startedAt, 450);
});

test('a model that refuses every way of asking it is passed over; what nobody else can mend is told', async () => {
  const clock = virtualClock();
  const refusing = somebody('refusing', clock, { afterMs: 1, fails: failure('invalid-request') });
  const sound = somebody('sound', clock, { afterMs: 1 });
  assert.equal(await heard(clock, hedgedRequest([refusing, sound], clock, open())), 'sound');
  const filtered = somebody('filtered', clock, { afterMs: 1, fails: failure('content-filtered') });
  assert.equal(await heard(clock, hedgedRequest([filtered, sound], clock, open())), 'content-filtered');
});

test('when all have failed the last failure is told; when there is nobody, so much', async () => {
  const clock = virtualClock();
  const all = (['overloaded', 'unreachable'] as const).map((kind) =>
    somebody(kind, clock, { afterMs: 1, fails: failure(kind) }),
  );
  assert.equal(await heard(clock, hedgedRequest(all, clock, open())), 'unreachable');
  assert.equal(await heard(clock, hedgedRequest<string>([], clock, open())), 'no-candidate');
});

test('an abort stops everybody, also whoever is heard already', async () => {
  const clock = virtualClock();
  const controller = new AbortController();
  const all = ['a', 'b'].map((name) => somebody(name, clock, { afterMs: 5_000 }));
  const both = heard(clock, hedgedRequest(all, clock, controller.signal), 300);
  clock.after(300, () => controller.abort());
  assert.equal(await both, 'cancelled');
  assert.deepEqual(
    all.map(({ seen }) => seen.abortedAt),
    [300, 300],
  );

  const later = new AbortController();
  const spoken = somebody('spoken', clock, { afterMs: 1 });
  assert.equal(await heard(clock, hedgedRequest([spoken], clock, later.signal)), 'spoken');
  later.abort();
  assert.notEqual(spoken.seen.abortedAt, undefined);

  const gone = somebody('gone', clock, { afterMs: never });
  assert.equal(await heard(clock, hedgedRequest([gone], clock, AbortSignal.abort())), 'cancelled');
  assert.equal(gone.seen.startedAt, undefined);
});
