/** Anthropic's Messages: everything that a conversation may hold beyond text and plain tools. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages as wire } from '../../../server/wire/anthropic-messages.ts';
import { strictSchema } from '../../../server/wire/anthropic-schema.ts';
import type { CompletionRequest, EnginePart, Message } from '../../../shared/chat.ts';
import type { AssistantPart } from '../../../shared/content.ts';
import { decodeAs, errorResponse, fixture, partsOf, withoutRejected } from './decoded.ts';

const model = 'claude-opus-5-5';
const older = 'claude-sonnet-4-5';
const bodyOf = (request: CompletionRequest, requested = model): Record<string, unknown> =>
  wire.chat(requested).encode(requested, request).body as Record<string, unknown>;
const messagesOf = (messages: readonly Message[], requested = model): unknown =>
  bodyOf({ messages }, requested)['messages'];
const hi: Message = { role: 'user', content: 'hi' };
const png = { type: 'image', mediaType: 'image/png', data: 'iVBORw0=' } as const;

test('pictures and documents are sent by their bytes, address or id, in messages and in results', () => {
  const url = 'https://example.com/a';
  assert.deepEqual(
    messagesOf([
      {
        role: 'user',
        content: [
          png,
          { type: 'image', url: `${url}.png` },
          { type: 'image', fileId: 'file_1', provider: 'anthropic', cache: '5m' },
          { type: 'document', mediaType: 'application/pdf', data: 'JVBERi0=', title: 'A', context: 'B' },
          { type: 'document', text: 'Plain.', cache: '1h' },
          { type: 'document', url: `${url}.pdf` },
          { type: 'document', fileId: 'file_2', provider: 'anthropic' },
        ],
      },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'look', input: '{}' }] },
      {
        role: 'tool',
        toolCallId: 'a',
        toolName: 'look',
        isError: true,
        content: [
          { type: 'text', text: 'Partly.' },
          { ...png, cache: '5m' },
        ],
      },
    ]),
    [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
          { type: 'image', source: { type: 'url', url: `${url}.png` } },
          {
            type: 'image',
            source: { type: 'file', file_id: 'file_1' },
            cache_control: { type: 'ephemeral' },
          },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
            title: 'A',
            context: 'B',
          },
          {
            type: 'document',
            source: { type: 'text', media_type: 'text/plain', data: 'Plain.' },
            cache_control: { type: 'ephemeral', ttl: '1h' },
          },
          { type: 'document', source: { type: 'url', url: `${url}.pdf` } },
          { type: 'document', source: { type: 'file', file_id: 'file_2' } },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'look', input: {} }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'a',
            content: [
              { type: 'text', text: 'Partly.' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
            ],
            is_error: true,
            cache_control: { type: 'ephemeral' },
          },
        ],
      },
    ],
  );
});

test('citations are requested of every document or of none', () => {
  const documents = [
    { type: 'document', text: 'One.', isCited: true },
    { type: 'document', text: 'Two.' },
  ] as const;
  const [{ content }] = messagesOf([{ role: 'user', content: documents }]) as [{ content: object[] }];
  assert.deepEqual(
    content.map((block) => (block as { citations?: object }).citations),
    [{ enabled: true }, { enabled: true }],
  );
});

test('instructions in several parts keep them where one is cached', () => {
  const system = (content: Extract<Message, { role: 'system' }>['content']): unknown =>
    bodyOf({ messages: [{ role: 'system', content }, hi] })['system'];
  assert.equal(system([{ type: 'text', text: 'One.' }]), 'One.');
  assert.deepEqual(
    system([
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.', cache: '1h' },
    ]),
    [
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ],
  );
});

test('later instructions follow a turn of the user where the model takes them, else they come first', () => {
  const later: Message = { role: 'system', content: 'Be brief.' };
  const answer: Message = { role: 'assistant', content: 'Hello.' };
  assert.deepEqual(messagesOf([hi, later, answer, later, hi, hi]), [
    hi,
    later,
    answer,
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'text', text: 'hi' },
      ],
    },
    later,
  ]);
  const first = bodyOf({ messages: [hi, answer, later] });
  assert.deepEqual([first['system'], first['messages']], ['Be brief.', [hi, answer]]);
  const before = bodyOf({ messages: [hi, later] }, older);
  assert.deepEqual([before['system'], before['messages']], ['Be brief.', [hi]]);
  const rejection = errorResponse(400, {
    error: { type: 'invalid_request_error', message: "role 'system' is not supported on this model" },
  });
  const sent = wire.chat(model).encode(model, { messages: [hi, later] });
  const { body } = withoutRejected(wire, sent, rejection) ?? {};
  const adapted = body as Record<string, unknown>;
  assert.deepEqual(adapted['system'], [{ type: 'text', text: 'Be brief.' }]);
  assert.deepEqual(adapted['messages'], [hi]);
});

test('an effort is the nearest that the model has, and a budget up to Claude 4.5', () => {
  const fields = (reasoning: CompletionRequest['reasoning'], requested: string, limit?: number): unknown => {
    const request = { messages: [hi], ...(reasoning ? { reasoning } : {}) };
    const body = bodyOf(limit === undefined ? request : { ...request, maxOutputTokens: limit }, requested);
    return [body['thinking'], body['output_config'], body['max_tokens']];
  };
  const adaptive = { type: 'adaptive', display: 'summarized' };
  assert.deepEqual(fields({ effort: 'minimal' }, model), [adaptive, { effort: 'low' }, 16_384]);
  assert.deepEqual(fields({ effort: 'xhigh' }, 'claude-opus-4-6'), [adaptive, { effort: 'max' }, 16_384]);
  assert.deepEqual(fields({ budgetTokens: 4_000 }, model), [adaptive, { effort: 'medium' }, 16_384]);
  assert.deepEqual(fields({ effort: 'none' }, model), [{ type: 'disabled' }, undefined, 16_384]);
  assert.deepEqual(fields({ effort: 'none' }, 'claude-opus-4-8'), [undefined, undefined, 16_384]);
  assert.deepEqual(fields({ effort: 'none' }, 'claude-fable-5'), [adaptive, { effort: 'low' }, 16_384]);
  const budget = (tokens: number) => ({ type: 'enabled', budget_tokens: tokens });
  assert.deepEqual(fields({ budgetTokens: 4_000 }, older), [budget(4_000), undefined, 20_384]);
  assert.deepEqual(fields({ effort: 'high' }, older, 8_000), [budget(6_976), undefined, 8_000]);
  assert.deepEqual(fields({ effort: 'high' }, older, 1_500), [undefined, undefined, 1_500]);
  assert.deepEqual(fields({ effort: 'none' }, older), [undefined, undefined, 16_384]);
  assert.deepEqual(fields({ effort: 'high' }, 'claude-3-5-haiku-latest'), [undefined, undefined, 16_384]);
  assert.equal(wire.support('claude-3-5-haiku-latest').features.reasoningEffort, 'none');
});

test('a model does not think where it must call, or would have to have thought before', () => {
  const call: Message = { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'f', input: '{}' }] };
  const result: Message = { role: 'tool', toolCallId: 'a', toolName: 'f', content: '1' };
  const tools = [{ name: 'f', inputSchema: { type: 'object' } }];
  const thinks = (request: Partial<CompletionRequest>, requested = older): boolean =>
    'thinking' in bodyOf({ messages: [hi], tools, reasoning: { effort: 'high' }, ...request }, requested);
  assert.equal(thinks({}), true);
  assert.equal(thinks({ toolChoice: 'required' }), false);
  assert.equal(thinks({ toolChoice: 'required' }, 'claude-opus-4-8'), false);
  assert.equal(thinks({}, 'claude-opus-4-8'), true);
  assert.equal(thinks({ messages: [hi, call, result] }), false);
  const own = { type: 'reasoning', text: 'I call.', signature: 'anthropic:EqQB' } as const;
  assert.equal(thinks({ messages: [hi, { ...call, content: [own] }, result] }), true);
});

test('an effort that the model rejects is dropped, and the schema of the answer stays', () => {
  const request: CompletionRequest = {
    messages: [hi],
    reasoning: { effort: 'high' },
    responseFormat: { type: 'json', schema: { type: 'object', properties: { a: { type: 'string' } } } },
  };
  const rejection = errorResponse(400, {
    error: { type: 'invalid_request_error', message: 'output_config.effort: not supported by this model' },
  });
  const { body } = withoutRejected(wire, wire.chat(model).encode(model, request), rejection) ?? {};
  assert.deepEqual((body as { output_config: object }).output_config, {
    format: {
      type: 'json_schema',
      schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
    },
  });
});

test('a schema is closed, and what Anthropic has no keyword for is described', () => {
  const loop = { $ref: '#/$defs/node' };
  assert.deepEqual(
    strictSchema({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0, description: 'Years.' },
        mail: { type: 'string', format: 'email', maxLength: 9 },
        nodes: { type: 'array', items: loop, minItems: 1, maxItems: 3 },
        kind: { oneOf: [{ const: 'a' }, { enum: ['b', 'c'] }] },
      },
      required: ['age'],
      additionalProperties: true,
      $defs: { node: { type: 'object', properties: { next: loop } } },
    }),
    {
      type: 'object',
      properties: {
        age: { type: 'integer', description: 'Years.\n\n{minimum: 0}' },
        mail: { type: 'string', format: 'email', description: '{maxLength: 9}' },
        nodes: { type: 'array', items: loop, minItems: 1, description: '{maxItems: 3}' },
        kind: { anyOf: [{ const: 'a' }, { enum: ['b', 'c'] }] },
      },
      required: ['age'],
      $defs: { node: { type: 'object', properties: { next: loop }, additionalProperties: false } },
      additionalProperties: false,
    },
  );
});

test('tools are strict, cached and hosted as requested', () => {
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 3 };
  const { tools } = bodyOf({
    messages: [hi],
    tools: [
      { name: 'f', inputSchema: { type: 'object' }, isStrict: true, cache: '5m' },
      { type: 'hosted', wire: 'anthropic-messages', name: 'web_search', definition: search },
      { type: 'hosted', wire: 'openai-responses', name: 'web_search', definition: { type: 'web_search' } },
    ],
  });
  assert.deepEqual(tools, [
    {
      name: 'f',
      input_schema: { type: 'object', additionalProperties: false },
      strict: true,
      cache_control: { type: 'ephemeral' },
    },
    search,
  ]);
});

test('of more marks than the service takes, the last four stay', () => {
  const part = (text: string) => ({ type: 'text', text, cache: '5m' }) as const;
  const body = bodyOf({
    messages: [
      { role: 'system', content: [part('one')] },
      { role: 'user', content: ['two', 'three', 'four', 'five'].map(part) },
    ],
    tools: [{ name: 'f', inputSchema: { type: 'object' }, cache: '1h' }],
  });
  assert.deepEqual(body['tools'], [{ name: 'f', input_schema: { type: 'object' } }]);
  assert.equal(body['system'], 'one');
  assert.equal(JSON.stringify(body['messages']).split('cache_control').length - 1, 4);
});

/** What an answer's parts are in the request that follows it. */
function answerOf(parts: readonly EnginePart[]): readonly AssistantPart[] {
  const answer: AssistantPart[] = [];
  let text = '';
  let thought = '';
  const flush = (): void => {
    if (text !== '') answer.push({ type: 'text', text });
    text = '';
  };
  for (const part of parts) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'reasoning-delta') thought += part.text;
    if (part.type === 'reasoning-end') {
      flush();
      answer.push({
        type: 'reasoning',
        text: thought,
        ...(part.signature ? { signature: part.signature } : {}),
      });
      thought = '';
    }
    if (part.type === 'hosted' || part.type === 'tool-call') {
      flush();
      answer.push(part);
    }
  }
  flush();
  return answer;
}

test('thinking goes back as it came, once, and that of another service does not', async () => {
  const parts = await partsOf(wire, fixture('anthropic/documented-thinking-and-tools.sse'));
  const answer: Message = { role: 'assistant', content: answerOf(parts) };
  assert.deepEqual((messagesOf([hi, answer]) as object[])[1], {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Lima first, then the time.', signature: 'EqQBCgIYAhIM' },
      { type: 'redacted_thinking', data: 'EmwKAhgB' },
      { type: 'tool_use', id: 'toolu_01', name: 'get_weather', input: { city: 'Lima' } },
      { type: 'tool_use', id: 'toolu_02', name: 'now', input: {} },
    ],
  });
  const foreign = [
    { type: 'reasoning', text: 'Hm.', signature: 'gemini:CpcB' },
    { type: 'reasoning', text: 'Unsigned.' },
    { type: 'text', text: 'Hello.' },
  ] as const;
  assert.deepEqual((messagesOf([hi, { role: 'assistant', content: foreign }]) as object[])[1], {
    role: 'assistant',
    content: 'Hello.',
  });
});

test('the service’s own tools, what they found and what the answer cites', async () => {
  const parts = await partsOf(wire, fixture('anthropic/documented-web-search.sse'));
  const hosted = parts.flatMap((part) => (part.type === 'hosted' ? [part.item] : []));
  assert.deepEqual(
    hosted.map(({ type }) => type),
    ['server_tool_use', 'web_search_tool_result'],
  );
  assert.deepEqual(hosted[0]?.['input'], { query: 'claude shannon' });
  const citation = {
    url: 'https://en.wikipedia.org/wiki/Claude_Shannon',
    title: 'Claude Shannon - Wikipedia',
    quote: 'Claude Elwood Shannon (April 30, 1916 – February 24, 2001)',
    start: 13,
    end: 37,
    signature: 'anthropic:Eo8BCioIAhgB',
  };
  assert.deepEqual(
    parts.filter(({ type }) => type === 'citation'),
    [{ type: 'citation', citation }],
  );
  const cited = { type: 'text', text: 'Shannon was born in 1916', citations: [citation] } as const;
  const [, answer] = messagesOf([
    hi,
    { role: 'assistant', content: [...answerOf(parts.slice(0, 3)), cited] },
  ]) as [object, { content: object[] }];
  assert.deepEqual(answer.content.slice(1), [
    ...hosted,
    {
      type: 'text',
      text: 'Shannon was born in 1916',
      citations: [
        {
          type: 'web_search_result_location',
          cited_text: citation.quote,
          url: citation.url,
          title: citation.title,
          encrypted_index: 'Eo8BCioIAhgB',
        },
      ],
    },
  ]);
});

test('citations of documents name the document and the place in it, and go back', async () => {
  const parts = await partsOf(wire, fixture('anthropic/documented-citations.sse'));
  const citations = parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []));
  const span = { start: 0, end: 28 };
  assert.deepEqual(citations, [
    {
      document: 0,
      title: 'Facts',
      quote: 'The grass is green. ',
      ...span,
      source: { unit: 'characters', start: 0, end: 20 },
    },
    {
      document: 1,
      title: 'PDF',
      quote: 'Water is essential.',
      ...span,
      source: { unit: 'pages', start: 5, end: 6 },
    },
    { document: 2, quote: 'These are findings.', ...span, source: { unit: 'blocks', start: 0, end: 1 } },
    {
      url: 'https://docs.example.com/limits',
      title: 'Limits',
      quote: 'The default limit is 1000.',
      ...span,
      source: { unit: 'blocks', start: 0, end: 1 },
      signature: 'anthropic:result:3',
    },
  ]);
  const finish = parts.at(-1);
  assert.ok(finish?.type === 'finish' && finish.stopSequence === 'END');
  const [, { content }] = messagesOf([
    hi,
    { role: 'assistant', content: [{ type: 'text', text: 'x', citations }] },
  ]) as [object, { content: [{ citations: object[] }] }];
  const sent = fixture('anthropic/documented-citations.sse')
    .split('\n')
    .filter((line) => line.includes('citations_delta'))
    .map(
      (line) => (JSON.parse(line.slice('data: '.length)) as { delta: { citation: object } }).delta.citation,
    );
  assert.deepEqual(content[0].citations, sent);
});

test('a turn of the service’s own tools may pause where they were requested', async () => {
  const tools = [
    {
      type: 'hosted',
      wire: 'anthropic-messages',
      name: 'web_search',
      definition: { type: 'web_search_20250305', name: 'web_search' },
    } as const,
  ];
  const paused = fixture('anthropic/documented-pause-turn.sse');
  const { parts } = await decodeAs(wire.chat(model), paused, { messages: [hi], tools });
  assert.deepEqual(parts.at(-1), {
    type: 'finish',
    reason: 'other',
    detail: 'pause_turn',
    usage: { input: 10, cachedRead: 0, cacheWrite: 0, output: 6, reasoning: 0 },
  });
  assert.equal((await decodeAs(wire.chat(model), paused)).error?.kind, 'interrupted');
});
