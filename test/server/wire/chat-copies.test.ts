/** Chat Completions as copies and gateways write them: the same answer in other places and under other names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { partsOf, textOf } from './decoded.ts';

const wire = openaiChat();
const stream = (...events: readonly unknown[]): string =>
  events.map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`).join('');
const chunk = (choice: object) => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, finish_reason: null, ...choice }],
});
const text = (content: unknown) => chunk({ delta: { content } });

test('a finish reason counts under each of its names, and in each of its places', async () => {
  for (const end of [
    chunk({ delta: {}, finish_reason: undefined, finishReason: 'STOP' }),
    chunk({ delta: {}, finish_reason: null, stop_reason: 'end_turn' }),
    chunk({ delta: {}, finish_reason: null, native_finish_reason: 'stop' }),
    chunk({ delta: {}, finish_reason: { type: 'stop', matched: 2 } }),
    chunk({ delta: {}, finish_reason: ['stop'] }),
    chunk({ delta: { finish_reason: 'stop' } }),
    { ...chunk({ delta: {} }), finish_reason: 'stop' },
  ]) {
    const parts = await partsOf(wire, stream(text('one '), text('two'), end));
    assert.equal(textOf(parts), 'one two');
    assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop' }, JSON.stringify(end));
  }
});

test('a word of another service for the end means what it means there', async () => {
  const reasons = {
    max_completion_tokens: 'length',
    'context length exceeded': 'length',
    SENSITIVE: 'content-filter',
    guardrail_intervened: 'content-filter',
    FINISHED: 'stop',
    unheard_of: 'other',
  };
  for (const [word, reason] of Object.entries(reasons)) {
    const parts = await partsOf(wire, stream(text('one two'), chunk({ delta: {}, finish_reason: word })));
    assert.deepEqual(parts.at(-1), { type: 'finish', reason }, word);
  }
  for (const word of ['network_error', 'ABORTED', 'request_timeout', 'engine_overloaded'])
    await assert.rejects(
      partsOf(wire, stream(text('one two'), chunk({ delta: {}, finish_reason: word }), '[DONE]')),
      (error) => error instanceof RumboError && error.kind === 'interrupted',
      word,
    );
});

test('text counts in each of its places', async () => {
  for (const event of [
    chunk({ delta: 'one two' }),
    chunk({ delta: { text: 'one two' } }),
    chunk({ content: 'one two' }),
    text({ type: 'text', text: 'one two' }),
    text([
      { type: 'text', text: 'one ' },
      { type: 'text', text: 'two' },
    ]),
    { choices: { 0: { index: 0, delta: { content: 'one two' } } } },
    { choices: { delta: { content: 'one two' } } },
    { data: chunk({ delta: { content: 'one two' } }) },
    { result: { response: 'one two' } },
    { generated_text: 'one two' },
  ]) {
    const parts = await partsOf(wire, stream(event, chunk({ delta: {}, finish_reason: 'stop' }), '[DONE]'));
    assert.equal(textOf(parts), 'one two', JSON.stringify(event));
  }
});

test('a whole answer in Cloudflare’s or Text Generation Inference’s own form is whole', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2 };
  const answer = JSON.stringify({ result: { response: 'one two', usage }, success: true, errors: [] });
  assert.equal(textOf(await partsOf(wire, answer)), 'one two');
  const call = JSON.stringify({
    result: { response: null, tool_calls: [{ name: 'read', arguments: { path: 'x' } }], usage },
    success: true,
  });
  const [part] = await partsOf(wire, call);
  assert.ok(part?.type === 'tool-call' && part.input === '{"path":"x"}');
  const last = {
    token: { text: '</s>' },
    generated_text: 'one two',
    details: { finish_reason: 'eos_token' },
  };
  const parts = await partsOf(
    wire,
    stream(
      { token: { text: 'one ' }, generated_text: null },
      { token: { text: 'two' }, generated_text: null },
      last,
    ),
  );
  assert.equal(textOf(parts), 'one two');
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop' });
});

test('an error within a choice, or with its kind as its field, is an error', async () => {
  for (const event of [
    chunk({ delta: {}, error: { code: 502, message: 'The upstream failed.' } }),
    chunk({ delta: { error: { message: 'The upstream failed.' } } }),
    { internalServerException: { message: 'The upstream failed.' } },
  ])
    await assert.rejects(
      partsOf(wire, stream(text('one '), event, '[DONE]')),
      /The upstream failed/,
      JSON.stringify(event),
    );
});

test('what gateways write after the end is no damage, and before it is', async () => {
  const end = chunk({ delta: {}, finish_reason: 'stop' });
  for (const farewell of ['[[DONE]]', '[DONE].', '</s>', 'stream closed', 'EOF'])
    assert.equal(textOf(await partsOf(wire, stream(text('one two'), end, farewell))), 'one two', farewell);
  for (const damage of ['stream closed', 'upstream reset'])
    await assert.rejects(partsOf(wire, stream(text('one '), damage, text('two'), end)), RumboError, damage);
});

test('a call counts once, in each of its places and under each of its names', async () => {
  const call = { id: 'a', function: { name: 'read', arguments: '{"path":"x"}' } };
  const end = chunk({ delta: {}, finish_reason: 'tool_calls' });
  for (const event of [
    chunk({ delta: { tool_calls: call } }),
    chunk({ delta: { tool_calls: { 0: call } } }),
    chunk({ delta: { tool_calls: JSON.stringify([call]) } }),
    chunk({ delta: { toolCalls: [call] } }),
    chunk({ delta: {}, tool_calls: [call] }),
    chunk({ delta: { tool_calls: [call], function_call: call.function } }),
    chunk({ delta: { tool_calls: [{ id: 'a', function: { name: 'read', parameters: { path: 'x' } } }] } }),
    chunk({ delta: { tool_calls: [{ id: 'a', name: 'read', input: '{"path":"x"}' }] } }),
  ]) {
    const calls = (await partsOf(wire, stream(event, end, '[DONE]'))).filter(
      ({ type }) => type === 'tool-call',
    );
    assert.deepEqual(
      calls,
      [{ type: 'tool-call', id: 'a', name: 'read', input: '{"path":"x"}' }],
      JSON.stringify(event),
    );
  }
});
