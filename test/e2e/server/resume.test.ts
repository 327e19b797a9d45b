/** An answer that breaks off after its first words: another model continues it, begins anew, or it is reported as incomplete. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskPart, status } from '../../../shared/protocol.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { ask, entry, failure, fake, server } from './support.ts';

const whole = 'One two three four five six seven eight.';
const beginning = 'One two three';
const last = (body: Readonly<Record<string, unknown>>) =>
  (body['messages'] as readonly { content: string }[]).slice(-2);

/** Two providers, of which the first breaks off after three words. */
async function two(t: Parameters<typeof fake>[0], settings: object = {}) {
  const first = await fake(t, fakeOpenAi, {
    reply: whole,
    fault: { kind: 'reset', afterWords: 3 },
    delayMs: 5,
  });
  const second = await fake(t, fakeOpenAi, { reply: ' four five six seven eight.' });
  const rumbo = await server(t, {
    'rumbo.routing.strategy': 'priority',
    'rumbo.routing.priorityOrder': ['first', 'second'],
    'rumbo.providers': { first: entry(first), second: entry(second) },
    ...settings,
  });
  return { first, second, rumbo };
}
const resumed = (parts: readonly AskPart[]) => parts.filter((part) => part.type === 'takeover');

test('the next model continues where the first broke off, and the receipt shows the takeover', async (t) => {
  const { first, second, rumbo } = await two(t);
  const { text, parts, result } = await ask(rumbo, { prompt: 'count' });
  assert.equal(text, whole);
  assert.equal(result.text, whole);
  assert.deepEqual(
    resumed(parts).map(({ from, to, mode }) => ({ from, to, mode })),
    [{ from: 'first/fake-model', to: 'second/fake-model', mode: 'continue' }],
  );
  assert.deepEqual(result.receipt.takeovers, [
    {
      at: beginning.length,
      from: 'first/fake-model',
      to: 'second/fake-model',
      reason: result.receipt.attempts[0]?.message,
    },
  ]);
  assert.equal(result.receipt.model, 'second/fake-model');
  assert.deepEqual(
    result.receipt.attempts.map(({ outcome }) => outcome),
    ['interrupted', 'ok'],
  );
  assert.equal(first.chats.length, 1);
  const [begun, instruction] = last(second.chats[0]?.body ?? {});
  assert.equal(begun?.content, beginning);
  assert.match(instruction?.content ?? '', /Go on exactly where it stops/);
});
test('a second part that repeats the first is joined without the repetition', async (t) => {
  const { second, rumbo } = await two(t);
  second.reply = whole;
  const { text } = await ask(rumbo, { prompt: 'count' });
  assert.equal(text, whole);
});
test('a restart is reported, and the answer is the second model’s alone', async (t) => {
  const { second, rumbo } = await two(t, { 'rumbo.routing.onInterruption': 'restart' });
  second.reply = 'Un dos tres.';
  const { parts, result } = await ask(rumbo, { prompt: 'count' });
  assert.equal(result.text, 'Un dos tres.');
  assert.equal(resumed(parts)[0]?.mode, 'restart');
  assert.deepEqual(result.receipt.takeovers, []);
  assert.equal(last(second.chats[0]?.body ?? {}).length, 1);
});
test('`fail` ends the answer: the error has the text so far, and no other model is tried', async (t) => {
  const { second, rumbo } = await two(t);
  const data = await failure(ask(rumbo, { prompt: 'count', onInterruption: 'fail' }));
  assert.equal(data.kind, 'interrupted');
  assert.equal(data.partial, beginning);
  assert.equal(second.chats.length, 0);
});
test('when all models break off or fail, the first failure is reported and the text so far stays', async (t) => {
  const { first, second, rumbo } = await two(t);
  second.fail = { status: 400, body: { error: { message: 'no assistant message at the end' } } };
  const data = await failure(ask(rumbo, { prompt: 'count' }));
  assert.equal(data.kind, 'interrupted');
  assert.equal(data.partial?.startsWith(beginning), true);
  assert.equal(first.chats.length, 2, 'the first was asked once more, at the very end');
  assert.deepEqual(
    data.attempts?.map(({ model, outcome }) => `${model} ${outcome}`),
    ['first/fake-model interrupted', 'second/fake-model invalid-request', 'first/fake-model interrupted'],
  );
});
test('without another candidate the same model continues itself', async (t) => {
  const only = await fake(t, fakeOpenAi, {
    fault: { kind: 'end', afterWords: 3 },
    reply() {
      if (only.chats.length === 1) return whole;
      only.fault = undefined;
      return ' four five six seven eight.';
    },
  });
  const rumbo = await server(t, { 'rumbo.providers': { only: entry(only) } });
  const { text, result } = await ask(rumbo, { prompt: 'count' });
  assert.equal(text, whole);
  assert.equal(result.receipt.takeovers.length, 1);
});
test('a pinned model continues itself, and no other model replaces it unasked', async (t) => {
  const { first, second, rumbo } = await two(t);
  const data = await failure(ask(rumbo, { prompt: 'count', model: 'first/fake-model' }));
  assert.equal(data.pinned, 'first/fake-model');
  assert.equal(data.partial?.startsWith(beginning), true);
  assert.equal(first.chats.length, 2);
  assert.equal(second.chats.length, 0);
});
test('an answer of two models is not cached', async (t) => {
  const { second, rumbo } = await two(t);
  await ask(rumbo, { prompt: 'count' });
  await ask(rumbo, { prompt: 'count' });
  assert.equal(second.chats.length, 2);
});

test('a cancel after the service began to answer reports its cost, and the day’s sum includes it', async (t) => {
  const slow = await fake(t, fakeOpenAi, { reply: whole, fault: { kind: 'stall', afterWords: 0 } });
  const rumbo = await server(t, {
    'rumbo.providers': { slow: entry(slow, { source: 'api', models: ['fake-model'] }) },
    'rumbo.models': { 'slow/fake-model': { price: { input: 1_000, output: 1_000 } } },
  });
  const cancel = new AbortController();
  const answer = failure(ask(rumbo, { prompt: 'count' }, { signal: cancel.signal }));
  while (slow.chats.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  cancel.abort();
  const { kind, attempts } = await answer;
  assert.equal(kind, 'cancelled');
  const cost = attempts?.[0]?.costUsd ?? 0;
  assert.ok(cost > 0, 'the prompt had been read');
  const { today } = await rumbo.connection.sendRequest(status);
  assert.equal(today.costUsd, cost);
});
