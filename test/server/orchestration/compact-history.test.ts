/** A conversation that no context can hold is compacted by a free model, and answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokensOf } from '../../../server/orchestration/compaction/compact.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { CompletionRequest, Message, ModelId } from '../../../shared/chat.ts';
import { textOf } from '../../../shared/message-parts.ts';
import { answersWith, type FakeModel, fails, pipeline, type Script } from './pipeline.ts';

const words = (count: number): string => Array.from({ length: count }, () => 'lorem').join(' ');
const conversation = (turns = 30): Message[] => [
  { role: 'user', content: 'Build a shop in src/shop.ts.' },
  ...Array.from({ length: turns }, (_, number): Message[] => [
    { role: 'assistant', content: `${words(120)} see src/part${number}.ts` },
    { role: 'user', content: `Next, number ${number}.` },
  ]).flat(),
];
const isSummary = ({ messages }: CompletionRequest): boolean =>
  textOf(messages[0] ?? { content: '' }).startsWith('You compact parts');

/** Answers a summary with one text and everything else with another. */
const writes: Script = (request, signal) =>
  answersWith(isSummary(request) ? '[1] They build a shop.' : 'Done.')(request, signal);
const small = (id: ModelId, more: FakeModel['more'] = {}): FakeModel => ({
  id,
  script: writes,
  more: { contextTokens: 4_096, ...more },
});
const paid = { source: 'api', private: false, price: { input: 1, output: 1 } } as const;
const ask = (messages: readonly Message[], more: Partial<AskParams> = {}): AskParams => ({
  messages,
  ...more,
});

test('the answer comes, the receipt says what was compacted, and the summary has a row of its own', async () => {
  const rumbo = pipeline([small('a/one')]);
  const { result, parts } = await rumbo.ask(ask(conversation()));
  assert.equal(result.text, 'Done.');
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['compaction', 'start', 'text-delta', 'finish'],
  );
  const { compaction } = result.receipt;
  assert.ok(
    compaction && compaction.messages > 30 && compaction.savedTokens > 2_000,
    JSON.stringify(compaction),
  );
  assert.deepEqual(compaction.models, ['a/one']);
  assert.ok(
    result.receipt.reasons.some((reason) =>
      /earlier messages were compacted by a\/one, which saved/.test(reason),
    ),
  );
  assert.equal(rumbo.rows.length, rumbo.requests.length);
  assert.ok(rumbo.requests.filter(isSummary).length > 0);
  const sent = rumbo.requests.at(-1)?.messages ?? [];
  assert.equal(textOf(sent[0] as Message), 'Build a shop in src/shop.ts.');
  assert.match(textOf(sent[1] as Message), /They build a shop\./);
  assert.equal(textOf(sent.at(-1) as Message), 'Next, number 29.');
});

test('the next turn begins with the same text and asks for no summary', async () => {
  const rumbo = pipeline([small('a/one')]);
  const first = conversation();
  await rumbo.ask(ask(first));
  const before = rumbo.requests.at(-1)?.messages ?? [];
  const summaries = rumbo.requests.filter(isSummary).length;
  const next = [
    ...first,
    { role: 'assistant', content: 'Done.' },
    { role: 'user', content: 'Thanks.' },
  ] as const;
  const { result } = await rumbo.ask(ask(next));
  assert.equal(rumbo.requests.filter(isSummary).length, summaries);
  const sent = rumbo.requests.at(-1)?.messages ?? [];
  assert.deepEqual(sent.slice(0, before.length), before);
  assert.equal(textOf(sent.at(-1) as Message), 'Thanks.');
  assert.deepEqual(result.receipt.compaction?.models, []);
});

test('when it grows beyond the context again, the compacted beginning is compacted', async () => {
  const rumbo = pipeline([small('a/one')]);
  await rumbo.ask(ask(conversation(30)));
  const summaries = rumbo.requests.filter(isSummary).length;
  await rumbo.ask(ask(conversation(60)));
  const sent = rumbo.requests.at(-1)?.messages ?? [];
  assert.equal(textOf(sent[0] as Message), 'Build a shop in src/shop.ts.');
  assert.equal(textOf(sent.at(-1) as Message), 'Next, number 59.');
  assert.ok(rumbo.requests.filter(isSummary).length > summaries);
});

test('a model with more context is asked instead, and nothing is compacted', async () => {
  const rumbo = pipeline([small('a/one'), small('b/two', { contextTokens: 100_000 })]);
  const { result } = await rumbo.ask(ask(conversation()));
  assert.equal(result.receipt.model, 'b/two');
  assert.equal(result.receipt.compaction, undefined);
});

test('paid models write no summary unless they are named', async () => {
  const without = pipeline([small('a/one', paid)]);
  const { receipt } = (await without.ask(ask(conversation()))).result;
  assert.equal(without.requests.filter(isSummary).length, 0);
  assert.ok((receipt.compaction?.shortened ?? 0) > 0);
  assert.ok(receipt.reasons.some((reason) => /were shortened without a model/.test(reason)));

  const named = pipeline([small('a/one', paid)], { 'history.summaryModels': ['a/one'] });
  assert.deepEqual((await named.ask(ask(conversation()))).result.receipt.compaction?.models, ['a/one']);
  const all = pipeline([small('a/one', paid)], { 'history.summaryModels': ['a/*'] });
  assert.deepEqual((await all.ask(ask(conversation()))).result.receipt.compaction?.models, ['a/one']);
});

test('a local-only file keeps its summary local, and lists of allowed models hold for it', async () => {
  const cloud = small('a/one', { private: false, source: 'api', price: { input: 0, output: 0 } });
  const settings = { 'privacy.localOnly': ['**/*.ts'], 'history.summaryModels': ['a/one'] };
  const rumbo = pipeline([cloud, small('b/two')], settings);
  const file = { uri: 'file:///shop/cart.ts', languageId: 'typescript', text: 'x' };
  await rumbo.ask(ask(conversation(), { file }));
  assert.deepEqual([...new Set(rumbo.requests.map(({ model }) => model))], ['b/two']);

  const withList = pipeline([small('a/one'), small('b/two')], {
    'routing.taskTypes': { general: { allow: ['b/two'] } },
  });
  await withList.ask(ask(conversation(), { task: 'general' }));
  assert.deepEqual([...new Set(withList.requests.map(({ model }) => model))], ['b/two']);
});

test('a summary that fails is replaced by shortened texts', async () => {
  const script: Script = (request, signal) =>
    (isSummary(request) ? fails('overloaded') : answersWith('Done.'))(request, signal);
  const rumbo = pipeline([{ ...small('a/one'), script }]);
  const { result } = await rumbo.ask(ask(conversation()));
  assert.equal(result.text, 'Done.');
  assert.ok((result.receipt.compaction?.shortened ?? 0) > 0);
});

test('a service that refuses what its stated context holds, or states none, gets a shorter conversation', async () => {
  for (const contextTokens of [200_000, null]) {
    const limit = 3_500;
    const script: Script = (request, signal) =>
      (tokensOf(request.messages) > limit && !isSummary(request) ? fails('context-too-long') : writes)(
        request,
        signal,
      );
    const rumbo = pipeline([{ id: 'a/one', script, more: { contextTokens } }]);
    const messages = conversation();
    assert.ok(tokensOf(messages) > limit && tokensOf(messages) < 2 * limit, `${tokensOf(messages)}`);
    const { result } = await rumbo.ask(ask(messages));
    assert.equal(result.text, 'Done.');
    assert.ok((result.receipt.compaction?.savedTokens ?? 0) > 0);
  }
});

test('off, a single prompt and a prompt that is too long by itself fail as before', async () => {
  const off = pipeline([small('a/one')], { 'history.compaction': 'off' });
  assert.equal((await off.failure(ask(conversation()))).kind, 'context-too-long');
  const rumbo = pipeline([small('a/one')]);
  assert.equal((await rumbo.failure({ prompt: words(9_000) })).kind, 'context-too-long');
  const last = { role: 'user', content: words(9_000) } as const;
  assert.equal((await rumbo.failure(ask([...conversation(3), last]))).kind, 'context-too-long');
  assert.equal(rumbo.requests.length, 0);
});

test('the budget of the request holds for its summaries too', async () => {
  const rumbo = pipeline([small('a/one', { ...paid, price: { input: 1_000, output: 1_000 } })], {
    'history.summaryModels': ['a/one'],
    'budget.perRequestUsd': 3,
  });
  const failed = await rumbo.failure(ask(conversation()));
  assert.ok(['over-budget', 'context-too-long', 'no-candidate'].includes(failed.kind), failed.kind);
  const spent = rumbo.rows.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  assert.ok(spent <= 3, `${spent}`);
});

test('a cancel during the summary ends the request', async () => {
  const stop = new AbortController();
  const script: Script = async function* (request, signal) {
    if (isSummary(request)) stop.abort();
    yield* writes(request, signal);
  };
  const rumbo = pipeline([{ ...small('a/one'), script }]);
  await assert.rejects(rumbo.ask(ask(conversation()), stop.signal));
});
