/** A request on its way, before its answer is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendRequest } from '../../../server/orchestration/sent-request.ts';
import { rejectOnAbort } from '../../../server/platform/aborted.ts';
import type { EnginePart, EngineRequest } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';

type Stream = (model: string, request: EngineRequest, signal: AbortSignal) => AsyncIterable<EnginePart>;
const send = (stream: Stream, signal = new AbortController().signal) =>
  sendRequest({ stream }, 'one', { messages: [] }, signal, { isAlone: false });
const text = (words: string): EnginePart => ({ type: 'text-delta', text: words });

test('it is sent at once, and the first part is not lost while nothing reads it', async () => {
  const sent = send(async function* () {
    yield text('one ');
    yield text('two');
  });
  assert.deepEqual(await sent.first, {});
  assert.deepEqual(await Array.fromAsync(sent.parts), [text('one '), text('two')]);
});

test('a failure before the first part is known without reading, and reading fails with it', async () => {
  // biome-ignore lint/correctness/useYield: it fails first.
  const sent = send(async function* () {
    throw new RumboError('Too much.', { kind: 'overloaded' });
  });
  assert.equal((await sent.first).error?.kind, 'overloaded');
  await assert.rejects(Array.fromAsync(sent.parts), { kind: 'overloaded' });
});

test('it is cancelled alone, with a reason, and with its caller until it is closed', async () => {
  const signals: AbortSignal[] = [];
  const silent: Stream = async function* (_model, _request, signal) {
    signals.push(signal);
    await rejectOnAbort(signal);
    yield text('never');
  };
  const user = new AbortController();
  const [lost, cancelled, closed] = [
    send(silent, user.signal),
    send(silent, user.signal),
    send(silent, user.signal),
  ];
  const reason = new RumboError('Silent.', { kind: 'timeout' });
  lost.cancel(reason);
  assert.equal(signals[0]?.reason, reason);
  assert.equal(user.signal.aborted, false);
  void closed.parts[Symbol.asyncIterator]()
    .next()
    .catch(() => {});
  closed.close();
  user.abort();
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true, false],
  );
  assert.equal((await cancelled.first).error?.kind, 'cancelled');
});

test('an answer that was never read is cancelled at the end', async () => {
  let signal: AbortSignal | undefined;
  const sent = send(async function* (_model, _request, own) {
    signal = own;
    yield text('one');
  });
  await sent.first;
  sent.close();
  assert.equal(signal?.aborted, true);
});

test('tries that a service accepted and failed are kept, before the first part or after it', async () => {
  const sent = send(async function* (_model, request) {
    assert.ok('onBilledFailure' in request);
    request.onBilledFailure?.({ input: 5 });
    yield text('one');
    request.onBilledFailure?.(undefined);
    throw new RumboError('It broke off.', { kind: 'interrupted' });
  });
  await assert.rejects(Array.fromAsync(sent.parts), { kind: 'interrupted' });
  assert.deepEqual(sent.failures, [
    { usage: { input: 5 }, hasParts: false },
    { usage: undefined, hasParts: true },
  ]);
});
