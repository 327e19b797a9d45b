/** A coder's answer that is not the whole code is requested once more; both requests are counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskParams } from '../../../shared/ask.ts';
import { textOf } from '../../../shared/message-parts.ts';
import { answersWith, fails, inTurn, pipeline } from './pipeline.ts';

const lines = Array.from({ length: 12 }, (_, index) => `export const v${index} = ${index};`);
const file = { uri: 'file:///shop/cart.ts', languageId: 'typescript', text: `${lines.join('\n')}\n` };
const request: AskParams = { role: 'coder', prompt: 'make v0 a hundred', file };
const whole = [lines[0]?.replace('0;', '100;'), ...lines.slice(1)].join('\n');
const lazy = '```ts\nexport const first = 100;\n// ... rest of the file unchanged\n```';
const price = { input: 1_000_000, output: 1_000_000 };

test('an answer that leaves out code is requested once more, with what was wrong', async () => {
  const script = inTurn(answersWith(lazy), answersWith(`\`\`\`ts\n${whole}\n\`\`\``));
  const rumbo = pipeline([{ id: 'a/one', script, more: { price, source: 'api' } }]);
  const { result, parts } = await rumbo.ask(request);
  assert.equal(result.code?.text, `${whole}\n`);
  assert.equal(result.codeIssue, undefined);

  const [first, second] = rumbo.requests;
  assert.equal(rumbo.requests.length, 2);
  assert.deepEqual(
    second?.messages.map(({ role }) => role),
    ['system', 'user', 'assistant', 'user'],
  );
  const words = second?.messages.map(textOf) ?? [];
  assert.equal(words[2], lazy);
  assert.match(words[3] ?? '', /leaves out code where it says “\/\/ \.\.\. rest of the file unchanged”/);
  assert.ok((words[3] ?? '').includes(file.text), 'the file is sent again');
  assert.equal(first?.model, second?.model);

  assert.deepEqual(
    parts.map(({ type }) => type).filter((type) => !['text-delta', 'code'].includes(type)),
    ['start', 'second-request', 'start', 'finish'],
  );
});

test('one receipt counts both requests, and each is a row of the ledger', async () => {
  const script = inTurn(answersWith(lazy), answersWith(`\`\`\`ts\n${whole}\n\`\`\``));
  const rumbo = pipeline([{ id: 'a/one', script, more: { price, source: 'api' } }]);
  const { receipt } = (await rumbo.ask(request)).result;
  assert.equal(rumbo.rows.length, 2);
  assert.deepEqual([receipt.usage.input, receipt.usage.output], [20, 10]);
  assert.deepEqual(
    receipt.attempts.map(({ model, outcome }) => `${model} ${outcome}`),
    ['a/one ok', 'a/one ok'],
  );
  assert.ok(
    receipt.reasons.some((reason) => /^a\/one was asked once more: The answer leaves out code/.test(reason)),
  );
  const once = pipeline([
    { id: 'a/one', script: answersWith(`\`\`\`ts\n${whole}\n\`\`\``), more: { price, source: 'api' } },
  ]);
  const single = (await once.ask(request)).result.receipt;
  assert.equal(receipt.costUsd, 2 * (single.costUsd ?? Number.NaN));
});

test('it is asked only once: what is still not the whole code is text', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith(lazy) }]);
  const { result } = await rumbo.ask(request);
  assert.equal(rumbo.requests.length, 2);
  assert.equal(result.code, undefined);
  assert.equal(result.codeIssue?.kind, 'left-out');
  assert.equal(result.text, lazy);
  // Such an answer is not given again from the cache.
  await rumbo.ask(request);
  assert.equal(rumbo.requests.length, 4);
});

test('a question of the model is not answered by asking again', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('Which of the constants do you mean?') }]);
  const { result } = await rumbo.ask(request);
  assert.equal(rumbo.requests.length, 1);
  assert.equal(result.code, undefined);
  assert.match(result.codeIssue?.message ?? '', /asks a question/);
});

test('when the second request fails, the first answer is shown as text', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: inTurn(answersWith(lazy), fails('rate-limited')) }]);
  const { result, parts } = await rumbo.ask(request);
  assert.equal(result.text, lazy);
  assert.equal(result.codeIssue?.kind, 'left-out');
  assert.deepEqual(
    result.receipt.attempts.map(({ outcome }) => outcome),
    ['ok', 'rate-limited'],
  );
  assert.equal(parts.at(-1)?.type, 'finish');
});

test('the second answer is the one that the cache gives again', async () => {
  const script = inTurn(answersWith(lazy), answersWith(`\`\`\`ts\n${whole}\n\`\`\``));
  const rumbo = pipeline([{ id: 'a/one', script }]);
  await rumbo.ask(request);
  const { result } = await rumbo.ask(request);
  assert.equal(rumbo.requests.length, 2);
  assert.equal(result.receipt.cached, true);
  assert.equal(result.code?.text, `${whole}\n`);
});

test('an answer that was cut, and one of another role, is not requested again', async () => {
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: async function* () {
        yield { type: 'text-delta', text: lazy };
        yield { type: 'finish', reason: 'length' };
      },
    },
  ]);
  await rumbo.ask(request);
  await rumbo.ask({ ...request, role: 'chat' });
  assert.equal(rumbo.requests.length, 2);
});

test('a cancel during the second request cancels the whole', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: inTurn(answersWith(lazy), fails('cancelled')) }]);
  const controller = new AbortController();
  await assert.rejects(
    rumbo.ask(request, controller.signal, (part) => {
      if (part.type === 'second-request') controller.abort();
    }),
  );
});
