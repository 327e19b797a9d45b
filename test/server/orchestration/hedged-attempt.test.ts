/** The next candidate is asked too while a model is silent, on a clock that the tests control. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { rejectOnAbort } from '../../../server/platform/aborted.ts';
import type { Model } from '../../../shared/models.ts';
import type { Attempt } from '../../../shared/receipts.ts';
import { answersWith, fails, failsAfter, inTurn, pipeline, type Script, textOf } from './pipeline.ts';

/** Silent until `end`, then as the script. */
function silent(script: Script = answersWith('late')) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen: { reason?: unknown; requests: number } = { requests: 0 };
  const waiting: Script = async function* (request, signal) {
    seen.requests += 1;
    signal.addEventListener('abort', () => {
      seen.reason = signal.reason;
    });
    await Promise.race([promise, rejectOnAbort(signal)]);
    yield* script(request, signal);
  };
  return { script: waiting, end: () => resolve(), seen };
}

/** Lets time pass, and whatever follows happen. */
function clockOf(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  };
  return {
    settle,
    async pass(ms: number): Promise<void> {
      await settle();
      t.mock.timers.tick(ms);
      await settle();
      // The time in which a socket would be read.
      t.mock.timers.tick(50);
      await settle();
    },
  };
}

const outcomes = (attempts: readonly Attempt[] = []) =>
  attempts.map(({ model, outcome }) => `${model} ${outcome}`);
const modelsOf = ({ requests }: { requests: readonly { readonly model: string }[] }) =>
  requests.map(({ model }) => model);
const paid: Partial<Model> = { source: 'api', private: false, price: { input: 1_000, output: 1_000 } };

test('after ten seconds of silence the next candidate is asked too; when it answers first, the other is cancelled', async (t) => {
  const clock = clockOf(t);
  const one = silent();
  const rumbo = pipeline([
    { id: 'a/one', script: one.script },
    { id: 'b/two', script: answersWith('fine') },
  ]);
  const answer = rumbo.ask({ prompt: 'hi' });
  await clock.pass(9_900);
  assert.deepEqual(modelsOf(rumbo), ['a/one']);
  await clock.pass(100);
  const { parts, result } = await answer;
  assert.deepEqual(modelsOf(rumbo), ['a/one', 'b/two']);
  assert.equal(result.text, 'fine');
  const fallback = parts[0];
  assert.ok(fallback?.type === 'fallback' && fallback.from === 'a/one');
  assert.match(fallback.reason, /had not begun to answer after \d+ s, and b\/two answered first/);
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one timeout', 'b/two ok']);
  assert.equal((one.seen.reason as { kind?: string }).kind, 'timeout', 'its provider’s health learns of it');
  assert.deepEqual(rumbo.outcomes, ['a/one timeout', 'b/two ok']);
});

test('the first model may still win; both are in the receipt, and what the other may bill is settled', async (t) => {
  const clock = clockOf(t);
  const one = silent(answersWith('worth the wait'));
  const two = silent();
  const rumbo = pipeline(
    [
      { id: 'a/one', script: one.script, more: paid },
      { id: 'b/two', script: two.script, more: paid },
    ],
    { 'budget.perDayUsd': 100 },
  );
  const answer = rumbo.ask({ prompt: 'hi' });
  await clock.pass(10_000);
  assert.equal(two.seen.requests, 1);
  one.end();
  const { parts, result } = await answer;
  assert.equal(textOf(parts), 'worth the wait');
  assert.ok(!parts.some(({ type }) => type === 'fallback'));
  const { attempts, reasons } = result.receipt;
  assert.deepEqual(outcomes(attempts), ['b/two cancelled', 'a/one ok']);
  const [lost] = attempts;
  assert.ok(lost?.costUsd && lost.costUsd > 0, 'the service may bill its prompt');
  assert.ok(reasons.includes('b/two: It was asked as well, and a/one came first.'));
  assert.deepEqual(
    rumbo.rows.map(({ model }) => model),
    ['b/two', 'a/one'],
  );
  const spent = rumbo.rows.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  const [perDay] = rumbo.limits.list();
  assert.equal(perDay?.reservedUsd, 0, 'nothing stays reserved');
  assert.ok((perDay?.spentUsd ?? 0) > spent, 'what the other may have written counts in the budget');
});

test('a model that is known to be slow has half as long again, and one that reasons a minute', async (t) => {
  for (const [more, measuredMs, limitMs] of [
    [{}, 20_000, 30_000],
    [{}, 2_000, 10_000],
    [{ reasons: true }, 2_000, 60_000],
    [{ reasons: true }, 50_000, 75_000],
  ] as const) {
    await t.test(`${JSON.stringify(more)} ${measuredMs}`, async (t) => {
      const clock = clockOf(t);
      const rumbo = pipeline([
        { id: 'a/one', script: silent().script, more },
        { id: 'b/two', script: answersWith('fine') },
      ]);
      rumbo.stats.recordFirstPart('a/one', 1, measuredMs);
      const answer = rumbo.ask({ prompt: 'hi' });
      await clock.pass(9_900);
      if (limitMs > 10_000) {
        await clock.pass(100);
        await clock.pass(limitMs - 10_100);
      }
      assert.equal(modelsOf(rumbo).length, 1);
      await clock.pass(200);
      assert.equal((await answer).result.text, 'fine');
    });
  }
});

test('while an engine loads the model its silence does not count', async (t) => {
  const clock = clockOf(t);
  const rumbo = pipeline([
    { id: 'a/one', script: silent().script },
    { id: 'b/two', script: answersWith('fine') },
  ]);
  rumbo.loading.add('a/one');
  const answer = rumbo.ask({ prompt: 'hi' });
  for (let time = 0; time < 20; time++) await clock.pass(10_000);
  assert.deepEqual(modelsOf(rumbo), ['a/one']);
  rumbo.loading.delete('a/one');
  await clock.pass(10_000);
  assert.deepEqual(modelsOf(rumbo), ['a/one'], 'it may have loaded a moment ago');
  await clock.pass(10_000);
  assert.equal((await answer).result.text, 'fine');
});

test('a silent local model starts no cloud model, but another local one that is loaded', async (t) => {
  const clock = clockOf(t);
  const cloud = silent();
  const models = (one: Script) =>
    [
      { id: 'a/one', script: one },
      { id: 'cloud/big', script: cloud.script, more: paid },
      { id: 'c/cold', script: answersWith('cold') },
      { id: 'd/warm', script: answersWith('warm') },
    ] as const;
  const rumbo = pipeline(models(silent().script));
  rumbo.loading.add('c/cold');
  const answer = rumbo.ask({ prompt: 'hi' });
  await clock.pass(10_000);
  assert.equal((await answer).result.text, 'warm');
  assert.equal(cloud.seen.requests, 0);
});

test('a cloud model follows a silent local one when the user allows it, else when the local one has failed', async (t) => {
  for (const isAllowed of [true, false]) {
    await t.test(`allowed: ${isAllowed}`, async (t) => {
      const clock = clockOf(t);
      const one = silent(fails('timeout'));
      const rumbo = pipeline(
        [
          { id: 'a/one', script: one.script },
          { id: 'cloud/big', script: answersWith('big'), more: paid },
        ],
        { 'routing.hedgePaid': isAllowed },
      );
      const answer = rumbo.ask({ prompt: 'hi' });
      await clock.pass(10_000);
      await clock.pass(300_000);
      assert.equal(modelsOf(rumbo).length, isAllowed ? 2 : 1);
      one.end();
      assert.equal((await answer).result.text, 'big');
    });
  }
});

test('a pinned model and work in the background wait for the long limit', async (t) => {
  const clock = clockOf(t);
  for (const params of [
    { model: 'a/one', whenPinnedUnavailable: 'fail' },
    { urgency: 'background' },
  ] as const) {
    const one = silent(answersWith('late'));
    const rumbo = pipeline([
      { id: 'a/one', script: one.script },
      { id: 'b/two', script: answersWith('fine') },
    ]);
    const answer = rumbo.ask({ prompt: 'hi', ...params });
    await clock.pass(100_000);
    one.end();
    assert.equal((await answer).result.text, 'late');
    assert.deepEqual(modelsOf(rumbo), ['a/one']);
  }
});

test('three candidates are asked at a time at most', async (t) => {
  const clock = clockOf(t);
  const late = silent(answersWith('three'));
  const rumbo = pipeline([
    { id: 'a/one', script: silent().script, more: paid },
    { id: 'b/two', script: silent().script, more: paid },
    { id: 'c/three', script: late.script, more: paid },
    { id: 'd/four', script: silent().script, more: paid },
  ]);
  const answer = rumbo.ask({ prompt: 'hi' });
  for (let time = 0; time < 5; time++) await clock.pass(10_000);
  assert.deepEqual(modelsOf(rumbo), ['a/one', 'b/two', 'c/three']);
  late.end();
  const { result } = await answer;
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one timeout', 'b/two timeout', 'c/three ok']);
});

test('when the second fails, the first runs on and the third is asked at once', async (t) => {
  const clock = clockOf(t);
  const rumbo = pipeline([
    { id: 'a/one', script: silent().script },
    { id: 'b/two', script: fails('overloaded') },
    { id: 'c/three', script: answersWith('three') },
  ]);
  const answer = rumbo.ask({ prompt: 'hi' });
  await clock.pass(10_000);
  const { result } = await answer;
  assert.equal(result.text, 'three');
  assert.deepEqual(outcomes(result.receipt.attempts), ['b/two overloaded', 'a/one timeout', 'c/three ok']);
});

test('when every one that was asked fails, the others follow one by one', async (t) => {
  const clock = clockOf(t);
  const one = silent(fails('timeout'));
  const two = silent(fails('overloaded'));
  const rumbo = pipeline([
    { id: 'a/one', script: one.script, more: paid },
    { id: 'b/two', script: two.script, more: paid },
    { id: 'local/three', script: answersWith('three') },
  ]);
  rumbo.loading.add('local/three');
  const answer = rumbo.ask({ prompt: 'hi' });
  await clock.pass(10_000);
  one.end();
  await clock.settle();
  two.end();
  const { result } = await answer;
  assert.equal(result.text, 'three');
  assert.deepEqual(outcomes(result.receipt.attempts), [
    'a/one timeout',
    'b/two overloaded',
    'local/three ok',
  ]);
});

test('a refusal that no other model may answer ends the request, also while another one is asked', async (t) => {
  const clock = clockOf(t);
  const one = silent(fails('content-filtered'));
  const two = silent();
  const rumbo = pipeline([
    { id: 'a/one', script: one.script },
    { id: 'b/two', script: two.script },
  ]);
  const failure = rumbo.failure({ prompt: 'hi' });
  await clock.pass(10_000);
  one.end();
  const { kind, attempts } = await failure;
  assert.equal(kind, 'content-filtered');
  assert.deepEqual(outcomes(attempts), ['b/two cancelled', 'a/one content-filtered']);
  assert.ok(two.seen.reason);
});

test('a cancel ends every request that is on its way', async (t) => {
  const clock = clockOf(t);
  const one = silent();
  const two = silent();
  const rumbo = pipeline([
    { id: 'a/one', script: one.script },
    { id: 'b/two', script: two.script },
  ]);
  const user = new AbortController();
  const failure = rumbo.failure({ prompt: 'hi' }, user.signal);
  await clock.pass(10_000);
  user.abort();
  const { kind, attempts } = await failure;
  assert.equal(kind, 'cancelled');
  assert.ok(one.seen.reason && two.seen.reason);
  assert.deepEqual(outcomes(attempts).toSorted(), ['a/one cancelled', 'b/two cancelled']);
  assert.deepEqual(rumbo.outcomes.toSorted(), ['a/one cancelled', 'b/two cancelled']);
});

test('the one that continues an answer may be silent too: the next one continues it from the same place', async (t) => {
  const clock = clockOf(t);
  const rumbo = pipeline([
    { id: 'a/one', script: inTurn(failsAfter(['One, two, '], 'interrupted')) },
    { id: 'b/two', script: silent().script },
    { id: 'c/three', script: answersWith('three.') },
  ]);
  const answer = rumbo.ask({ prompt: 'count' });
  await clock.pass(10_000);
  const { parts, result } = await answer;
  assert.equal(result.text, 'One, two, three.');
  assert.equal(textOf(parts), result.text);
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one interrupted', 'b/two timeout', 'c/three ok']);
  assert.deepEqual(
    result.receipt.takeovers.map(({ at, from, to }) => [at, from, to]),
    [[10, 'a/one', 'c/three']],
  );
});

test('a reader that leaves when another model takes over leaves nothing running, and both are recorded', async (t) => {
  const clock = clockOf(t);
  const two = silent(answersWith('two'));
  const rumbo = pipeline(
    [
      { id: 'a/one', script: silent().script, more: paid },
      { id: 'b/two', script: two.script, more: paid },
    ],
    { 'budget.perDayUsd': 100 },
  );
  const answer = rumbo.orchestrator.ask({ prompt: 'hi' }, new AbortController().signal);
  const first = answer.next();
  await clock.pass(10_000);
  two.end();
  const { value } = await first;
  assert.ok('type' in value && value.type === 'fallback');
  await answer.return(undefined as never);
  assert.ok(two.seen.reason);
  assert.deepEqual(rumbo.outcomes, ['a/one timeout', 'b/two cancelled']);
});
