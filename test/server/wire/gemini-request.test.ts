/** Gemini's generateContent and embeddings: what is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geminiGenerateContent as wire } from '../../../server/wire/gemini-generate-content.ts';
import type { CompletionRequest, Message } from '../../../shared/chat.ts';
import type { ToolCall } from '../../../shared/content.ts';
import { errorResponse, recording, withoutRejected } from './decoded.ts';

const current = 'gemini-3.8-flash';
const older = 'gemini-2.5-flash';
const bodyOf = (request: CompletionRequest, model = current): Record<string, unknown> =>
  wire.chat(model).encode(model, request).body as Record<string, unknown>;
const hi: Message = { role: 'user', content: 'hi' };
const called = (...toolCalls: ToolCall[]): Message => ({ role: 'assistant', content: '', toolCalls });
const result = (toolCallId: string, toolName: string, content: string): Message => ({
  role: 'tool',
  toolCallId,
  toolName,
  content,
});

test('the request has the fields of the official SDK and requests thoughts, below the pinned version', () => {
  const sent = recording('sdk-requests/gemini-stream.json') as unknown as { body: Record<string, unknown> };
  const { path, body } = wire.chat(current).encode(current, {
    messages: [{ role: 'system', content: 'be brief' }, hi],
    maxOutputTokens: 16,
    temperature: 1,
  });
  assert.equal(path, '/models/gemini-3.8-flash:streamGenerateContent?alt=sse');
  assert.deepEqual(body, {
    contents: sent.body['contents'],
    systemInstruction: { parts: [{ text: 'be brief' }] },
    generationConfig: { maxOutputTokens: 16, thinkingConfig: { includeThoughts: true } },
  });
});

test('thinking is turned off, or to its minimum', () => {
  const off = (model: string) =>
    (
      bodyOf({ messages: [hi], reasoning: { effort: 'none' } }, model)['generationConfig'] as {
        thinkingConfig: unknown;
      }
    )?.thinkingConfig;
  assert.deepEqual(off('gemini-2.5-flash'), { thinkingBudget: 0 });
  assert.deepEqual(off('gemini-2.5-pro'), { thinkingBudget: 128 });
  assert.deepEqual(off('gemini-3.8-flash'), { thinkingLevel: 'minimal' });
  assert.deepEqual(off('gemini-3.1-pro-preview'), { thinkingLevel: 'low' });
  assert.equal(off('gemini-2.0-flash'), undefined);
});

test('thoughts are requested of thinking models, until a model rejects the field', () => {
  const asks = (model: string) =>
    JSON.stringify(bodyOf({ messages: [hi] }, model)).includes('includeThoughts');
  assert.deepEqual(['gemini-2.5-flash', 'gemini-4-argon', 'gemini-flash-latest'].map(asks), [
    true,
    true,
    true,
  ]);
  assert.deepEqual(['gemini-2.0-flash', 'gemma-3-27b-it', 'gemini-fake'].map(asks), [false, false, false]);
  const refused = errorResponse(400, {
    error: { code: 400, message: 'Thinking is not enabled for this model.' },
  });
  const lighter = (request: CompletionRequest, model = current) =>
    withoutRejected(wire, wire.chat(model).encode(model, request), refused)?.body;
  const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
  assert.deepEqual(lighter({ messages: [hi] }), { contents });
  assert.deepEqual(lighter({ messages: [hi], maxOutputTokens: 9 }), {
    contents,
    generationConfig: { maxOutputTokens: 9 },
  });
  assert.equal(lighter({ messages: [hi] }, 'gemma-3-27b-it'), undefined);
});

test('the assistant’s role is model, and only models that support a temperature are sent one', () => {
  const messages: Message[] = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
  ];
  assert.deepEqual(bodyOf({ messages, temperature: 0.5 }, older), {
    contents: [
      { role: 'user', parts: [{ text: 'a' }] },
      { role: 'model', parts: [{ text: 'b' }] },
      { role: 'user', parts: [{ text: 'c' }] },
    ],
    generationConfig: { temperature: 0.5, thinkingConfig: { includeThoughts: true } },
  });
});

test('an unusual model name stays one segment of the path', () => {
  const { path } = wire.chat('../../v1/x?key=1#').encode('../../v1/x?key=1#', { messages: [] });
  assert.equal(path, '/models/..%2F..%2Fv1%2Fx%3Fkey%3D1%23:streamGenerateContent?alt=sse');
});

test('images are inline data, and adjacent messages of one role are merged', () => {
  const image = { type: 'image', mediaType: 'image/webp', data: 'UklGRg==' } as const;
  const messages: Message[] = [hi, { role: 'user', content: [{ type: 'text', text: '' }, image] }];
  assert.deepEqual(bodyOf({ messages })['contents'], [
    { role: 'user', parts: [{ text: 'hi' }, { inlineData: { mimeType: 'image/webp', data: 'UklGRg==' } }] },
  ]);
});

test('calls are sent back with unchanged signatures, and all their results in one message', () => {
  const calls = called(
    { id: 'fc_1', name: 'get_weather', input: '{"city":"Lima"}', signature: 'Cg==' },
    { id: 'fc_2', name: 'now', input: 'not json' },
  );
  const messages = [
    hi,
    calls,
    result('fc_1', 'get_weather', '{"celsius":18}'),
    result('fc_2', 'now', 'noon'),
  ];
  assert.deepEqual(bodyOf({ messages })['contents'], [
    { role: 'user', parts: [{ text: 'hi' }] },
    {
      role: 'model',
      parts: [
        {
          functionCall: { id: 'fc_1', name: 'get_weather', args: { city: 'Lima' } },
          thoughtSignature: 'Cg==',
        },
        { functionCall: { id: 'fc_2', name: 'now', args: {} } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'fc_1', name: 'get_weather', response: { celsius: 18 } } },
        { functionResponse: { id: 'fc_2', name: 'now', response: { output: 'noon' } } },
      ],
    },
  ]);
});

test('the first call of another model gets a placeholder where a signature is required', () => {
  const signature = '[{"type":"thinking","thinking":"","signature":"Eq"}]';
  const calls = called(
    { id: 'a', name: 'now', input: '{}', signature },
    { id: 'b', name: 'now', input: '{}' },
  );
  const signatures = (model: string) =>
    (bodyOf({ messages: [calls] }, model)['contents'] as { parts: { thoughtSignature?: string }[] }[])
      .flatMap(({ parts }) => parts)
      .map(({ thoughtSignature }) => thoughtSignature);
  assert.deepEqual(signatures(current), ['skip_thought_signature_validator', undefined]);
  assert.deepEqual(signatures(older), [undefined, undefined]);
});

test('a rejected signature is removed, once', () => {
  const signed = [hi, called({ id: 'a', name: 'now', input: '{}', signature: 'Cg==' })];
  const request = wire.chat(current).encode(current, { messages: signed });
  const corrupted = errorResponse(400, { error: { code: 400, message: 'Corrupted thought signature.' } });
  const lighter = withoutRejected(wire, request, corrupted);
  assert.ok(lighter);
  assert.equal(JSON.stringify(lighter.body).includes('Cg=='), false);
  assert.equal(lighter.path, request.path);
  assert.equal(withoutRejected(wire, lighter, corrupted), undefined);
  assert.equal(
    withoutRejected(wire, request, errorResponse(400, { error: { message: 'contents is empty' } })),
    undefined,
  );
});

test('tools are declared with their JSON schema, and forced or forbidden by a mode', () => {
  const inputSchema = { type: 'object', properties: { city: { type: 'string' } } };
  const request = { messages: [hi], tools: [{ name: 'get_weather', description: 'Says it.', inputSchema }] };
  assert.deepEqual(bodyOf(request)['tools'], [
    {
      functionDeclarations: [
        { name: 'get_weather', description: 'Says it.', parametersJsonSchema: inputSchema },
      ],
    },
  ]);
  const modeOf = (toolChoice: 'auto' | 'none' | 'required') =>
    bodyOf({ ...request, toolChoice })['toolConfig'];
  assert.equal(modeOf('auto'), undefined);
  assert.deepEqual(modeOf('none'), { functionCallingConfig: { mode: 'NONE' } });
  assert.deepEqual(modeOf('required'), { functionCallingConfig: { mode: 'ANY' } });
});

test('only models that continue a message of their own support prefill', () => {
  const models = [
    'gemini-2.5-pro',
    'gemini-3-flash-preview',
    'gemini-3.1-pro-preview',
    'gemini-3.5-flash-lite',
  ];
  const newer = ['gemini-3.6-flash', current, 'gemini-4-argon', 'gemini-flash-latest', 'gemma-3-27b-it'];
  assert.deepEqual(
    [...models, ...newer].filter((model) => wire.supportsPrefill?.(model)),
    models.slice(0, 3),
  );
});

test('texts are embedded in one request that names the model each time', () => {
  assert.deepEqual(wire.embeddings?.encode('gemini-embedding-001', ['a', 'b']), {
    path: '/models/gemini-embedding-001:batchEmbedContents',
    body: {
      requests: [
        { model: 'models/gemini-embedding-001', content: { parts: [{ text: 'a' }] } },
        { model: 'models/gemini-embedding-001', content: { parts: [{ text: 'b' }] } },
      ],
    },
  });
  const embeddings = [{ values: [0.5, -1] }, { values: [0, 1] }];
  const vectors = embeddings.map(({ values }) => values);
  assert.deepEqual(wire.embeddings?.decode({ embeddings }), { vectors });
  assert.deepEqual(wire.embeddings?.decode({ embeddings, usageMetadata: { promptTokenCount: 2 } }), {
    vectors,
    inputTokens: 2,
  });
  assert.throws(() => wire.embeddings?.decode({ embeddings: [{}] }), { kind: 'bad-response' });
});
