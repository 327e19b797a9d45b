/** Anthropic's Messages in the other direction: what clients send, and answers as clients and the SDK read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { anthropicMessages as wire } from '../../../../server/wire/anthropic-messages.ts';
import { anthropicMessagesClients } from '../../../../server/wire/clients/anthropic-messages.ts';
import type { EnginePart } from '../../../../shared/chat.ts';
import { fixture, partsOf } from '../decoded.ts';
import { withAnsweringServer } from './answering-server.ts';

const { decodeRequest, encoder } = anthropicMessagesClients;
const usage = { input: 110, cachedRead: 64, cacheWrite: 30, cacheWriteHour: 10, output: 50, reasoning: 12 };

test('what Claude Code sends is read, and what is not carried on is named', () => {
  const userId = '{"device_id":"d","account_uuid":"","session_id":"s-1"}';
  const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const { ask, ignored, model, stream } = decodeRequest({
    model: 'claude-opus-5-5',
    max_tokens: 128_000,
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc' },
      { type: 'text', text: 'You are an agent.', ...mark },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'hi' }], output_config: { effort: 'low' } },
      { role: 'system', content: [{ type: 'text', text: 'Reminder.' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I look.', signature: 'EqQB' },
          { type: 'thinking', thinking: 'Of Rumbo.', signature: 'openai:{"type":"reasoning"}' },
          { type: 'redacted_thinking', data: 'EmwK' },
          { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a.ts' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            is_error: true,
            content: [
              { type: 'text', text: 'No such file.' },
              { type: 'tool_reference', tool_name: 'Write' },
            ],
          },
          { type: 'text', text: 'Go on.', ...mark },
        ],
      },
    ],
    tools: [
      { name: 'Read', description: 'Reads.', input_schema: { type: 'object' }, defer_loading: true },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
    ],
    tool_choice: { type: 'tool', name: 'Read', disable_parallel_tool_use: true },
    metadata: { user_id: userId },
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } },
    context_management: { edits: [] },
    betas: ['x'],
    stream: true,
  });
  assert.deepEqual([model, stream], ['claude-opus-5-5', true]);
  assert.deepEqual(ignored, [
    'context_management',
    'betas',
    'messages[3].content[0].content[1]',
    'tools.defer_loading',
  ]);
  assert.deepEqual(ask, {
    messages: [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'x-anthropic-billing-header: cc' },
          { type: 'text', text: 'You are an agent.', cache: '1h' },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'system', content: [{ type: 'text', text: 'Reminder.' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'I look.', signature: 'anthropic:EqQB' },
          { type: 'reasoning', text: 'Of Rumbo.', signature: 'openai:{"type":"reasoning"}' },
          { type: 'reasoning', text: '', signature: 'anthropic:redacted:EmwK' },
          { type: 'tool-call', id: 'toolu_1', name: 'Read', input: '{"path":"a.ts"}' },
        ],
      },
      {
        role: 'tool',
        toolCallId: 'toolu_1',
        toolName: 'Read',
        content: [{ type: 'text', text: 'No such file.' }],
        isError: true,
      },
      { role: 'user', content: [{ type: 'text', text: 'Go on.', cache: '1h' }] },
    ],
    tools: [
      { name: 'Read', description: 'Reads.', inputSchema: { type: 'object' } },
      {
        type: 'hosted',
        wire: 'anthropic-messages',
        name: 'web_search',
        definition: { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
      },
    ],
    toolChoice: { type: 'tool', toolName: 'Read' },
    parallelToolCalls: false,
    maxOutputTokens: 128_000,
    reasoning: { effort: 'high' },
    responseFormat: { type: 'json', schema: { type: 'object' } },
    metadata: { user: userId, session: 's-1' },
  });
});

test('media, search results, marks on a whole request and older thinking are read', () => {
  const source = (fields: object) => ({ source: fields });
  const { ask, ignored } = decodeRequest({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', ...source({ type: 'base64', media_type: 'image/png', data: 'AAAA' }) },
          { type: 'image', ...source({ type: 'file', file_id: 'file_1' }) },
          {
            type: 'document',
            ...source({
              type: 'content',
              content: [
                { type: 'text', text: 'One. ' },
                { type: 'text', text: 'Two.' },
              ],
            }),
            title: 'T',
            citations: { enabled: true },
          },
          {
            type: 'search_result',
            source: 'https://a.b',
            title: 'R',
            content: [{ type: 'text', text: 'Found.' }],
          },
          { type: 'container_upload', file_id: 'f' },
        ],
      },
    ],
    thinking: { type: 'enabled', budget_tokens: 2_000, display: 'omitted' },
    stop_sequences: ['a', 'b', 'c', 'd', 'e'],
    cache_control: { type: 'ephemeral' },
    service_tier: 'standard_only',
  });
  assert.deepEqual(ask, {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', mediaType: 'image/png', data: 'AAAA' },
          { type: 'image', fileId: 'file_1', provider: 'anthropic' },
          { type: 'document', text: 'One. Two.', title: 'T', isCited: true },
          { type: 'document', text: 'Found.', title: 'R', context: 'https://a.b', cache: '5m' },
        ],
      },
    ],
    stop: ['a', 'b', 'c', 'd'],
    reasoning: { budgetTokens: 2_000 },
  });
  assert.deepEqual(ignored, [
    'service_tier',
    'messages[0].content[4]',
    'stop_sequences[4]',
    'thinking.display',
  ]);
});

test('a body that cannot be read is refused by the name of the field', () => {
  const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });
  for (const [body, message] of [
    ['x', /The body is no JSON object/],
    [{}, /messages is missing/],
    [{ messages: [null] }, /messages\[0\] is no object/],
    [{ messages: [{ role: 'tool', content: 'x' }] }, /messages\[0\]\.role is "tool"/],
    [user(7), /messages\[0\]\.content is neither/],
    [user([7]), /messages\[0\]\.content\[0\] is no object/],
    [
      user([{ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: '' } }]),
      /messages\[0\]\.content\[0\]\.source is of type image\/bmp/,
    ],
  ] as const)
    assert.throws(() => decodeRequest(body), { message });
});

const answer = {
  id: 'msg_1',
  model: 'auto',
  createdAt: 1_700_000_000,
  request: decodeRequest({ messages: [] }),
};

/** The answer as a body, streamed and whole. */
function encoded(parts: readonly EnginePart[]): { readonly stream: string; readonly whole: object } {
  const encode = encoder(answer);
  const events = [...encode.start(), ...parts.flatMap((part) => encode.part(part))];
  return {
    stream: events.map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`).join(''),
    whole: encode.whole(),
  };
}

const search = { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'a' } };
const result = { type: 'web_search_tool_result', tool_use_id: 'srv_1', content: [] };
const parts: readonly EnginePart[] = [
  { type: 'reasoning-delta', text: 'Hm.' },
  { type: 'reasoning-end', signature: 'anthropic:EqQB' },
  { type: 'reasoning-end', signature: 'anthropic:redacted:EmwK' },
  { type: 'hosted', wire: 'anthropic-messages', item: search },
  { type: 'hosted', wire: 'anthropic-messages', item: result },
  { type: 'text-delta', text: 'Hello 👋' },
  {
    type: 'citation',
    citation: { url: 'https://a.b', title: 'A', quote: 'q', start: 0, end: 8, signature: 'anthropic:Eo8B' },
  },
  { type: 'text-delta', text: '!' },
  { type: 'tool-call', id: 'toolu_1', name: 'look', input: '{"a":1}' },
  { type: 'finish', reason: 'tool-calls', usage },
];
/** Calls also have the thinking before them. */
const withoutSignatures = (list: readonly EnginePart[]): readonly EnginePart[] =>
  list.map((part) => {
    if (part.type !== 'tool-call') return part;
    const { signature: _, ...call } = part;
    return call;
  });

test('our own decoder reads the streamed answer and the whole one as the same parts', async () => {
  const { stream, whole } = encoded(parts);
  assert.deepEqual(withoutSignatures(await partsOf(wire, stream)), parts);
  assert.deepEqual(withoutSignatures(await partsOf(wire, `data: ${JSON.stringify(whole)}\n\n`)), parts);
});

test('an answer of the service itself is passed on as it came', async () => {
  for (const name of ['thinking-and-tools', 'thinking-and-text', 'tools', 'citations', 'web-search']) {
    const original = await partsOf(wire, fixture(`anthropic/documented-${name}.sse`));
    const again = await partsOf(wire, encoded(original).stream);
    const cited = (list: readonly EnginePart[]) =>
      // A block that cites is known as one only when its text has been sent: it begins with the text before it.
      list.map((part) =>
        part.type === 'citation' ? { ...part, citation: { ...part.citation, start: 0 } } : part,
      );
    assert.deepEqual(cited(again), cited(original), name);
  }
});

test('answers of other services have thinking, sources and reasons that a client can read', () => {
  const { whole } = encoded([
    { type: 'reasoning-delta', text: 'Hm.' },
    { type: 'reasoning-end', signature: 'openai:{"type":"reasoning"}' },
    { type: 'reasoning-end', signature: 'CpcBAb4=' },
    { type: 'text-delta', text: 'Yes.' },
    { type: 'citation', citation: { url: 'https://a.b' } },
    { type: 'hosted', wire: 'openai-responses', item: { type: 'web_search_call' } },
    { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    { type: 'finish', reason: 'length' },
  ]);
  assert.deepEqual((whole as { content: unknown }).content, [
    { type: 'thinking', thinking: 'Hm.', signature: 'openai:{"type":"reasoning"}' },
    { type: 'thinking', thinking: '', signature: 'gemini:CpcBAb4=' },
    {
      type: 'text',
      text: 'Yes.',
      citations: [
        {
          type: 'web_search_result_location',
          cited_text: '',
          url: 'https://a.b',
          title: null,
          encrypted_index: '',
        },
      ],
    },
  ]);
  const reasonOf = (part: Extract<EnginePart, { type: 'finish' }>): unknown => {
    const { stop_reason, stop_sequence } = encoded([part]).whole as Record<string, unknown>;
    return [stop_reason, stop_sequence];
  };
  assert.deepEqual(reasonOf({ type: 'finish', reason: 'stop' }), ['end_turn', null]);
  assert.deepEqual(reasonOf({ type: 'finish', reason: 'stop', stopSequence: 'END' }), [
    'stop_sequence',
    'END',
  ]);
  assert.deepEqual(reasonOf({ type: 'finish', reason: 'length' }), ['max_tokens', null]);
  assert.deepEqual(reasonOf({ type: 'finish', reason: 'refusal' }), ['refusal', null]);
  assert.deepEqual(reasonOf({ type: 'finish', reason: 'other', detail: 'pause_turn' }), ['pause_turn', null]);
});

test('the official SDK reads the streamed answer and the whole one', async () => {
  const answer = encoded(parts);
  const { whole } = answer;
  await withAnsweringServer(answer, async (address, bodies) => {
    const client = new Anthropic({ apiKey: 'k', baseURL: address, maxRetries: 0 });
    const request = { model: 'auto', max_tokens: 64, messages: [{ role: 'user' as const, content: 'hi' }] };
    const streamed = await client.messages.stream(request).finalMessage();
    const plain = await client.messages.create(request);
    for (const message of [streamed, plain]) {
      assert.deepEqual(JSON.parse(JSON.stringify(message.content)), (whole as { content: unknown }).content);
      assert.equal(message.stop_reason, 'tool_use');
      assert.deepEqual(
        [
          message.usage.input_tokens,
          message.usage.cache_read_input_tokens,
          message.usage.cache_creation_input_tokens,
          message.usage.output_tokens,
        ],
        [16, 64, 30, 50],
      );
    }
    assert.deepEqual(decodeRequest(bodies[0]).ignored, []);
  });
});
