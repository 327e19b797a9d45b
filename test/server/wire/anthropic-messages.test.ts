/** Anthropic's Messages: the parts of documented streams. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages as wire } from '../../../server/wire/anthropic-messages.ts';
import { decode, fixture, partsOf, textOf, withoutLast } from './decoded.ts';

const streamed = 'anthropic/documented-thinking-and-text.sse';

test('thinking and text are separate parts; cached input is part of the total', async () => {
  assert.deepEqual(await partsOf(wire, fixture(streamed)), [
    { type: 'reasoning-delta', text: 'The user greets' },
    { type: 'reasoning-delta', text: ' me.' },
    { type: 'reasoning-end', signature: 'anthropic:EqQB' },
    { type: 'text-delta', text: '¡Hola' },
    { type: 'text-delta', text: ' 👋' },
    {
      type: 'finish',
      reason: 'stop',
      usage: { input: 2125, cachedRead: 2000, cacheWrite: 100, output: 30, reasoning: 18 },
    },
  ]);
});

test('tool calls are complete, also one without arguments', async () => {
  const parts = await partsOf(wire, fixture('anthropic/documented-tools.sse'));
  assert.deepEqual(parts.slice(1, 3), [
    { type: 'tool-call', id: 'toolu_01', name: 'get_weather', input: '{"city": "Lima"}' },
    { type: 'tool-call', id: 'toolu_02', name: 'now', input: '{}' },
  ]);
  assert.ok(parts[3]?.type === 'finish' && parts[3].reason === 'tool-calls');
});

test('a recorded stream of a real server is decoded: text, thinking, a call in fragments', async () => {
  const text = await partsOf(wire, fixture('anthropic/llama-server-messages.sse'));
  assert.equal(textOf(text), 'Hello! I am a tiny local model that always gives this same answer.');
  assert.deepEqual(text.at(-1), {
    type: 'finish',
    reason: 'stop',
    usage: { input: 21, cachedRead: 20, cacheWrite: 0, output: 14, reasoning: 0 },
  });
  const thought = await partsOf(wire, fixture('anthropic/llama-server-reasoning.sse'));
  const reasoning = thought.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
  assert.equal(reasoning, 'The user said hi; I should greet back.\n');
  assert.doesNotMatch(textOf(thought), /I should greet/);
  const [call, finish] = await partsOf(wire, fixture('anthropic/llama-server-tools.sse'));
  assert.ok(call?.type === 'tool-call' && call.name === 'get_weather' && call.signature === undefined);
  assert.deepEqual(JSON.parse(call.input), { city: 'Paris', unit: 'celsius' });
  assert.ok(finish?.type === 'finish' && finish.reason === 'tool-calls');
});

test('a tool call carries the signed thinking before it, and the next call none of it', async () => {
  const parts = await partsOf(wire, fixture('anthropic/documented-thinking-and-tools.sse'));
  const [first, second] = parts.filter((part) => part.type === 'tool-call');
  assert.deepEqual(JSON.parse(first?.signature ?? ''), [
    { type: 'thinking', thinking: 'Lima first, then the time.', signature: 'EqQBCgIYAhIM' },
    { type: 'redacted_thinking', data: 'EmwKAhgB' },
  ]);
  assert.deepEqual(second, { type: 'tool-call', id: 'toolu_02', name: 'now', input: '{}' });
});

test('a paused answer is interrupted', async () => {
  const { parts, error } = await decode(wire, fixture('anthropic/documented-pause-turn.sse'));
  assert.equal(textOf(parts), 'Let me search.');
  assert.equal(error?.kind, 'interrupted');
});

test('each stop reason is mapped, and an unknown one is not a complete answer', async () => {
  const ended = async (reason: string) => {
    const body = fixture('anthropic/documented-max-tokens.sse').replace(
      '"max_tokens"',
      JSON.stringify(reason),
    );
    const finish = (await partsOf(wire, body)).at(-1);
    return finish?.type === 'finish' ? finish.reason : undefined;
  };
  assert.equal(await ended('end_turn'), 'stop');
  assert.equal(await ended('stop_sequence'), 'stop');
  assert.equal(await ended('model_context_window_exceeded'), 'length');
  // It made no call.
  assert.equal(await ended('tool_use'), 'other');
  assert.equal(await ended('refusal'), 'content-filter');
  assert.equal(await ended('new_reason'), 'other');
});

test('usage at the end replaces that of the start', async () => {
  const parts = await partsOf(wire, fixture('anthropic/documented-max-tokens.sse'));
  assert.deepEqual(parts.at(-1), {
    type: 'finish',
    reason: 'length',
    usage: { input: 25, cachedRead: 0, cacheWrite: 0, output: 16, reasoning: 0 },
  });
});

test('finish does not wait for message_stop, and the body may end without it', async () => {
  const parts = await partsOf(wire, withoutLast(fixture(streamed), 1));
  assert.equal(parts.at(-1)?.type, 'finish');
});

test('a body that ends before its stop reason is interrupted', async () => {
  const { parts, error } = await decode(wire, withoutLast(fixture(streamed), 2));
  assert.equal(textOf(parts), '¡Hola 👋');
  assert.equal(error?.kind, 'interrupted');
});

test('an empty body is an error', async () => {
  for (const body of ['', 'event: ping\ndata: {"type":"ping"}\n\n'])
    assert.equal((await decode(wire, body)).error?.kind, 'bad-response');
});

test('an error inside the stream ends the answer', async () => {
  const { parts, error } = await decode(wire, fixture('anthropic/documented-error-in-stream.sse'));
  assert.equal(textOf(parts), 'Half');
  assert.equal(error?.kind, 'overloaded');
});

test('a refusal without text is content-filtered, with its reason', async () => {
  const { error } = await decode(wire, fixture('anthropic/documented-refusal.sse'));
  assert.equal(error?.kind, 'content-filtered');
  assert.equal(error?.message, 'The model refused to answer: This request was declined.');
});

test('events of unknown type are ignored', async () => {
  const odd =
    'event: new_thing\ndata: {"type":"new_thing","delta":{"text":"no"}}\n\nevent: ping\ndata: not json\n\n';
  const parts = await partsOf(wire, odd + fixture(streamed));
  assert.equal(textOf(parts), '¡Hola 👋');
});

test('the list of models has contexts, output limits and capabilities, without retired models', () => {
  const data = [
    {
      type: 'model',
      id: 'claude-opus-5-5',
      max_input_tokens: 1_000_000,
      max_tokens: 128_000,
      lifecycle: 'active',
      capabilities: { image_input: { supported: true } },
    },
    {
      type: 'model',
      id: 'claude-haiku-4-5',
      max_input_tokens: null,
      lifecycle: 'deprecated',
      capabilities: null,
    },
    { type: 'model', id: 'claude-2', lifecycle: 'retired' },
    { type: 'model' },
  ];
  assert.deepEqual(wire.decodeModels({ data, has_more: false }), [
    {
      name: 'claude-opus-5-5',
      contextTokens: 1_000_000,
      maxOutputTokens: 128_000,
      tools: true,
      vision: true,
    },
    { name: 'claude-haiku-4-5', tools: true },
  ]);
  assert.throws(() => wire.decodeModels({}), { kind: 'bad-response' });
});

test('the service’s own tools are no calls for us, and spoil no answer', async () => {
  const events = [
    { type: 'message_start', message: { content: [] } },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'server_tool_use', id: 's', name: 'web_search' },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"query":' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Found.' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ];
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  assert.deepEqual(await partsOf(wire, body), [
    // Its input broke off: it stays as it began.
    {
      type: 'hosted',
      wire: 'anthropic-messages',
      item: { type: 'server_tool_use', id: 's', name: 'web_search' },
    },
    { type: 'text-delta', text: 'Found.' },
    { type: 'finish', reason: 'stop' },
  ]);
});
