/** Chat Completions: the parts of recorded and documented streams, and the requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { openai } from '../../../server/engines/openai.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import { decode, fixture, partsOf, recording, textOf, withoutLast } from './decoded.ts';

const wire = openaiChat();
const usage = { input: 1117, cachedRead: 1024, cacheWrite: 64, output: 46, reasoning: 32 };
const llamaUsage = { input: 21, cachedRead: 20, cacheWrite: 0, reasoning: 0 };

test('text arrives in deltas, and usage in totals at the end', async () => {
  assert.deepEqual(await partsOf(wire, fixture('openai/documented-chat.sse')), [
    { type: 'text-delta', text: '¡Hola' },
    { type: 'text-delta', text: ', mundo 👋' },
    { type: 'finish', reason: 'stop', usage },
  ]);
});

test('a recorded llama-server answer is complete, and its first null content no text', async () => {
  const parts = await partsOf(llamaCpp.wire, fixture('llama-cpp/chat-stream-usage.sse'));
  assert.equal(textOf(parts), 'Hello! I am a tiny local model that always gives this same answer.');
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage: { ...llamaUsage, output: 14 } });
  assert.equal(parts.filter(({ type }) => type === 'finish').length, 1);
});

test('prompt progress of llama-server is no text', async () => {
  const parts = await partsOf(llamaCpp.wire, fixture('llama-cpp/chat-stream-progress.sse'));
  assert.ok(textOf(parts).startsWith('Hello!'));
});

test('a stream without usage finishes at its end marker, without usage', async () => {
  const parts = await partsOf(wire, fixture('openai/documented-no-usage.sse'));
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop' });
});

test('the timings of llama-server are usage where there is no other', async () => {
  const parts = await partsOf(wire, fixture('llama-cpp/chat-stream.sse'));
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage: { ...llamaUsage, output: 14 } });
});

test('reasoning is kept apart from text, under either of its names', async () => {
  const recorded = await partsOf(llamaCpp.wire, fixture('llama-cpp/chat-reasoning-stream.sse'));
  const reasoning = recorded.flatMap((part) => (part.type === 'reasoning-delta' ? [part.text] : [])).join('');
  assert.ok(reasoning.length > 0);
  assert.ok(!textOf(recorded).includes(reasoning.trim()));
  assert.deepEqual(recorded.at(-1), { type: 'finish', reason: 'stop', usage: { ...llamaUsage, output: 16 } });

  assert.deepEqual(await partsOf(wire, fixture('groq/documented-chat.sse')), [
    { type: 'reasoning-delta', text: 'Think.' },
    { type: 'text-delta', text: 'Yes' },
    {
      type: 'finish',
      reason: 'stop',
      usage: { input: 80, cachedRead: 0, cacheWrite: 0, output: 21, reasoning: 11 },
    },
  ]);
});

test('a tool call in fragments is assembled', async () => {
  const parts = await partsOf(llamaCpp.wire, fixture('llama-cpp/chat-tools-stream.sse'));
  const [call, finish] = parts;
  assert.ok(call?.type === 'tool-call');
  assert.equal(call.name, 'get_weather');
  assert.deepEqual(JSON.parse(call.input), { city: 'Paris', unit: 'celsius' });
  assert.ok(call.id);
  assert.ok(finish?.type === 'finish' && finish.reason === 'tool-calls');
});

test('two tool calls of one answer are not mixed', async () => {
  assert.deepEqual(await partsOf(wire, fixture('openai/documented-tools.sse')), [
    { type: 'tool-call', id: 'call_a', name: 'get_weather', input: '{"city":"Lima"}' },
    { type: 'tool-call', id: 'call_b', name: 'get_time', input: '{}' },
    { type: 'finish', reason: 'tool-calls', usage },
  ]);
});

test('finish comes with the end marker, once, since more may follow the usage', () => {
  const decoder = wire.chat('m').decoder();
  const events = fixture('openai/documented-chat.sse').split('\n\n').filter(Boolean);
  const parts = events.slice(0, -1).flatMap((event) => decoder.read({ data: event.slice('data: '.length) }));
  assert.equal(parts.at(-1)?.type, 'text-delta');
  assert.equal(decoder.mayEnd(), true);
  assert.equal(decoder.read({ data: '[DONE]' }).at(-1)?.type, 'finish');
  assert.deepEqual(decoder.read({ data: '[DONE]' }), []);
  assert.deepEqual(decoder.end(), []);
});

test('repeated usage is taken from the last chunk, and no end marker is needed', async () => {
  const parts = await partsOf(wire, fixture('openai-compatible/documented-usage-throughout.sse'));
  assert.deepEqual(parts.at(-1), {
    type: 'finish',
    reason: 'stop',
    usage: { input: 9, cachedRead: 0, cacheWrite: 0, output: 2, reasoning: 0 },
  });
});

test('a body that ends after its finish reason is complete', async () => {
  const parts = await partsOf(wire, withoutLast(fixture('openai/documented-chat.sse'), 2));
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop' });
});

test('a body that ends before its finish reason is interrupted, after the text it had', async () => {
  const cut = await decode(wire, withoutLast(fixture('openai/documented-chat.sse'), 3));
  assert.equal(textOf(cut.parts), '¡Hola, mundo 👋');
  assert.equal(cut.error?.kind, 'interrupted');

  const recorded = await decode(llamaCpp.wire, fixture('llama-cpp/chat-stream-client-abort.sse'));
  assert.equal(recorded.error?.kind, 'interrupted');
  assert.ok(recorded.parts.length > 0);
});

test('an end marker without a finish reason ends the answer', async () => {
  const body = 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n';
  assert.deepEqual(await partsOf(wire, body), [
    { type: 'text-delta', text: 'Hi' },
    { type: 'finish', reason: 'other', hasNoReason: true },
  ]);
});

test('an empty stream is an error, never an empty answer', async () => {
  for (const body of [
    '',
    'data: [DONE]\n\n',
    ': ping\n\n',
    '<html><body>Sign in</body></html>',
    'data: {}\n\n',
  ]) {
    const { parts, error } = await decode(wire, body);
    assert.deepEqual(parts, [], body);
    assert.equal(error?.kind, 'bad-response', body);
  }
});

test('an event that cannot be read interrupts the answer there, whatever follows', async () => {
  const whole = fixture('openai/documented-chat.sse');
  for (const damaged of ['{"choices":[{"del', '7', '"text"', '{"choices":[]} {']) {
    const body = whole.replace('data: [DONE]', `data: ${damaged}\n\ndata: [DONE]`);
    const { parts, error } = await decode(wire, body);
    assert.equal(textOf(parts), '¡Hola, mundo 👋');
    assert.equal(error?.kind, 'interrupted', damaged);
  }
});

test('data that only keeps the connection open is ignored', async () => {
  const whole = fixture('openai/documented-chat.sse');
  for (const data of [
    '',
    'null',
    'ping',
    ': keep-alive',
    '[heartbeat]',
    '{}',
    '{"choices":5,"usage":"no"}',
  ]) {
    const parts = await partsOf(
      wire,
      `data: ${data}\n\n${whole.replaceAll('\n\ndata', `\n\ndata: ${data}\n\ndata`)}`,
    );
    assert.equal(textOf(parts), '¡Hola, mundo 👋', data);
  }
});

test('an error inside the stream ends the answer, in every shape', async () => {
  const cases: [string, string][] = [
    ['openai/documented-error-in-stream.sse', 'overloaded'],
    ['openai/documented-error-event.sse', 'rate-limited'],
    ['groq/documented-error-in-stream.sse', 'overloaded'],
  ];
  for (const [name, kind] of cases) {
    const { error } = await decode(wire, fixture(name));
    assert.equal(error?.kind, kind, name);
  }
  const xai = await decode(wire, 'data: {"code":"unavailable","error":"Try again later."}\n\n');
  assert.equal(xai.error?.message, 'The service is overloaded or failing: Try again later.');
  const status = await decode(wire, 'data: {"error":{"code":429,"message":"slow down"}}\n\n');
  assert.equal(status.error?.kind, 'rate-limited');
});

test('a filtered answer finishes with content-filter', async () => {
  const parts = await partsOf(wire, fixture('openai/documented-content-filter.sse'));
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'content-filter', usage });
});

test('reasoning that the completion excludes is added to the output', async () => {
  const parts = await partsOf(openaiChat({ addsReasoningTokens: true }), fixture('xai/documented-chat.sse'));
  assert.deepEqual(parts.at(-1), {
    type: 'finish',
    reason: 'stop',
    usage: { input: 12, cachedRead: 2, cacheWrite: 0, output: 291, reasoning: 290, costUsd: 0.000146625 },
  });
});

test('a finish reason that reports a failure is an interruption', async () => {
  for (const name of ['mistral/documented-error-finish.sse', 'deepseek/documented-no-resources.sse']) {
    const { parts, error } = await decode(wire, fixture(name));
    assert.equal(error?.kind, 'interrupted', name);
    assert.ok(textOf(parts).length > 0, name);
    assert.ok(!parts.some(({ type }) => type === 'finish'), name);
  }
});

test('complete tool calls in one chunk are decoded', async () => {
  const parts = await partsOf(wire, fixture('groq/documented-tools.sse'));
  assert.deepEqual(parts, [
    { type: 'tool-call', id: 'fc_1', name: 'get_weather', input: '{"city":"Lima"}' },
    { type: 'tool-call', id: 'fc_2', name: 'get_time', input: '{}' },
    {
      type: 'finish',
      reason: 'tool-calls',
      usage: { input: 150, cachedRead: 128, cacheWrite: 0, output: 30, reasoning: 0 },
    },
  ]);
});

test('arguments as an object become text, absent ones an empty object', async () => {
  const delta = (calls: object[]) =>
    `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: calls } }] })}\n\n`;
  const body = `${delta([{ function: { name: 'a', arguments: { x: 1 } } }])}${delta([{ index: 1, id: 'i', function: { name: 'b' } }])}data: {"choices":[{"finish_reason":"tool_calls"}]}\n\n`;
  assert.deepEqual((await partsOf(wire, body)).slice(0, 2), [
    { type: 'tool-call', id: 'call_0', name: 'a', input: '{"x":1}' },
    { type: 'tool-call', id: 'i', name: 'b', input: '{}' },
  ]);
});

test('the request equals that of the official SDK', () => {
  const sent = recording('sdk-requests/openai-chat-stream.json') as unknown as { body: object; path: string };
  const { path, body } = wire
    .chat('gpt-5.4-mini')
    .encode('gpt-5.4-mini', { messages: [{ role: 'user', content: 'hi' }] });
  assert.deepEqual(body, sent.body);
  assert.equal(`/v1${path}`, sent.path);
});

test('limits and temperature are sent under the service’s names, or not at all', () => {
  const request = {
    messages: [{ role: 'user', content: 'hi' }] as const,
    maxOutputTokens: 64,
    temperature: 0.2,
  };
  const usual = { include_usage: true };
  const base = { messages: request.messages, stream: true };
  assert.deepEqual(wire.chat('m').encode('m', request).body, {
    ...base,
    model: 'm',
    stream_options: usual,
    max_completion_tokens: 64,
    temperature: 0.2,
  });
  assert.deepEqual(llamaCpp.wire.chat('m').encode('m', request).body, {
    ...base,
    model: 'm',
    stream_options: usual,
    max_tokens: 64,
    temperature: 0.2,
  });
  assert.deepEqual(openai.wire.chat('gpt-6-sol').encode('gpt-6-sol', request).body, {
    ...base,
    model: 'gpt-6-sol',
    stream_options: { include_usage: true, include_obfuscation: false },
    max_completion_tokens: 64,
  });
  assert.deepEqual(
    openaiChat({ streamOptions: false }).chat('m').encode('m', { messages: request.messages }).body,
    {
      ...base,
      model: 'm',
    },
  );
});

const tools = [
  { name: 'get_weather', description: 'Weather of a city.', inputSchema: { type: 'object' } },
  { name: 'get_time', inputSchema: { type: 'object' } },
];
const called = {
  role: 'assistant',
  content: '',
  toolCalls: [{ id: 'call_a', name: 'get_weather', input: '{"city":"Lima"}' }],
} as const;
const given = { role: 'tool', toolCallId: 'call_a', toolName: 'get_weather', content: '18 °C' } as const;
const image = { type: 'image', mediaType: 'image/png', data: 'iVBORw0=' } as const;

test('a conversation with calls, results and images is encoded', () => {
  const { body } = wire.chat('m').encode('m', {
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is ' },
          { type: 'text', text: 'this?' },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'And this?' }, image] },
      { ...called, content: 'I look.' },
      called,
      given,
    ],
    tools,
    toolChoice: 'required',
  });
  const call = {
    id: 'call_a',
    type: 'function',
    function: { name: 'get_weather', arguments: '{"city":"Lima"}' },
  };
  assert.deepEqual(body, {
    model: 'm',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is this?' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'And this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0=' } },
        ],
      },
      { role: 'assistant', content: 'I look.', tool_calls: [call] },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_a', content: '18 °C' },
    ],
    stream: true,
    stream_options: { include_usage: true },
    tools: [
      {
        type: 'function',
        function: { name: 'get_weather', description: 'Weather of a city.', parameters: { type: 'object' } },
      },
      { type: 'function', function: { name: 'get_time', parameters: { type: 'object' } } },
    ],
    tool_choice: 'required',
  });
});

test('without tools no tool choice is sent', () => {
  const { body } = wire.chat('m').encode('m', {
    messages: [{ role: 'user', content: 'hi' }],
    tools: [],
    toolChoice: 'auto',
  });
  assert.deepEqual(Object.keys(body as object), ['model', 'messages', 'stream', 'stream_options']);
});

test('the time to decode one token does not grow with the answer', () => {
  const [event = ''] = fixture('llama-cpp/chat-stream-usage.sse').split('\n\n').slice(2);
  const data = event.slice('data: '.length);
  const decoder = wire.chat('m').decoder();
  const rounds = 20_000;
  for (let round = 0; round < rounds; round += 1) decoder.read({ data });
  const before = performance.now();
  for (let round = 0; round < rounds; round += 1) decoder.read({ data });
  const each = ((performance.now() - before) / rounds) * 1000;
  // Fifty times the usual, for a noisy machine; `npm run bench` measures the speed.
  assert.ok(each < 200, `${each.toFixed(1)} µs`);
});

const chunk = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const piece = (content: string) => chunk({ delta: { content } });
const ended = `${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;

test('text in `message` is read: the whole, one more piece, all so far, or again at the end', async () => {
  const message = (
    content: unknown,
    object: string | undefined = 'chat.completion.chunk',
    more: object = {},
  ) => chunk({ message: { role: 'assistant', content }, ...more }, { object });
  const bodies = [
    message('one two three four', 'chat.completion', { finish_reason: 'stop' }),
    message('one two three four', 'chat.completion'),
    message(
      [
        { type: 'text', text: 'one two ' },
        { type: 'text', text: 'three four' },
      ],
      undefined,
    ) + ended,
    message('one ') + message('two ') + message('three four') + ended,
    message('one two three') + message('one two three four') + ended,
    piece('one two three ') +
      piece('four') +
      message('one two three four', 'chat.completion', { finish_reason: 'stop' }),
    piece('one two ') + message('one two three four', 'chat.completion', { finish_reason: 'stop' }),
    piece('one two three four\n') +
      message('one two three four', 'chat.completion', { finish_reason: 'stop' }),
    chunk({ delta: { content: '' }, message: { content: 'one two three four' } }) + ended,
    chunk({ delta: null, text: 'one two three four' }) + ended,
  ];
  for (const body of bodies) {
    const parts = await partsOf(wire, body);
    assert.equal(textOf(parts).trimEnd(), 'one two three four', body);
    assert.equal(parts.at(-1)?.type, 'finish');
  }
});

test('a finish reason, usage or end marker that comes early ends nothing', async () => {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  const early = chunk({ delta: { content: 'one ' }, finish_reason: 'stop' }, { usage });
  const bodies = [
    early + piece('two') + ended,
    early + early.replace('one ', 'two') + ended,
    early + piece('two'),
    chunk({ delta: {}, finish_reason: 'surprise' }) + piece('one two') + ended,
    `${piece('one ')}data: [DONE]\n\n${piece('two')}${ended}`,
    chunk({ delta: {} }, { usage }) + piece('one two') + ended,
  ];
  for (const body of bodies) {
    const parts = await partsOf(wire, body);
    assert.equal(textOf(parts), 'one two', body);
    assert.deepEqual(
      parts.map(({ type }) => type).filter((type) => type !== 'text-delta'),
      ['finish'],
      body,
    );
  }
});

test('words that say there is no finish reason yet are none, and a later “stop” does not replace a reason', async () => {
  for (const word of ['', 'null', 'None', 'FINISH_REASON_UNSPECIFIED', 'in_progress']) {
    const { error } = await decode(wire, piece('one ') + chunk({ delta: {}, finish_reason: word }));
    assert.equal(error?.kind, 'interrupted', word);
  }
  const parts = await partsOf(wire, piece('one ') + chunk({ delta: {}, finish_reason: 'length' }) + ended);
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'length' });
});

test('text and calls in a choice each are one answer, another index is another one', async () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const both = {
    choices: [{ delta: { content: 'Hi' } }, { delta: { tool_calls: [call] }, finish_reason: 'tool_calls' }],
  };
  const parts = await partsOf(wire, `data: ${JSON.stringify(both)}\n\ndata: [DONE]\n\n`);
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['text-delta', 'tool-call', 'finish'],
  );
  const other = {
    choices: [
      { index: 0, delta: { content: 'Hi' } },
      { index: 1, delta: { content: 'Ho' } },
    ],
  };
  assert.equal(textOf(await partsOf(wire, `data: ${JSON.stringify(other)}\n\n${ended}`)), 'Hi');
});

test('JSON that only departs from the standard is read', async () => {
  const sound = JSON.stringify({ choices: [{ delta: { content: 'a NaN, "b"' }, logprobs: 0 }] });
  for (const data of [
    sound.replace('"logprobs":0', '"logprobs":NaN'),
    sound.replace('"logprobs":0', '"logprobs":[-Infinity, Infinity]'),
    sound.replace('a NaN', 'a\tNaN'),
    JSON.stringify(sound),
  ])
    assert.match(textOf(await partsOf(wire, `data: ${data}\n\n${ended}`)), /^a\sNaN, "b"$/, data);
});
