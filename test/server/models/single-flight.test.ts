import assert from 'node:assert/strict';
import { test } from 'node:test';
import { singleFlight } from '../../../server/models/single-flight.ts';
import { neverAborted } from '../../support/local-engines/connect.ts';
import { isRumboError } from '../../support/local-engines/is-rumbo-error.ts';

/** A task that the test ends, and that records each start. */
function controlledTask() {
  const started: {
    report: (progress: number) => void;
    signal: AbortSignal;
    end: PromiseWithResolvers<string>;
  }[] = [];
  return {
    started,
    start(report: (progress: number) => void, signal: AbortSignal): Promise<string> {
      const end = Promise.withResolvers<string>();
      started.push({ report, signal, end });
      return end.promise;
    },
  };
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('concurrent callers share one task and its progress; a later one gets the latest progress', async () => {
  const tasks = singleFlight<string, number>();
  const { started, start } = controlledTask();
  const received: string[] = [];
  const first = tasks.join('a', start, (progress) => received.push(`first ${progress}`), neverAborted());
  await nextTurn();
  started[0]?.report(1);
  const second = tasks.join('a', start, (progress) => received.push(`second ${progress}`), neverAborted());
  started[0]?.report(2);
  started[0]?.end.resolve('done');
  assert.deepEqual(await Promise.all([first, second]), ['done', 'done']);
  assert.deepEqual(received, ['first 1', 'second 1', 'first 2', 'second 2']);
  assert.equal(started.length, 1);
});

test('cancelling one caller keeps the task; cancelling the last one cancels it', async () => {
  const tasks = singleFlight<string, number>();
  const { started, start } = controlledTask();
  const [one, other] = [new AbortController(), new AbortController()];
  const first = tasks.join('a', start, () => {}, one.signal);
  const second = tasks.join('a', start, () => {}, other.signal);
  await nextTurn();
  one.abort();
  await assert.rejects(first, isRumboError('cancelled', /cancelled/));
  assert.equal(started[0]?.signal.aborted, false);
  other.abort();
  await assert.rejects(second, isRumboError('cancelled', /cancelled/));
  assert.equal(started[0]?.signal.aborted, true);
});

test('a new task waits until the cancelled one has ended', async () => {
  const tasks = singleFlight<string, number>();
  const { started, start } = controlledTask();
  const stop = new AbortController();
  const first = tasks.join('a', start, () => {}, stop.signal);
  await nextTurn();
  stop.abort();
  await assert.rejects(first, isRumboError('cancelled', /cancelled/));
  const again = tasks.join('a', start, () => {}, neverAborted());
  await nextTurn();
  assert.equal(started.length, 1);
  started[0]?.end.reject(new Error('cancelled'));
  await nextTurn();
  assert.equal(started.length, 2);
  started[1]?.end.resolve('done');
  assert.equal(await again, 'done');
});

test('a failure rejects all callers, and the next call starts a new task', async () => {
  const tasks = singleFlight<string, number>();
  const { started, start } = controlledTask();
  const both = [
    tasks.join('a', start, () => {}, neverAborted()),
    tasks.join('a', start, () => {}, neverAborted()),
  ];
  await nextTurn();
  started[0]?.end.reject(new Error('no'));
  assert.deepEqual(
    (await Promise.allSettled(both)).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const next = tasks.join('a', start, () => {}, neverAborted());
  await nextTurn();
  started[1]?.end.resolve('done');
  assert.equal(await next, 'done');
});

test('other keys are other tasks, and a cancelled caller starts none', async () => {
  const tasks = singleFlight<string, number>();
  const { started, start } = controlledTask();
  await assert.rejects(
    tasks.join('a', start, () => {}, AbortSignal.abort()),
    isRumboError('cancelled', /cancelled/),
  );
  void tasks.join('a', start, () => {}, neverAborted());
  void tasks.join('b', start, () => {}, neverAborted());
  await nextTurn();
  assert.equal(started.length, 2);
});
