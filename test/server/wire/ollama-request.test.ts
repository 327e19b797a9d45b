/** Ollama's own API: requests, and the responses of its other two endpoints. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaChat as wire } from '../../../server/wire/ollama-chat.ts';
import type { CompletionRequest, FillRequest, Message } from '../../../shared/chat.ts';
import { fixture } from './decoded.ts';

const model = 'qwen3:8b';
const bodyOf = (request: CompletionRequest): Record<string, unknown> =>
  wire.chat(model).encode(model, request).body as Record<string, unknown>;
const hi: Message = { role: 'user', content: 'hi' };

test('limits are options; the size of the context is never touched', () => {
  assert.deepEqual(wire.chat(model).encode(model, { messages: [hi] }), {
    path: '/api/chat',
    body: { model, messages: [hi], stream: true, truncate: false, shift: false },
  });
  assert.deepEqual(bodyOf({ messages: [hi], maxOutputTokens: 9, temperature: 0 }), {
    model,
    messages: [hi],
    stream: true,
    truncate: false,
    shift: false,
    options: { num_predict: 9, temperature: 0 },
  });
});

test('images have a field of their own, calls carry objects, results name their tool', () => {
  const messages: Message[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', mediaType: 'image/png', data: 'iVBORw==' },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      toolCalls: [{ id: 'c1', name: 'look', input: '{"at":"it"}', signature: 'Cg==' }],
    },
    { role: 'tool', toolCallId: 'c1', toolName: 'look', content: 'a cat' },
  ];
  assert.deepEqual(bodyOf({ messages })['messages'], [
    { role: 'user', content: 'What is it?', images: ['iVBORw=='] },
    {
      role: 'assistant',
      content: 'I look.',
      tool_calls: [{ id: 'c1', function: { index: 0, name: 'look', arguments: { at: 'it' } } }],
    },
    { role: 'tool', content: 'a cat', tool_name: 'look', tool_call_id: 'c1' },
  ]);
});

test('tools are offered unless they are forbidden', () => {
  const inputSchema = { type: 'object' };
  const request = { messages: [hi], tools: [{ name: 'now', inputSchema }] };
  const tools = [{ type: 'function', function: { name: 'now', parameters: inputSchema } }];
  assert.deepEqual(bodyOf(request)['tools'], tools);
  assert.deepEqual(bodyOf({ ...request, toolChoice: 'required' })['tools'], tools);
  assert.equal(bodyOf({ ...request, toolChoice: 'none' })['tools'], undefined);
});

test('fill in the middle generates with a suffix; without one the text is raw', () => {
  const sent = (request: FillRequest) => wire.fill?.encode(model, request);
  assert.deepEqual(
    sent({ prefix: 'def add(a, b):\n  ', suffix: '\n', maxOutputTokens: 64, stop: ['\n\n'] }),
    {
      path: '/api/generate',
      body: {
        model,
        prompt: 'def add(a, b):\n  ',
        suffix: '\n',
        stream: true,
        truncate: false,
        shift: false,
        options: { num_predict: 64, stop: ['\n\n'] },
      },
    },
  );
  assert.deepEqual(sent({ prefix: 'a', suffix: '' })?.body, {
    model,
    prompt: 'a',
    raw: true,
    stream: true,
    truncate: false,
    shift: false,
  });
});

test('a text to be continued is raw, with its limits', () => {
  const request = { prompt: '<PRE> a', maxOutputTokens: 8, stop: ['<EOT>'], temperature: 0, slot: 1 };
  assert.deepEqual(wire.text?.encode(model, request), {
    path: '/api/generate',
    body: {
      model,
      prompt: '<PRE> a',
      raw: true,
      stream: true,
      truncate: false,
      shift: false,
      options: { num_predict: 8, stop: ['<EOT>'], temperature: 0 },
    },
  });
});

test('thinking is turned off; gpt-oss, which always thinks, thinks little', () => {
  const think = (name: string) =>
    (
      wire.chat(name).encode(name, { messages: [hi], reasoning: { effort: 'none' } }).body as {
        think: unknown;
      }
    ).think;
  assert.equal(think('qwen3:8b'), false);
  assert.equal(think('gpt-oss:20b'), 'low');
  assert.equal('think' in bodyOf({ messages: [hi] }), false);
});

test('fill in the middle streams like chat', () => {
  const decoder = wire.fill?.decoder();
  const lines = fixture('ollama/documented-fill.ndjson').trim().split('\n');
  assert.ok(decoder);
  assert.deepEqual(
    [...lines.flatMap((data) => decoder.read({ data })), ...decoder.end()],
    [
      { type: 'text-delta', text: 'return' },
      { type: 'text-delta', text: ' a + b' },
      {
        type: 'finish',
        reason: 'stop',
        usage: { input: 20, cachedRead: 0, cacheWrite: 0, output: 4, reasoning: 0 },
      },
    ],
  );
  const cut = wire.fill?.decoder();
  cut?.read({ data: lines[0] ?? '' });
  assert.throws(() => cut?.end(), { kind: 'interrupted' });
});

test('texts are embedded in one request', () => {
  assert.deepEqual(wire.embeddings?.encode('nomic-embed-text', ['a', 'b']), {
    path: '/api/embed',
    body: { model: 'nomic-embed-text', input: ['a', 'b'] },
  });
  const embeddings = [
    [0.5, -1],
    [0, 1],
  ];
  assert.deepEqual(wire.embeddings?.decode({ embeddings, prompt_eval_count: 2 }), {
    vectors: embeddings,
    inputTokens: 2,
  });
  assert.deepEqual(wire.embeddings?.decode({ embeddings }), { vectors: embeddings });
  assert.throws(() => wire.embeddings?.decode({ error: 'x' }), { kind: 'bad-response' });
});
