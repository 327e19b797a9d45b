/** Anthropic's Messages: what is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages as wire } from '../../../server/wire/anthropic-messages.ts';
import type { CompletionRequest, EnginePart, Message } from '../../../shared/chat.ts';
import { errorResponse, fixture, partsOf, recording, withoutRejected } from './decoded.ts';

const older = 'claude-haiku-4-5';
const bodyOf = (request: CompletionRequest, model = older): Record<string, unknown> =>
  wire.chat(model).encode(model, request).body as Record<string, unknown>;
const messagesOf = (...messages: Message[]): unknown => bodyOf({ messages })['messages'];
const hi: Message = { role: 'user', content: 'hi' };
const tool = { name: 'get_weather', description: 'Says it.', inputSchema: { type: 'object' } };

test('the request equals that of the official SDK, and requests summaries of thinking', () => {
  const sent = recording('sdk-requests/anthropic-messages-stream.json') as unknown as {
    body: object;
    path: string;
  };
  const request = { messages: [hi], maxOutputTokens: 16 };
  const { path, body } = wire.chat('claude-haiku-5-5').encode('claude-haiku-5-5', request);
  assert.deepEqual(body, { ...sent.body, thinking: { type: 'adaptive', display: 'summarized' } });
  assert.equal(`/v1${path}`, sent.path);
  assert.deepEqual(bodyOf(request), { ...sent.body, model: older });
});

test('only models that think by default get a display of thinking', () => {
  const asks = (model: string) => bodyOf({ messages: [hi] }, model)['thinking'] !== undefined;
  const thinking = ['claude-opus-5', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-fable-5-1'];
  assert.deepEqual(thinking.map(asks), [true, true, true, true]);
  const silent = ['claude-opus-4-8', 'claude-sonnet-4-6', 'claude-sonnet-5', 'claude-fable-5-20260301'];
  assert.deepEqual(silent.map(asks), [false, false, false, false]);
});

test('system messages have their own field, a temperature is left out, an output limit is always set', () => {
  const messages: Message[] = [
    { role: 'system', content: 'Be brief.' },
    hi,
    { role: 'system', content: 'Be kind.' },
  ];
  assert.deepEqual(bodyOf({ messages, temperature: 0.2 }), {
    model: older,
    max_tokens: 16_384,
    system: 'Be brief.\n\nBe kind.',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
  });
});

test('images are blocks of their own', () => {
  const image = { type: 'image', mediaType: 'image/png', data: 'iVBORw==' } as const;
  assert.deepEqual(messagesOf({ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }), [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw==' } },
      ],
    },
  ]);
});

test('tool results and the user’s text are one message after the calls', () => {
  const call = (id: string, name: string, input: string) => ({ id, name, input });
  const result = (toolCallId: string, content: string): Message => ({
    role: 'tool',
    toolCallId,
    toolName: 'any',
    content,
  });
  assert.deepEqual(
    messagesOf(
      hi,
      {
        role: 'assistant',
        content: 'Let me look.',
        toolCalls: [call('toolu_1', 'get_weather', '{"city":"Lima"}'), call('toolu_2', 'now', '')],
      },
      result('toolu_1', '18 °C'),
      result('toolu_2', ''),
      { role: 'user', content: 'In Fahrenheit.' },
    ),
    [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Lima' } },
          { type: 'tool_use', id: 'toolu_2', name: 'now', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: '18 °C' },
          { type: 'tool_result', tool_use_id: 'toolu_2' },
          { type: 'text', text: 'In Fahrenheit.' },
        ],
      },
    ],
  );
});

test('ids of other services become unique ids of allowed characters', () => {
  const step = (id: string): Message[] => [
    { role: 'assistant', content: '', toolCalls: [{ id, name: 'now', input: '{}' }] },
    { role: 'tool', toolCallId: id, toolName: 'now', content: 'noon' },
  ];
  const sent = messagesOf(hi, ...step('functions.now:0'), ...step('functions.now:0'));
  const ids = [...JSON.stringify(sent).matchAll(/"(?:tool_use_)?id":"([^"]*)"/g)].map(([, id]) => id);
  assert.deepEqual(ids, ['functions_now_0', 'functions_now_0', 'functions_now_0_2', 'functions_now_0_2']);
});

/** The assistant's message that a client keeps of these parts. */
const assistantMessage = (parts: readonly EnginePart[]): Extract<Message, { role: 'assistant' }> => ({
  role: 'assistant',
  content: '',
  toolCalls: parts.filter((part) => part.type === 'tool-call').map(({ type, ...call }) => call),
});

const thought = assistantMessage(await partsOf(wire, fixture('anthropic/documented-thinking-and-tools.sse')));

test('thinking is sent back before its call, unchanged', () => {
  assert.deepEqual(messagesOf(hi, thought), [
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Lima first, then the time.', signature: 'EqQBCgIYAhIM' },
        { type: 'redacted_thinking', data: 'EmwKAhgB' },
        { type: 'tool_use', id: 'toolu_01', name: 'get_weather', input: { city: 'Lima' } },
        { type: 'tool_use', id: 'toolu_02', name: 'now', input: {} },
      ],
    },
  ]);
});

test('signatures of another service are not sent', () => {
  for (const signature of ['Cg==', '[broken', '[{"type":"other"}]', '[]']) {
    const sent = messagesOf({
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'a', name: 'now', input: '{}', signature }],
    });
    assert.deepEqual(sent, [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'now', input: {} }] },
    ]);
  }
});

test('adjacent messages of one role are merged, and empty ones left out', () => {
  assert.deepEqual(messagesOf(hi, { role: 'assistant', content: '' }, { role: 'user', content: 'there' }), [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'text', text: 'there' },
      ],
    },
  ]);
});

test('a prefill does not end in white space, earlier answers keep theirs', () => {
  assert.deepEqual(
    messagesOf(hi, { role: 'assistant', content: 'One \n' }, hi, { role: 'assistant', content: 'Two \n' }),
    [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'One \n' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Two' },
    ],
  );
  assert.deepEqual(messagesOf(hi, { role: 'assistant', content: ' \n' }), [{ role: 'user', content: 'hi' }]);
});

test('tools are offered, forbidden, and forced where the model supports it', () => {
  const toolsOf = (toolChoice: CompletionRequest['toolChoice'], model = older) => {
    const { tools, tool_choice } = bodyOf(
      { messages: [hi], tools: [tool], ...(toolChoice ? { toolChoice } : {}) },
      model,
    );
    return { tools, tool_choice };
  };
  const tools = [{ name: 'get_weather', description: 'Says it.', input_schema: { type: 'object' } }];
  assert.deepEqual(toolsOf(undefined), { tools, tool_choice: undefined });
  assert.deepEqual(toolsOf('none'), { tools, tool_choice: { type: 'none' } });
  assert.deepEqual(toolsOf('required'), { tools, tool_choice: { type: 'any' } });
  assert.deepEqual(toolsOf('required', 'claude-haiku-5-5').tool_choice, { type: 'any' });
  for (const model of ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-fable-5-2', 'claude-mythos-5-1'])
    assert.deepEqual(toolsOf('required', model), { tools, tool_choice: undefined });
});

test('only models up to 4.5 support prefill', () => {
  const older = [
    'claude-3-5-sonnet-20241022',
    'claude-3-7-sonnet-latest',
    'claude-opus-4-20250514',
    'claude-opus-4-1-20250805',
    'claude-sonnet-4-5',
    'claude-haiku-4-5-20251001',
  ];
  const newer = [
    'claude-opus-4-6',
    'claude-sonnet-4-6',
    'claude-opus-4-8',
    'claude-opus-5',
    'claude-haiku-5-5',
    'claude-fable-5',
    'claude-next',
  ];
  assert.deepEqual(
    older.filter((model) => !wire.supportsPrefill?.(model)),
    [],
  );
  assert.deepEqual(
    newer.filter((model) => wire.supportsPrefill?.(model)),
    [],
  );
});

test('the field that an error names is dropped', () => {
  const model = 'claude-opus-5';
  const messages = [hi, thought];
  const request = wire.chat(model).encode(model, { messages, tools: [tool], toolChoice: 'required' });
  const body = request.body as Record<string, unknown>;
  const lighter = (message: string, status = 400) =>
    withoutRejected(wire, request, errorResponse(status, { type: 'error', error: { message } }))?.body;

  const { thinking, ...unthinking } = body;
  assert.deepEqual(
    lighter('"thinking.type.adaptive" is not supported for this model. Use "thinking.type.enabled".'),
    unthinking,
  );
  const { tool_choice, ...unforced } = body;
  assert.deepEqual(lighter('tool_choice: "any" is not supported for this model.'), unforced);
  const stale = lighter(
    'messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation.',
  );
  const unsealed = (thought.toolCalls ?? []).map(({ signature, ...call }) => call);
  const messagesLeft = bodyOf({ messages: [hi, { ...thought, toolCalls: unsealed }] })['messages'];
  assert.deepEqual(stale, { ...body, messages: messagesLeft });

  assert.equal(lighter('messages: at least one message is required'), undefined);
  assert.equal(lighter('tool_choice: too many requests', 429), undefined);
});
