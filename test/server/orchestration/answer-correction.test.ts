/** Output that programs read is valid, or requested once more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskParams } from '../../../shared/ask.ts';
import { answersWith, inTurn, pipeline, type Script, usage } from './pipeline.ts';

const tools = [
  {
    name: 'look',
    inputSchema: { type: 'object', properties: { line: { type: 'integer' } }, required: ['line'] },
  },
];
const calls = (input: string): Script =>
  async function* () {
    yield { type: 'tool-call', id: 'c1', name: 'look', input };
    yield { type: 'finish', reason: 'tool-calls', usage };
  };
const json: AskParams = {
  prompt: 'x',
  responseFormat: { type: 'json', schema: { type: 'object', required: ['a'] } },
};

test('arguments are repaired, and the receipt says so', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: calls('{"line":"7"}') }]);
  const { result, parts } = await rumbo.ask({ prompt: 'x', tools });
  assert.deepEqual(result.toolCalls, [{ id: 'c1', name: 'look', input: '{"line":7}' }]);
  assert.ok(parts.some((part) => part.type === 'tool-call' && part.input === '{"line":7}'));
  assert.ok(
    result.receipt.reasons.some((reason) =>
      /arguments of its call of look were repaired \(line/.test(reason),
    ),
  );
  assert.equal(rumbo.requests.length, 1);
});

test('a call that cannot be repaired is requested once more, with what is wrong', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: inTurn(calls('{}'), calls('{"line":7}')) }]);
  const { result, parts } = await rumbo.ask({ prompt: 'x', tools });
  assert.deepEqual(result.toolCalls, [{ id: 'c1', name: 'look', input: '{"line":7}' }]);
  assert.equal(parts.filter(({ type }) => type === 'second-request').length, 1);
  assert.equal(parts.filter(({ type }) => type === 'finish').length, 1);
  const second = rumbo.requests[1]?.messages ?? [];
  assert.deepEqual(
    second.map(({ role }) => role),
    ['user', 'assistant', 'tool'],
  );
  assert.match(String(second[2]?.content), /do not match the schema \(.*line/);
  assert.equal(rumbo.rows.length, 2);
  assert.ok(result.receipt.reasons.some((reason) => /asked once more: Its call of look/.test(reason)));
});

test('it is requested once only, and a failure keeps the first answer', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: calls('{}') }]);
  const { result } = await rumbo.ask({ prompt: 'x', tools });
  assert.equal(rumbo.requests.length, 2);
  assert.equal(result.toolCalls?.[0]?.input, '{}');
});

test('an answer that is not the requested JSON is requested once more', async () => {
  for (const wrong of ['Sure!', '{"b":1}', '```json\n{"a":1}\n```']) {
    const rumbo = pipeline([{ id: 'a/one', script: inTurn(answersWith(wrong), answersWith('{"a":1}')) }]);
    const { result } = await rumbo.ask(json);
    assert.equal(result.text, '{"a":1}', wrong);
    assert.equal(rumbo.requests.length, 2, wrong);
  }
});

test('the cache gives the valid answer again, and never one that is not valid', async () => {
  const mended = pipeline([{ id: 'a/one', script: inTurn(answersWith('Sure!'), answersWith('{"a":1}')) }]);
  await mended.ask(json);
  const { result } = await mended.ask(json);
  assert.deepEqual([result.text, result.receipt.cached, mended.requests.length], ['{"a":1}', true, 2]);

  const wrong = pipeline([{ id: 'a/one', script: answersWith('{"b":1}') }]);
  await wrong.ask(json);
  assert.equal((await wrong.ask(json)).result.receipt.cached, false);
  assert.equal(wrong.requests.length, 4);
});

test('valid output is not requested again', async () => {
  const answer = pipeline([{ id: 'a/one', script: answersWith('{"a":', '1}') }]);
  assert.equal((await answer.ask(json)).result.text, '{"a":1}');
  assert.equal(answer.requests.length, 1);
  const call = pipeline([{ id: 'a/one', script: calls('{"line":7}') }]);
  await call.ask({ prompt: 'x', tools });
  assert.equal(call.requests.length, 1);
});
