import assert from 'node:assert/strict';
import { test } from 'node:test';
import { singleFlight } from '../../../server/models/single-flight.ts';
import { neverAborted } from '../../support/local-engines/engine.ts';
import { failing } from '../../support/local-engines/failing.ts';

/** Work that is done when the test says so, and remembers how often it began. */
function slow() {
  const begun: { tell: (news: number) => void; signal: AbortSignal; end: PromiseWithResolvers<string> }[] =
    [];
  return {
    begun,
    begin(tell: (news: number) => void, signal: AbortSignal): Promise<string> {
      const end = Promise.withResolvers<string>();
      begun.push({ tell, signal, end });
      return end.promise;
    },
  };
}
const moment = () => new Promise((resolve) => setImmediate(resolve));

test('all who want the same share one piece of work and hear of it; who comes later hears the last word', async () => {
  const work = singleFlight<string, number>();
  const { begun, begin } = slow();
  const heard: string[] = [];
  const first = work.join('a', begin, (news) => heard.push(`first ${news}`), neverAborted());
  await moment();
  begun[0]?.tell(1);
  const second = work.join('a', begin, (news) => heard.push(`second ${news}`), neverAborted());
  begun[0]?.tell(2);
  begun[0]?.end.resolve('done');
  assert.deepEqual(await Promise.all([first, second]), ['done', 'done']);
  assert.deepEqual(heard, ['first 1', 'second 1', 'first 2', 'second 2']);
  assert.equal(begun.length, 1);
});

test('who leaves leaves it to the others; the last who leaves ends it', async () => {
  const work = singleFlight<string, number>();
  const { begun, begin } = slow();
  const [one, other] = [new AbortController(), new AbortController()];
  const first = work.join('a', begin, () => {}, one.signal);
  const second = work.join('a', begin, () => {}, other.signal);
  await moment();
  one.abort();
  await assert.rejects(first, failing('cancelled', /cancelled/));
  assert.equal(begun[0]?.signal.aborted, false);
  other.abort();
  await assert.rejects(second, failing('cancelled', /cancelled/));
  assert.equal(begun[0]?.signal.aborted, true);
});

test('what is begun again waits until what was given up has ended', async () => {
  const work = singleFlight<string, number>();
  const { begun, begin } = slow();
  const stop = new AbortController();
  const first = work.join('a', begin, () => {}, stop.signal);
  await moment();
  stop.abort();
  await assert.rejects(first, failing('cancelled', /cancelled/));
  const again = work.join('a', begin, () => {}, neverAborted());
  await moment();
  assert.equal(begun.length, 1);
  begun[0]?.end.reject(new Error('given up'));
  await moment();
  assert.equal(begun.length, 2);
  begun[1]?.end.resolve('done');
  assert.equal(await again, 'done');
});

test('a failure is everybody’s, and the next time begins anew', async () => {
  const work = singleFlight<string, number>();
  const { begun, begin } = slow();
  const both = [
    work.join('a', begin, () => {}, neverAborted()),
    work.join('a', begin, () => {}, neverAborted()),
  ];
  await moment();
  begun[0]?.end.reject(new Error('no'));
  assert.deepEqual(
    (await Promise.allSettled(both)).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const next = work.join('a', begin, () => {}, neverAborted());
  await moment();
  begun[1]?.end.resolve('done');
  assert.equal(await next, 'done');
});

test('other names are other work, and who has left before begins none', async () => {
  const work = singleFlight<string, number>();
  const { begun, begin } = slow();
  await assert.rejects(
    work.join('a', begin, () => {}, AbortSignal.abort()),
    failing('cancelled', /cancelled/),
  );
  void work.join('a', begin, () => {}, neverAborted());
  void work.join('b', begin, () => {}, neverAborted());
  await moment();
  assert.equal(begun.length, 2);
});
