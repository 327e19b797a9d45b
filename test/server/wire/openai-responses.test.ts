/** The Responses API: for which models, the parts of its streams, and the requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openai } from '../../../server/engines/openai.ts';
import { openaiResponses } from '../../../server/wire/openai-responses.ts';
import { decodeAs, fixture, recording, textOf, withoutLast } from './decoded.ts';

const decode = (body: string) => decodeAs(openaiResponses, body);
const usage = { input: 1117, cachedRead: 1024, cacheWrite: 64, output: 46, reasoning: 32 };

test('only models that Chat Completions does not serve use Responses', () => {
  const { wire } = openai;
  for (const model of [
    'gpt-5.3-codex',
    'codex-mini-latest',
    'gpt-5.4-pro',
    'o1-pro-2025-03-19',
    'o3-deep-research',
  ])
    assert.equal(wire.chat(model), openaiResponses, model);
  for (const model of ['gpt-6-sol', 'gpt-5.4-mini', 'o3-mini', 'gpt-4o'])
    assert.equal(wire.chat(model).encode(model, { messages: [] }).path, '/chat/completions', model);
});

test('text arrives in deltas; summaries and commentary are reasoning', async () => {
  const { parts } = await decode(fixture('openai/documented-responses-text.sse'));
  assert.deepEqual(parts, [
    { type: 'reasoning-delta', text: 'First.' },
    { type: 'reasoning-delta', text: '\n\n' },
    { type: 'reasoning-delta', text: 'Second.' },
    { type: 'reasoning-delta', text: 'Let me look.' },
    { type: 'text-delta', text: '¡Hola' },
    { type: 'text-delta', text: ', mundo 👋' },
    { type: 'finish', reason: 'stop', usage },
  ]);
});

test('recorded llama-server answers are decoded, without numbers or indices on their events', async () => {
  const plain = await decode(fixture('llama-cpp/responses-stream.sse'));
  assert.equal(textOf(plain.parts), 'Hello! I am a tiny local model that always gives this same answer.');
  assert.deepEqual(plain.parts.at(-1), {
    type: 'finish',
    reason: 'stop',
    usage: { input: 21, cachedRead: 20, cacheWrite: 0, output: 14, reasoning: 0 },
  });
  const { parts } = await decode(fixture('llama-cpp/responses-reasoning-stream.sse'));
  assert.equal(textOf(parts), 'Hello! Nice to meet you.');
  const thoughts = parts.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
  assert.equal(thoughts, 'The user said hi; I should greet back.\n');
});

test('a call is returned once, although the whole response repeats it', async () => {
  const { parts } = await decode(fixture('openai/documented-responses-tools.sse'));
  const call = { type: 'tool-call', id: 'call_a', name: 'get_weather', input: '{"city":"Lima"}' };
  assert.deepEqual(parts, [call, { type: 'finish', reason: 'tool-calls', usage }]);
  const onlyAtTheEnd = fixture('openai/documented-responses-tools.sse')
    .split('\n\n')
    .filter((event) => !event.includes('output_item.done'))
    .join('\n\n');
  assert.deepEqual((await decode(onlyAtTheEnd)).parts[0], call);
});

test('an answer cut at its limit finishes with length', async () => {
  const { parts } = await decode(fixture('openai/documented-responses-max-tokens.sse'));
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'length', usage });
});

test('a failure ends the answer, in each shape', async () => {
  const nested = await decode(fixture('openai/documented-responses-failed.sse'));
  assert.equal(nested.error?.kind, 'payment-required');
  const failed = fixture('openai/documented-responses-failed.sse')
    .split('\n\n')
    .filter((event) => !event.startsWith('event: error'))
    .join('\n\n');
  assert.equal((await decode(failed)).error?.kind, 'payment-required');
  const flat =
    'event: error\ndata: {"type":"error","code":"rate_limit_exceeded","message":"Slow down.","param":null}\n\n';
  assert.equal((await decode(flat)).error?.kind, 'rate-limited');
  assert.equal((await decode('event: error\ndata: broken\n\n')).error?.kind, 'overloaded');
});

test('a body that ends before its last event is interrupted, an empty one an error', async () => {
  const cut = await decode(withoutLast(fixture('openai/documented-responses-text.sse'), 1));
  assert.equal(textOf(cut.parts), '¡Hola, mundo 👋');
  assert.equal(cut.error?.kind, 'interrupted');
  assert.equal((await decode('')).error?.kind, 'bad-response');
});

test('the request equals that of the official SDK, without padding and without storage', () => {
  const sent = recording('sdk-requests/openai-responses-stream.json') as unknown as {
    body: object;
    path: string;
  };
  const { path, body } = openaiResponses.encode('gpt-5.4-mini', {
    messages: [{ role: 'user', content: 'hi' }],
    temperature: 0.2,
  });
  assert.equal(`/v1${path}`, sent.path);
  assert.deepEqual(body, {
    ...sent.body,
    // The long form of the same.
    input: [{ role: 'user', content: 'hi' }],
    stream_options: { include_obfuscation: false },
    store: false,
    include: ['reasoning.encrypted_content'],
  });
});

test('calls and their results are items of their own, images parts of a message', () => {
  const { body } = openaiResponses.encode('gpt-5.3-codex', {
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', mediaType: 'image/png', data: 'iVBORw0=' },
        ],
      },
      { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'call_a', name: 'look', input: '{}' }] },
      { role: 'tool', toolCallId: 'call_a', toolName: 'look', content: 'A cat.' },
    ],
    tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }],
    toolChoice: 'auto',
    maxOutputTokens: 64,
  });
  assert.deepEqual(body, {
    model: 'gpt-5.3-codex',
    input: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0=' },
        ],
      },
      { role: 'assistant', content: 'I look.' },
      { type: 'function_call', call_id: 'call_a', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'A cat.' },
    ],
    stream: true,
    stream_options: { include_obfuscation: false },
    store: false,
    include: ['reasoning.encrypted_content'],
    tools: [
      {
        type: 'function',
        name: 'look',
        description: 'Looks.',
        parameters: { type: 'object' },
        strict: false,
      },
    ],
    tool_choice: 'auto',
    max_output_tokens: 64,
  });
});

test('encrypted reasoning is sent back before its call, other signatures are not', async () => {
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' };
  const event = {
    type: 'response.output_item.done',
    output_index: 0,
    item: { ...reasoning, status: 'completed' },
  };
  const stream = fixture('openai/documented-responses-tools.sse');
  const { parts } = await decode(`data: ${JSON.stringify(event)}\n\n${stream}`);
  const call = parts.find((part) => part.type === 'tool-call');
  assert.ok(call?.signature);
  const sentFor = (signature: string) => {
    const toolCalls = [{ id: 'call_a', name: 'look', input: '{}', signature }];
    const messages = [{ role: 'assistant', content: '', toolCalls } as const];
    return (openaiResponses.encode('m', { messages }).body as { input: object[] }).input;
  };
  const item = { type: 'function_call', call_id: 'call_a', name: 'look', arguments: '{}' };
  assert.deepEqual(sentFor(call.signature), [reasoning, item]);
  for (const other of ['CpcBAb4=', '[{"type":"thinking"}]', '{"reasoning_content":"Hm."}', '{broken'])
    assert.deepEqual(sentFor(other), [item], other);
});

test('text that deltas did not bring is read where it is, once', async () => {
  const event = (type: string, more: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const delta = (text: string, item = 'a') =>
    event('response.output_text.delta', { item_id: item, output_index: 0, delta: text });
  const message = (text: string, id = 'a') => ({
    type: 'message',
    id,
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  });
  const completed = (...output: readonly object[]) =>
    event('response.completed', { response: { status: 'completed', output } });
  const textDone = event('response.output_text.done', {
    item_id: 'a',
    output_index: 0,
    content_index: 0,
    text: 'one two',
  });
  const partDone = event('response.content_part.done', {
    item_id: 'a',
    output_index: 0,
    content_index: 0,
    part: { type: 'output_text', text: 'one two' },
  });
  const itemDone = event('response.output_item.done', { output_index: 0, item: message('one two') });
  const bodies = [
    completed(message('one two')),
    completed(message('one '), message('two', 'b')),
    textDone + completed(),
    partDone + completed(),
    itemDone + completed(),
    textDone + partDone + itemDone + completed(message('one two')),
    delta('one ') + delta('two') + textDone + partDone + itemDone + completed(message('one two')),
    // The ids of the deltas are others than those of the whole.
    delta('one ', 'x') + delta('two', 'y') + itemDone + completed(message('one two', 'z')),
    // Some deltas are missing.
    delta('one ') + completed(message('one two')),
    delta('one ') + itemDone + completed(),
    `${JSON.stringify({ object: 'response', status: 'completed', output: [message('one two')] })}`,
    event('response.done', { response: { status: 'completed', output: [message('one two')] } }),
  ];
  for (const body of bodies) {
    const { parts, error } = await decode(body);
    assert.equal(error, undefined, body);
    assert.equal(textOf(parts), 'one two', body);
    assert.equal(parts.at(-1)?.type, 'finish', body);
  }
});

test('an end marker that a proxy adds does not complete a broken answer', async () => {
  const cut = withoutLast(fixture('openai/documented-responses-text.sse'), 1);
  assert.equal((await decode(`${cut}data: [DONE]\n\n`)).error?.kind, 'interrupted');
});
