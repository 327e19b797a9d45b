/** One answer over several attempts: fallback before the first word, takeover after it, and what each attempt is charged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejectOnAbort } from '../../../server/platform/aborted.ts';
import { answersWith, fails, failsAfter, inTurn, pipeline, type Script, textOf, usage } from './pipeline.ts';

const never = new AbortController().signal;
const types = (parts: readonly { readonly type: string }[]) => parts.map(({ type }) => type);
const outcomes = (attempts: readonly { readonly model: string; readonly outcome: string }[] = []) =>
  attempts.map(({ model, outcome }) => `${model} ${outcome}`);

test('a model that fails before its first word is replaced by the next one, and the receipt names both', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: fails('overloaded') },
    { id: 'b/two', script: answersWith('fine'), note: 'a note' },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'hi' });
  assert.deepEqual(parts, [
    { type: 'fallback', from: 'a/one', reason: 'It failed: overloaded.' },
    { type: 'start', model: 'b/two', cached: false, note: 'a note' },
    { type: 'text-delta', text: 'fine' },
    { type: 'finish', reason: 'stop', usage },
  ]);
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one overloaded', 'b/two ok']);
  assert.ok(result.receipt.reasons.includes('a/one failed first: It failed: overloaded.'));
  assert.equal(result.receipt.note, 'a note');
  assert.deepEqual(rumbo.outcomes, ['a/one overloaded', 'b/two ok']);
  assert.deepEqual(
    rumbo.rows.map(({ model }) => model),
    ['b/two'],
    'what was not accepted is not billed',
  );
});

test('only the last candidate is the last resort', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: fails('overloaded') },
    { id: 'b/two', script: answersWith('fine') },
  ]);
  await rumbo.ask({ prompt: 'hi' });
  assert.deepEqual(
    rumbo.requests.map(({ model, lastResort }) => [model, lastResort]),
    [
      ['a/one', false],
      ['b/two', true],
    ],
  );
});

test('a failure that no other model can mend ends the answer', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: fails('content-filtered') },
    { id: 'b/two', script: answersWith('fine') },
  ]);
  const { kind, attempts } = await rumbo.failure({ prompt: 'hi' });
  assert.equal(kind, 'content-filtered');
  assert.deepEqual(outcomes(attempts), ['a/one content-filtered']);
  assert.equal(rumbo.requests.length, 1);
});

test('an answer that breaks off is continued by the next model, which gets the place to continue from', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['One, two, ', 'three, '], 'interrupted') },
    { id: 'b/two', script: answersWith('four.') },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'count' });
  assert.equal(textOf(parts), 'One, two, three, four.');
  assert.equal(result.text, 'One, two, three, four.');
  const reason = 'It failed: interrupted.';
  assert.deepEqual(
    parts.find(({ type }) => type === 'takeover'),
    { type: 'takeover', from: 'a/one', to: 'b/two', mode: 'continue', reason },
  );
  assert.deepEqual(result.receipt.takeovers, [{ at: 17, from: 'a/one', to: 'b/two', reason }]);
  const [, begun, instruction] = rumbo.requests[1]?.messages ?? [];
  assert.deepEqual(begun, { role: 'assistant', content: 'One, two, three,' });
  assert.equal(instruction?.role, 'user');
});

test('the output limit of a request is that of all models together', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['word '.repeat(200)], 'interrupted') },
    { id: 'b/two', script: answersWith('the end.') },
  ]);
  await rumbo.ask({ prompt: 'count', maxOutputTokens: 400 });
  const [first, second] = rumbo.requests.map(({ maxOutputTokens }) => maxOutputTokens ?? 0);
  assert.equal(first, 400);
  assert.ok((second ?? 0) < 250 && (second ?? 0) >= 64, `${second} are left`);
});

test('what the next model repeats is not shown', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['One, two, three, '], 'interrupted') },
    { id: 'b/two', script: answersWith('One, two, ', 'three, four.') },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'count' });
  assert.equal(textOf(parts), 'One, two, three, four.');
  assert.equal(result.text, 'One, two, three, four.');
});

test('a local engine is given the first words to repeat; where that is rejected, or of no use, it is only asked', async () => {
  const beginning = 'The first sentence is here. The sec';
  const continuedBy = async (...scripts: Script[]) => {
    const rumbo = pipeline([
      { id: 'a/one', script: failsAfter([beginning], 'interrupted') },
      { id: 'b/two', script: inTurn(...scripts), prefill: true },
    ]);
    const { parts, result } = await rumbo.ask({ prompt: 'go' });
    const prefills = rumbo.requests.slice(1).map(({ messages }) => messages.at(-1)?.role === 'assistant');
    return { prefills, text: result.text, shown: textOf(parts), takeovers: result.receipt.takeovers.length };
  };
  const text = `${beginning}ond, too.`;
  const whole = answersWith('is here. The second, too.');
  const expected = { text, shown: text, takeovers: 1 };
  const rest = answersWith(' sentence is here. The second, too.');
  assert.deepEqual(await continuedBy(rest), { ...expected, prefills: [true] });
  assert.deepEqual(await continuedBy(fails('invalid-request'), whole), {
    ...expected,
    prefills: [true, false],
  });
  assert.deepEqual(await continuedBy(answersWith(' word was mine.'), whole), {
    ...expected,
    prefills: [true, false],
  });
});

test('a text that shows no place in the answer is not added: the model is asked anew, visibly', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['One, two, '], 'interrupted') },
    { id: 'b/two', script: inTurn(answersWith('I cannot continue. '), answersWith('Uno, dos.')) },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'count' });
  assert.equal(result.text, 'Uno, dos.');
  assert.deepEqual(types(parts), [
    ...['start', 'text-delta', 'takeover', 'start', 'takeover', 'start', 'text-delta', 'finish'],
  ]);
  assert.deepEqual(parts[4], {
    type: 'takeover',
    from: 'a/one',
    to: 'b/two',
    mode: 'restart',
    reason: 'It failed: interrupted. What b/two wrote then could not be joined to it.',
  });
  assert.equal(rumbo.requests[2]?.messages.length, 1, 'the question alone');
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one interrupted', 'b/two interrupted', 'b/two ok']);
  assert.ok(result.receipt.reasons.some((reason) => reason.includes('does not show where it continues')));
  assert.deepEqual(result.receipt.takeovers, []);
});

test('the text that a restart discarded is in the error when no model finishes', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['One, two, '], 'interrupted') },
    { id: 'b/two', script: inTurn(answersWith('I cannot.'), fails('overloaded')) },
  ]);
  const { kind, partial } = await rumbo.failure({ prompt: 'count', onInterruption: 'continue' });
  assert.deepEqual([kind, partial], ['interrupted', 'One, two, ']);
});

test('a model that adds nothing ends a text that is whole, and no other', async () => {
  const endedBy = (beginning: string) =>
    pipeline([
      { id: 'a/one', script: failsAfter([beginning], 'interrupted') },
      { id: 'b/two', script: answersWith() },
      { id: 'c/three', script: answersWith('One, two and three.') },
    ]).ask({ prompt: 'count' });
  assert.equal((await endedBy('One, two.')).result.receipt.model, 'b/two');
  const { result } = await endedBy('One, two');
  assert.deepEqual([result.text, result.receipt.model], ['One, two and three.', 'c/three']);
});

test('a model that only repeats a text that is not whole is asked anew', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['The first sentence is here. The sec'], 'interrupted') },
    { id: 'b/two', script: inTurn(answersWith('is here. The sec'), answersWith('All of it is here.')) },
  ]);
  const { result } = await rumbo.ask({ prompt: 'go' });
  assert.equal(result.text, 'All of it is here.');
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one interrupted', 'b/two interrupted', 'b/two ok']);
});

test('a model that breaks off while it repeats has added nothing, and the next one is asked', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['The first sentence is here. The sec'], 'interrupted') },
    { id: 'b/two', script: failsAfter(['The first sentence'], 'interrupted') },
    { id: 'c/three', script: answersWith('is here. The second, too.') },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'go' });
  assert.equal(textOf(parts), 'The first sentence is here. The second, too.');
  assert.deepEqual(
    result.receipt.takeovers.map(({ at, from, to }) => [at, from, to]),
    [[35, 'a/one', 'c/three']],
  );
});

test('with restart the next model answers from the beginning', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: failsAfter(['One, '], 'interrupted') },
    { id: 'b/two', script: answersWith('Uno, dos.') },
  ]);
  const { parts, result } = await rumbo.ask({ prompt: 'count', onInterruption: 'restart' });
  assert.equal(result.text, 'Uno, dos.');
  const takeover = parts.find(({ type }) => type === 'takeover');
  assert.equal(takeover?.type === 'takeover' && takeover.mode, 'restart');
  assert.deepEqual(result.receipt.takeovers, []);
  assert.equal(rumbo.requests[1]?.messages.length, 1);
});

test('with `fail` an interrupted answer ends there, and the error has the text so far', async () => {
  const rumbo = pipeline(
    [
      { id: 'a/one', script: failsAfter(['One, '], 'interrupted') },
      { id: 'b/two', script: answersWith('two.') },
    ],
    { 'routing.onInterruption': 'fail' },
  );
  const { kind, partial, attempts } = await rumbo.failure({ prompt: 'count' });
  assert.equal(kind, 'interrupted');
  assert.equal(partial, 'One, ');
  assert.deepEqual(outcomes(attempts), ['a/one interrupted']);
});

test('a model whose answer broke off is tried once more, after all others', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: inTurn(failsAfter(['One, '], 'interrupted'), answersWith('three.')) },
    { id: 'b/two', script: failsAfter(['two, '], 'interrupted') },
  ]);
  const { result } = await rumbo.ask({ prompt: 'count' });
  assert.equal(result.text, 'One, two, three.');
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one interrupted', 'b/two interrupted', 'a/one ok']);
  assert.deepEqual(
    result.receipt.takeovers.map(({ at, to }) => [at, to]),
    [
      [5, 'b/two'],
      [10, 'a/one'],
    ],
  );
});

test('the error of an answer that no model could finish is the one that it first broke off with', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: inTurn(failsAfter(['One, '], 'interrupted'), fails('overloaded')) },
    { id: 'b/two', script: fails('rate-limited') },
  ]);
  const { kind, partial } = await rumbo.failure({ prompt: 'count' });
  assert.equal(kind, 'interrupted');
  assert.equal(partial, 'One, ');
});

test('a pinned model that cannot run is not replaced unless the user allows it', async () => {
  const models = [
    { id: 'a/one', script: answersWith('one'), more: { locked: true } },
    { id: 'b/two', script: answersWith('two') },
  ] as const;
  const strict = pipeline(models, { 'routing.whenPinnedUnavailable': 'fail' });
  const { pinned, message } = await strict.failure({ prompt: 'hi', model: 'a/one' });
  assert.equal(pinned, 'a/one');
  assert.match(message, /a\/one is pinned and cannot run/);
  assert.equal(strict.requests.length, 0);

  const lenient = pipeline(models, { 'routing.whenPinnedUnavailable': 'next' });
  const { result } = await lenient.ask({ prompt: 'hi', model: 'a/one' });
  assert.equal(result.receipt.model, 'b/two');
  assert.match(result.receipt.reasons.join(' '), /The pinned model a\/one could not run/);
});

test('a pinned model that fails on the way is not replaced silently', async () => {
  const models = () => [
    { id: 'a/one', script: failsAfter(['One, '], 'interrupted') } as const,
    { id: 'b/two', script: answersWith('two.') } as const,
  ];
  const strict = pipeline(models());
  const lost = await strict.failure({ prompt: 'count', model: 'a/one', whenPinnedUnavailable: 'fail' });
  assert.equal(lost.pinned, 'a/one');
  // It may continue itself, once.
  assert.deepEqual(outcomes(lost.attempts), ['a/one interrupted', 'a/one interrupted']);

  const lenient = pipeline(models());
  const { result } = await lenient.ask({ prompt: 'count', model: 'a/one', whenPinnedUnavailable: 'next' });
  assert.equal(result.receipt.model, 'b/two');
});

const paid = { source: 'api', private: false, price: { input: 1, output: 1 } } as const;

test('a model whose budget another request took since the decision is passed over', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: answersWith('one'), more: paid },
    { id: 'b/two', script: answersWith('two'), more: paid },
  ]);
  rumbo.reservation.allowed = (provider) => provider !== 'a';
  const { parts, result } = await rumbo.ask({ prompt: 'hi' });
  assert.equal(result.receipt.model, 'b/two');
  assert.deepEqual(types(parts), ['start', 'text-delta', 'finish'], 'no model failed');
  assert.match(result.receipt.reasons.join(' '), /a\/one could not run: /);
});

test('a pinned model whose budget another request took is not replaced unless the user allows it', async () => {
  const rumbo = pipeline(
    [
      { id: 'a/one', script: answersWith('one'), more: paid },
      { id: 'b/two', script: answersWith('two') },
    ],
    { 'budget.perDayUsd': 10 },
  );
  rumbo.reservation.allowed = (provider) => provider !== 'a';
  const params = { prompt: 'hi', model: 'a/one' };
  for (const changed of [{ whenPinnedUnavailable: 'fail' }, {}] as const) {
    rumbo.change({ 'routing.whenPinnedUnavailable': 'ask' });
    const { kind, pinned, message } = await rumbo.failure({ ...params, ...changed });
    assert.deepEqual([kind, pinned], ['over-budget', 'a/one']);
    assert.match(message, /a\/one is pinned and cannot run\. .* rumbo\.budget\.perDayUsd/);
  }
  assert.equal(rumbo.requests.length, 0);

  const { result } = await rumbo.ask({ ...params, whenPinnedUnavailable: 'next' });
  assert.equal(result.receipt.model, 'b/two');
  assert.match(
    result.receipt.reasons.join(' '),
    /The pinned model a\/one could not run: .* rumbo\.budget\.perDayUsd/,
  );
});

test('a refused budget has the remaining candidates judged again', async () => {
  const rumbo = pipeline(
    [
      { id: 'a/one', script: answersWith('one'), more: paid },
      { id: 'b/two', script: answersWith('two'), more: paid },
      { id: 'c/three', script: answersWith('three') },
    ],
    { 'budget.perDayUsd': 10 },
  );
  const reserved: string[] = [];
  rumbo.reservation.allowed = (provider) => {
    reserved.push(provider);
    if (provider === 'a') rumbo.change({ 'budget.perDayUsd': 0 });
    return true;
  };
  const { result } = await rumbo.ask({ prompt: 'hi' });
  assert.equal(result.receipt.model, 'c/three');
  assert.deepEqual(reserved, ['a', 'c']);
});

test('the error names the budget also when its reservation no longer shows', async () => {
  const rumbo = pipeline(
    [
      { id: 'a/one', script: answersWith('one'), more: paid },
      { id: 'b/two', script: answersWith('two'), more: { locked: true } },
    ],
    { 'budget.perDayUsd': 10 },
  );
  rumbo.reservation.allowed = () => false;
  const { kind, message } = await rumbo.failure({ prompt: 'hi' });
  assert.equal(kind, 'over-budget');
  assert.match(message, /^No model can answer now\. a: It could cost .* of rumbo\.budget\.perDayUsd\./);
});

test('an answer that its consumer abandons is recorded as cancelled and billed', async () => {
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: answersWith('One, ', 'two'),
      more: { ...paid, price: { input: 1e6, output: 1e6 } },
    },
  ]);
  rumbo.change({ 'budget.perDayUsd': 1e12 });
  for await (const { type } of rumbo.orchestrator.ask({ prompt: 'count' }, never))
    if (type === 'text-delta') break;
  assert.equal(rumbo.requests.length, 1);
  const [row] = rumbo.rows;
  assert.ok(row?.costUsd && row.costUsd > 0);
  assert.equal(rumbo.metrics.read().counters['rumbo_attempts_total{provider="a",outcome="cancelled"}'], 1);
  const [budget] = rumbo.limits.list();
  assert.deepEqual([budget?.spentUsd, budget?.reservedUsd], [row.costUsd, 0]);
});

test('with every budget taken since the decision the answer fails, and no model is contacted', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one'), more: paid }], {
    'budget.perDayUsd': 10,
  });
  rumbo.reservation.allowed = () => {
    rumbo.change({ 'budget.perDayUsd': 0 });
    return false;
  };
  assert.equal((await rumbo.failure({ prompt: 'hi' })).kind, 'over-budget');
  assert.equal(rumbo.requests.length, 0);
});

test('a request that is cancelled before it starts contacts no model', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one') }]);
  assert.equal((await rumbo.failure({ prompt: 'hi' }, AbortSignal.abort())).kind, 'cancelled');
  assert.equal(rumbo.requests.length, 0);
});

test('a cancel ends the answer, keeps the text so far, and no other model is tried', async () => {
  const endless: Script = async function* (_request, signal) {
    yield { type: 'text-delta', text: 'One, ' };
    await rejectOnAbort(signal);
  };
  const rumbo = pipeline([
    { id: 'a/one', script: endless, more: paid },
    { id: 'b/two', script: answersWith('two') },
  ]);
  const controller = new AbortController();
  const { kind, partial } = await rumbo.failure({ prompt: 'count' }, controller.signal, (part) => {
    if (part.type === 'text-delta') controller.abort();
  });
  assert.equal(kind, 'cancelled');
  assert.equal(partial, 'One, ');
  assert.equal(rumbo.requests.length, 1);
  assert.equal(rumbo.rows.length, 1, 'the text so far was billed');
});

test('an empty answer is a failure, and the next model is tried', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: answersWith() },
    { id: 'b/two', script: answersWith('two') },
  ]);
  const { result } = await rumbo.ask({ prompt: 'hi' });
  assert.deepEqual(outcomes(result.receipt.attempts), ['a/one bad-response', 'b/two ok']);
});

test('an answer that a filter or a limit left empty keeps its own reason', async () => {
  const cut: Script = async function* () {
    yield { type: 'finish', reason: 'length', usage };
  };
  const { result } = await pipeline([{ id: 'a/one', script: cut }]).ask({ prompt: 'hi' });
  assert.equal(result.receipt.finishReason, 'length');
});

const call = { type: 'tool-call', id: '1', name: 'look', input: '{}' } as const;
const tools = [{ name: 'look', inputSchema: { type: 'object' } }];

test('an answer is not continued once a tool was called: a second model might call it again', async () => {
  const callsThenBreaks: Script = async function* () {
    yield call;
    yield* failsAfter([], 'interrupted')({ messages: [] }, never);
  };
  const rumbo = pipeline([
    { id: 'a/one', script: callsThenBreaks },
    { id: 'b/two', script: answersWith('two') },
  ]);
  assert.equal((await rumbo.failure({ prompt: 'hi', tools })).kind, 'interrupted');
  assert.equal(rumbo.requests.length, 1);
});

test('tool calls are part of the result, and such an answer is not cached', async () => {
  const calls: Script = async function* () {
    yield call;
    yield { type: 'finish', reason: 'tool-calls', usage };
  };
  const rumbo = pipeline([{ id: 'a/one', script: calls }]);
  const { result } = await rumbo.ask({ prompt: 'hi', tools });
  assert.deepEqual(result.toolCalls, [{ id: '1', name: 'look', input: '{}' }]);
  assert.equal((await rumbo.ask({ prompt: 'hi', tools })).result.receipt.cached, false);
});

test('the same request is answered from the cache, and its receipt is marked as cached', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('words'), note: 'a note' }]);
  await rumbo.ask({ prompt: 'hi' });
  const { parts, result } = await rumbo.ask({ prompt: 'hi' });
  assert.deepEqual(parts[0], { type: 'start', model: 'a/one', cached: true, note: 'a note' });
  assert.equal(result.text, 'words');
  assert.equal(result.receipt.cached, true);
  assert.equal(result.receipt.costUsd, 0);
  assert.deepEqual(result.receipt.attempts, []);
  assert.equal(rumbo.requests.length, 1);
  assert.equal(rumbo.rows.length, 2);
  await rumbo.ask({ prompt: 'hi', useCache: false });
  assert.equal(rumbo.requests.length, 2);
});

test('an answer that more than one model wrote, or that was cut, is not cached', async () => {
  const cut: Script = async function* () {
    yield { type: 'text-delta', text: 'half' };
    yield { type: 'finish', reason: 'length', usage };
  };
  for (const models of [
    [{ id: 'a/one', script: cut } as const],
    [
      { id: 'a/one', script: failsAfter(['One, '], 'interrupted') } as const,
      { id: 'b/two', script: answersWith('two.') } as const,
    ],
  ]) {
    const rumbo = pipeline(models);
    await rumbo.ask({ prompt: 'hi' });
    assert.equal((await rumbo.ask({ prompt: 'hi' })).result.receipt.cached, false);
  }
});

test('a model that is locked during the first attempt is not tried', async () => {
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: async function* (request, signal) {
        rumbo.change({ models: { 'b/two': { locked: true } } });
        yield* fails('overloaded')(request, signal);
      },
    },
    { id: 'b/two', script: answersWith('two') },
    { id: 'c/three', script: answersWith('three') },
  ]);
  assert.equal((await rumbo.ask({ prompt: 'hi' })).result.receipt.model, 'c/three');
});

test('a file that becomes local-only during the first attempt is not sent to the cloud', async () => {
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: async function* (request, signal) {
        rumbo.change({ 'privacy.localOnly': ['**/plan.md'] });
        yield* fails('overloaded')(request, signal);
      },
    },
    { id: 'b/two', script: answersWith('two'), more: paid },
    { id: 'c/three', script: answersWith('three') },
  ]);
  const file = { uri: 'file:///home/ana/plan.md', languageId: 'markdown', text: 'x' };
  assert.equal((await rumbo.ask({ prompt: 'hi', file })).result.receipt.model, 'c/three');
});

test('an answer that was given while the settings changed is not cached', async () => {
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: async function* (request, signal) {
        rumbo.change({ 'cache.maxEntries': 7 });
        yield* answersWith('one')(request, signal);
      },
    },
  ]);
  await rumbo.ask({ prompt: 'hi' });
  assert.equal((await rumbo.ask({ prompt: 'hi' })).result.receipt.cached, false);
});

test('an attempt that the service accepted is billed although it failed', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: fails('timeout', { accepted: true }), more: paid },
    { id: 'b/two', script: answersWith('two') },
  ]);
  const { result } = await rumbo.ask({ prompt: 'a prompt of some length' });
  const [failed, ok] = rumbo.rows;
  assert.equal(failed?.model, 'a/one');
  assert.ok((failed?.costUsd ?? 0) > 0, 'its prompt was read');
  assert.equal(failed?.id, `${ok?.id}-1`, 'a row of its own');
  assert.equal(result.receipt.attempts[0]?.costUsd, failed?.costUsd);
});

test('with every model at its rate limit the request waits for the first to return', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one') }]);
  rumbo.cooldowns.set('a', { rule: 'rate-limit', reason: 'It is at its limit.', untilMs: Date.now() + 40 });
  setTimeout(() => rumbo.cooldowns.clear(), 20);
  assert.equal((await rumbo.ask({ prompt: 'hi' })).result.text, 'one');
});

test('what is typed does not wait for a rate limit', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one') }]);
  rumbo.cooldowns.set('a', { rule: 'rate-limit', reason: 'It is at its limit.', untilMs: Date.now() + 40 });
  assert.equal((await rumbo.failure({ prompt: 'hi', urgency: 'typing' })).kind, 'rate-limited');
});

test('an answer teaches how fast its model is and how it counts; an estimated usage does not', async () => {
  const unmetered: Script = async function* () {
    yield { type: 'text-delta', text: 'words' };
    yield { type: 'finish', reason: 'stop' };
  };
  const rumbo = pipeline([{ id: 'a/one', script: inTurn(unmetered, answersWith('words')) }]);
  const { result } = await rumbo.ask({ prompt: 'hi', useCache: false });
  assert.equal(result.receipt.usageEstimated, true);
  assert.equal(rumbo.stats.speeds(10).size, 0);
  await rumbo.ask({ prompt: 'hi', useCache: false });
  assert.equal(rumbo.stats.speeds(10).has('a/one'), true);
});

test('attempts, tokens and costs are counted, and the log names the model and no word of the prompt', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: fails('overloaded') },
    { id: 'b/two', script: answersWith('SECRET answer'), more: paid },
  ]);
  await rumbo.ask({ prompt: 'SECRET prompt' });
  const { counters, histograms } = rumbo.metrics.read();
  assert.equal(counters['rumbo_attempts_total{provider="a",outcome="overloaded"}'], 1);
  assert.equal(counters['rumbo_attempts_total{provider="b",outcome="ok"}'], 1);
  assert.equal(counters['rumbo_tokens_total{provider="b",direction="input"}'], 10);
  assert.equal(counters['rumbo_cost_usd_total{provider="b"}'], 0.000015);
  assert.equal(counters['rumbo_cache_total{outcome="miss"}'], 1);
  assert.equal(histograms['rumbo_total_ms{provider="b"}']?.count, 1);
  assert.match(rumbo.log.join('\n'), /a\/one[^\n]*overloaded/);
  assert.match(rumbo.log.join('\n'), /b\/two, stop/);
  assert.doesNotMatch(rumbo.log.join('\n'), /SECRET/);
});

test('a model that cannot honour a field that decides the answer is not tried', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: answersWith('one'), more: { unsupportedFeatures: ['stop'] } },
    { id: 'b/two', script: answersWith('two') },
  ]);
  const { result } = await rumbo.ask({ prompt: 'hi', stop: ['END'] });
  assert.equal(result.receipt.model, 'b/two');
  assert.deepEqual(rumbo.requests[0]?.stop, ['END']);
  const { excluded } = rumbo.orchestrator.explain({ prompt: 'hi', stop: ['END'] });
  assert.deepEqual(excluded, [
    { model: 'a/one', rule: 'field', reason: 'Its service does not support stop.' },
  ]);
});

test('a field that only shapes the answer is left out where it must be, and the receipt names it', async () => {
  const rumbo = pipeline([
    { id: 'a/one', script: answersWith('one'), more: { unsupportedFeatures: ['seed'] } },
  ]);
  const { result } = await rumbo.ask({ prompt: 'hi', seed: 1, temperature: 0 });
  assert.deepEqual(
    result.receipt.reasons.filter((reason) => reason.includes('left out')),
    ['seed was left out: a/one has nothing for it.'],
  );
});

test('two temperatures never share an answer', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: inTurn(answersWith('cold'), answersWith('warm')) }]);
  assert.equal((await rumbo.ask({ prompt: 'hi', temperature: 0 })).result.text, 'cold');
  assert.equal((await rumbo.ask({ prompt: 'hi', temperature: 1 })).result.text, 'warm');
  assert.equal((await rumbo.ask({ prompt: 'hi', temperature: 0 })).result.receipt.cached, true);
});

test('a shorter answer costs less at worst, so it may fit a budget that a long one breaks', async () => {
  const rumbo = pipeline(
    [{ id: 'a/one', script: answersWith('one'), more: { ...paid, price: { input: 1, output: 100 } } }],
    { 'budget.perRequestUsd': 0.01 },
  );
  assert.equal((await rumbo.failure({ prompt: 'hi' })).kind, 'over-budget');
  const { result } = await rumbo.ask({ prompt: 'hi', maxOutputTokens: 50 });
  assert.equal(result.text, 'one');
  assert.equal(rumbo.requests[0]?.maxOutputTokens, 50);
});
