/** One attempt at one candidate. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnsweringProvider, attempt, settledUsd } from '../../../server/orchestration/attempt.ts';
import { PartialAnswer } from '../../../server/orchestration/partial-answer.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { Model } from '../../../shared/models.ts';
import type { AskPart } from '../../../shared/protocol.ts';
import { usage } from './pipeline.ts';

const model = { id: 'lab/one', provider: 'lab', name: 'one' } as unknown as Model;

async function run(
  stream: AnsweringProvider['engine']['stream'],
  signal = new AbortController().signal,
  mayContinue?: (outputTokens: number) => boolean | Promise<boolean>,
) {
  const provider: AnsweringProvider = {
    engine: { stream, supportsPrefill: () => false },
    config: { note: 'a note' },
  };
  const answer = new PartialAnswer({ prompt: 'hi' }, () => performance.now());
  const parts: AskPart[] = [];
  const request = {
    model,
    provider,
    completion: { messages: [] },
    promptTokens: 7,
    ...(mayContinue ? { reservation: { mayContinue } } : {}),
  };
  const trying = attempt(request, answer, signal, () => assert.fail('every part was taken'));
  for (;;) {
    const { done, value } = await trying.next();
    if (done) return { parts, answer, result: value };
    parts.push(value);
  }
}

test('a whole answer has no error, and is billed', async () => {
  const { parts, answer, result } = await run(async function* () {
    yield { type: 'reasoning-delta', text: 'hm' };
    yield { type: 'text-delta', text: 'one' };
    yield { type: 'finish', reason: 'stop', usage };
  });
  assert.deepEqual(parts, [
    { type: 'start', model: 'lab/one', cached: false, note: 'a note' },
    { type: 'reasoning-delta', text: 'hm' },
    { type: 'text-delta', text: 'one' },
  ]);
  assert.equal(answer.text, 'one');
  assert.equal(result.error, undefined);
  assert.equal(result.billed, true);
  assert.deepEqual(result.measured.usage, usage);
  assert.ok(result.firstTextMs !== null && result.firstTextMs <= result.ms);
});

test('a model that fails is an outcome, not an exception', async () => {
  const { parts, result } = await run(async function* () {
    yield { type: 'text-delta', text: 'one' };
    throw new RumboError('It broke off.', { kind: 'interrupted' });
  });
  assert.equal(parts.length, 2);
  assert.equal(result.error?.kind, 'interrupted');
  assert.equal(result.billed, true);
  assert.equal(result.measured.usageEstimated, true);
});

test('what failed before the service accepted it is not billed', async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first part
  const refused = await run(async function* () {
    throw new RumboError('No.', { kind: 'overloaded' });
  });
  assert.deepEqual([refused.parts, refused.result.billed, refused.result.firstTextMs], [[], false, null]);
  // biome-ignore lint/correctness/useYield: it fails before its first part
  const silent = await run(async function* () {
    throw new RumboError('Too late.', { kind: 'timeout', accepted: true });
  });
  assert.equal(silent.result.billed, true, 'it had read the prompt');
});

test('a count that came with the head does not hide what a model thought unseen before it was cancelled', async () => {
  const priced = {
    ...model,
    price: { input: 1, output: 10, cachedRead: 1, cacheWrite: 1 },
  } as unknown as Model;
  const reservation = { usd: () => 5, unseenUsd: () => 2 };
  const broken = (...parts: EnginePart[]) =>
    run(async function* (_name, { onBilledFailure }) {
      yield* parts;
      onBilledFailure?.({ input: 7, output: 1 });
      throw new RumboError('It was cancelled.', { kind: 'cancelled', accepted: true });
    });
  const silent = await broken();
  assert.ok(settledUsd(silent.result, priced, reservation) > 2);
  const seen = await broken({ type: 'text-delta', text: 'one' });
  assert.ok(settledUsd(seen.result, priced, reservation) < 0.01, 'what came is counted instead');
});

test('an abort is a cancel, whatever the engine throws', async () => {
  const controller = new AbortController();
  const { result } = await run(async function* () {
    yield { type: 'text-delta', text: 'one' };
    controller.abort();
    throw new Error('The socket was closed.');
  }, controller.signal);
  assert.equal(result.error?.kind, 'cancelled');
});

test('an answer of nothing is a failure', async () => {
  const { result } = await run(async function* () {
    yield { type: 'finish', reason: 'stop', usage };
  });
  assert.equal(result.error?.kind, 'bad-response');
});

test('a model that writes past what is reserved is cut off, and the answer says that it is truncated', async () => {
  let isClosed = false;
  const cut = await run(
    async function* () {
      try {
        for (let words = 0; words < 1_000; words += 1) yield { type: 'text-delta', text: 'word word word ' };
        yield { type: 'finish', reason: 'stop', usage };
      } finally {
        isClosed = true;
      }
    },
    undefined,
    (tokens) => (tokens <= 20 ? true : Promise.resolve(tokens <= 40)),
  );
  assert.equal(cut.result.error, undefined);
  assert.equal(cut.result.measured.reason, 'length');
  assert.equal(cut.result.measured.isCutOff, true);
  assert.equal(cut.result.measured.usageEstimated, true);
  assert.ok(cut.result.measured.usage.output > 40 && cut.result.measured.usage.output < 50);
  assert.ok(isClosed, 'its connection is closed');
});

test('reasoning alone is cut off, too, and an end that has come is no cut', async () => {
  const hidden = await run(
    async function* () {
      for (let words = 0; words < 1_000; words += 1)
        yield { type: 'reasoning-delta', text: 'word word word ' };
    },
    undefined,
    (tokens) => tokens <= 20,
  );
  assert.equal(hidden.result.measured.isCutOff, true);
  assert.equal(hidden.answer.text, '');
  const whole = await run(
    async function* () {
      yield { type: 'text-delta', text: 'one' };
      yield { type: 'finish', reason: 'stop', usage };
    },
    undefined,
    () => true,
  );
  assert.equal(whole.result.measured.isCutOff, undefined);
});
