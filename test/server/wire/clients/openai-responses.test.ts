/** The Responses API in the other direction: what clients send, and answers as clients and the SDK read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { openaiResponsesClients } from '../../../../server/wire/clients/openai-responses.ts';
import { openaiResponses } from '../../../../server/wire/openai-responses.ts';
import type { EnginePart } from '../../../../shared/chat.ts';
import { decodeAs, fixture } from '../decoded.ts';
import { withAnsweringServer } from './answering-server.ts';

const { decodeRequest, encoder } = openaiResponsesClients;
const usage = { input: 110, cachedRead: 64, cacheWrite: 30, output: 50, reasoning: 12 };

test('what Codex sends is read, and what is not carried on is named', () => {
  const { ask, ignored, model, stream } = decodeRequest({
    model: 'rumbo-auto',
    input: [
      {
        type: 'message',
        role: 'developer',
        id: 'msg_0',
        content: [{ type: 'input_text', text: 'You are Codex.' }],
      },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'I list.' }],
        encrypted_content: 'anthropic:EqQB',
      },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'gAAAA', status: null },
      {
        type: 'message',
        role: 'assistant',
        id: 'msg_1',
        phase: 'commentary',
        content: [{ type: 'output_text', text: 'Listing.' }],
      },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'c1',
        name: 'list',
        namespace: 'mcp__files',
        arguments: '{}',
      },
      { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: '*** Begin' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'a' } },
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [
          { type: 'input_text', text: 'a.png' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' },
        ],
      },
      { type: 'custom_tool_call_output', call_id: 'c2', output: 'Done.' },
      { type: 'compaction', encrypted_content: 'gAAB' },
      {
        type: 'additional_tools',
        role: 'developer',
        tools: [
          {
            type: 'function',
            name: 'more',
            parameters: { type: 'object' },
            strict: true,
            defer_loading: true,
          },
        ],
      },
      { type: 'configuration_update', reasoning: { effort: 'high' } },
      { type: 'item_reference', id: 'msg_9' },
    ],
    tools: [
      {
        type: 'function',
        name: 'shell',
        description: 'Runs.',
        strict: false,
        parameters: { type: 'object' },
      },
      {
        type: 'namespace',
        name: 'mcp__files',
        description: 'Files.',
        tools: [{ type: 'function', name: 'list', parameters: { type: 'object' }, strict: false }],
      },
      {
        type: 'custom',
        name: 'apply_patch',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
      },
      { type: 'web_search', external_web_access: true },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    reasoning: { effort: 'low', summary: 'auto' },
    text: { verbosity: 'low' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content', 'file_search_call.results'],
    prompt_cache_key: 'thread-1',
    prompt_cache_retention: '24h',
    previous_response_id: 'resp_0',
    client_metadata: { 'x-codex-installation-id': 'i' },
  });
  assert.deepEqual([model, stream], ['rumbo-auto', true]);
  assert.deepEqual([...ignored].sort(), [
    'client_metadata',
    'include.file_search_call.results',
    'input[13]',
    'previous_response_id',
    'prompt_cache_retention',
    'text.verbosity',
    'tools.defer_loading',
    'tools.description',
  ]);
  const schema = { inputSchema: { type: 'object' } };
  const codexReasoning = '{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"gAAAA"}';
  assert.deepEqual(ask, {
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'You are Codex.' }] },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'I list.', signature: 'anthropic:EqQB' },
          { type: 'reasoning', text: '', signature: `openai:${codexReasoning}` },
          { type: 'text', text: 'Listing.' },
          { type: 'tool-call', id: 'c1', name: 'list', input: '{}', namespace: 'mcp__files' },
          { type: 'tool-call', id: 'c2', name: 'apply_patch', input: '*** Begin', isCustom: true },
          {
            type: 'hosted',
            wire: 'openai-responses',
            item: {
              type: 'web_search_call',
              id: 'ws_1',
              status: 'completed',
              action: { type: 'search', query: 'a' },
            },
          },
        ],
      },
      {
        role: 'tool',
        toolCallId: 'c1',
        toolName: 'list',
        content: [
          { type: 'text', text: 'a.png' },
          { type: 'image', mediaType: 'image/png', data: 'AAAA', detail: 'high' },
        ],
      },
      { role: 'tool', toolCallId: 'c2', toolName: 'apply_patch', content: 'Done.' },
      {
        role: 'assistant',
        content: [
          {
            type: 'hosted',
            wire: 'openai-responses',
            item: { type: 'compaction', encrypted_content: 'gAAB' },
          },
        ],
      },
    ],
    tools: [
      { name: 'shell', description: 'Runs.', ...schema },
      { name: 'list', namespace: 'mcp__files', ...schema },
      { type: 'custom', name: 'apply_patch', grammar: { syntax: 'lark', text: 'start: "a"' } },
      {
        type: 'hosted',
        wire: 'openai-responses',
        name: 'web_search',
        definition: { type: 'web_search', external_web_access: true },
      },
      { name: 'more', ...schema, isStrict: true },
    ],
    toolChoice: 'auto',
    parallelToolCalls: false,
    reasoning: { effort: 'high' },
    metadata: { session: 'thread-1' },
  });
});

test('each form of a choice, of input and of instructions is read', () => {
  const tools = [
    { type: 'function', name: 'a', parameters: {} },
    { type: 'custom', name: 'b' },
    { type: 'mcp', server_label: 'docs', server_url: 'https://example.com' },
    { type: 'web_search' },
  ];
  const choice = (tool_choice: unknown) => {
    const { ask } = decodeRequest({ input: 'hi', tools, tool_choice });
    return [ask.toolChoice, ask.tools?.map(({ name }) => name).join()];
  };
  const all = 'a,b,docs,web_search';
  for (const word of ['auto', 'none', 'required']) assert.deepEqual(choice(word), [word, all]);
  const named = (toolName: string) => [{ type: 'tool', toolName }, all];
  assert.deepEqual(choice({ type: 'function', name: 'a' }), named('a'));
  assert.deepEqual(choice({ type: 'custom', name: 'b' }), named('b'));
  assert.deepEqual(choice({ type: 'mcp', server_label: 'docs' }), named('docs'));
  assert.deepEqual(choice({ type: 'web_search' }), named('web_search'));
  const allowed = [
    { type: 'function', name: 'a' },
    { type: 'mcp', server_label: 'docs' },
  ];
  assert.deepEqual(choice({ type: 'allowed_tools', mode: 'required', tools: allowed }), [
    'required',
    'a,docs',
  ]);
  assert.deepEqual(decodeRequest({ input: 'hi', instructions: 'Be brief.', store: true }), {
    model: '',
    stream: false,
    ask: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
    },
    ignored: ['store'],
  });
});

test('a body that cannot be read is refused by the name of the field', () => {
  const user = (content: unknown) => ({ input: [{ role: 'user', content }] });
  for (const [body, message] of [
    [[], /The body is no JSON object/],
    [{}, /input is neither/],
    [{ input: [null] }, /input\[0\] is no object/],
    [{ input: [{ role: 'robot', content: 'x' }] }, /input\[0\]\.role is "robot"/],
    [user(7), /input\[0\]\.content is neither/],
    [
      user([{ type: 'input_image', image_url: 'file:///a' }]),
      /input\[0\]\.content\[0\]\.image_url is neither/,
    ],
    [
      user([{ type: 'input_file', file_data: 'data:application/zip;base64,AAAA' }]),
      /input\[0\]\.content\[0\] is of type application\/zip/,
    ],
  ] as const)
    assert.throws(() => decodeRequest(body), { message });
});

const answer = {
  id: 'resp_1',
  model: 'auto',
  createdAt: 1_700_000_000,
  request: decodeRequest({ input: 'hi', include: ['message.output_text.logprobs'] }),
};

type Whole = { readonly status: string; readonly output: readonly Record<string, unknown>[] };

/** The answer as a body, streamed and whole. */
function encoded(parts: readonly EnginePart[]): { readonly stream: string; readonly whole: Whole } {
  const encode = encoder(answer);
  const events = [...encode.start(), ...parts.flatMap((part) => encode.part(part))];
  return {
    stream: events.map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`).join(''),
    whole: encode.whole() as Whole,
  };
}

const item = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 'Hm.' }],
  encrypted_content: 'gAAA',
};
const parts: readonly EnginePart[] = [
  { type: 'reasoning-delta', text: 'Hm.' },
  { type: 'reasoning-end', signature: `openai:${JSON.stringify(item)}` },
  {
    type: 'hosted',
    wire: 'openai-responses',
    item: { type: 'web_search_call', id: 'ws_1', status: 'completed' },
  },
  { type: 'text-delta', text: 'Hello 👋' },
  { type: 'logprobs', tokens: [{ token: 'Hello 👋', logprob: -0.5, top: [{ token: 'H', logprob: -1 }] }] },
  { type: 'citation', citation: { url: 'https://a.b', title: 'A', start: 0, end: 5 } },
  {
    type: 'image',
    mediaType: 'image/png',
    data: 'AAAA',
    signature: 'openai:{"type":"image_generation_call","id":"ig_1"}',
  },
  { type: 'tool-call', id: 'c1', name: 'list', input: '{"a":1}', namespace: 'mcp__files' },
  { type: 'tool-call', id: 'c2', name: 'apply_patch', input: '*** Begin', isCustom: true },
  { type: 'finish', reason: 'tool-calls', usage },
];
/** Calls also have the reasoning before them; it is sealed once more, since its item has another id. */
const withoutSignatures = (list: readonly EnginePart[]): readonly EnginePart[] =>
  list.map((part) => {
    if (part.type === 'reasoning-end') return { type: part.type };
    if (part.type !== 'tool-call') return part;
    const { signature: _, ...call } = part;
    return call;
  });

test('our own decoder reads the streamed answer and the whole one as the same parts', async () => {
  const { stream, whole } = encoded(parts);
  const streamed = await decodeAs(openaiResponses, stream);
  assert.equal(streamed.error, undefined);
  assert.deepEqual(withoutSignatures(streamed.parts), withoutSignatures(parts));
  const plain = await decodeAs(openaiResponses, `data: ${JSON.stringify(whole)}\n\n`);
  const byType = (list: readonly EnginePart[]) =>
    list
      .filter(({ type }) => type !== 'logprobs')
      .toSorted((one, other) => one.type.localeCompare(other.type));
  assert.deepEqual(byType(withoutSignatures(plain.parts)), byType(withoutSignatures(parts)));
});

test('an answer of the service itself is passed on as it came', async () => {
  for (const name of ['text', 'tools', 'web-search', 'refusal', 'all-calls', 'max-tokens']) {
    const original = await decodeAs(openaiResponses, fixture(`openai/documented-responses-${name}.sse`));
    const again = await decodeAs(openaiResponses, encoded(original.parts).stream);
    assert.equal(again.error, undefined, name);
    const merged = (list: readonly EnginePart[]): unknown => {
      const texts = (type: EnginePart['type']): string =>
        list.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('');
      return [
        texts('text-delta'),
        texts('reasoning-delta'),
        texts('refusal-delta'),
        ...withoutSignatures(list.filter((part) => !part.type.endsWith('-delta'))),
      ];
    };
    assert.deepEqual(merged(again.parts), merged(original.parts), name);
    const signatures = original.parts.flatMap((part) =>
      part.type === 'reasoning-end' ? [part.signature] : [],
    );
    const { ask } = decodeRequest({ input: encoded(original.parts).whole.output });
    const sentBack = (ask.messages ?? []).flatMap(({ content }) =>
      typeof content === 'string'
        ? []
        : content.flatMap((part) => (part.type === 'reasoning' ? [part.signature] : [])),
    );
    assert.deepEqual(sentBack.filter(Boolean), signatures, name);
  }
});

test('every event has the number after the last, and every item ends', () => {
  const { stream } = encoded(parts);
  const events = stream
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as { type: string; sequence_number: number });
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_, index) => index),
  );
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  assert.equal(count('response.output_item.added'), count('response.output_item.done'));
  assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['response.created', 'response.completed']);
});

test('answers of other services have reasoning and sources that go back, and a status', () => {
  const { whole } = encoded([
    { type: 'reasoning-end', signature: 'anthropic:EqQB' },
    { type: 'text-delta', text: 'One. ' },
    { type: 'reasoning-delta', text: 'Hm.' },
    { type: 'text-delta', text: 'Two.' },
    { type: 'citation', citation: { document: 1, title: 'Facts', start: 5, end: 9 } },
    { type: 'finish', reason: 'length', usage },
  ]);
  assert.equal(whole.status, 'incomplete');
  assert.deepEqual(
    whole.output.map(({ type, summary, content, encrypted_content: encrypted }) => [
      type,
      summary ?? content,
      encrypted,
    ]),
    [
      ['reasoning', [], 'anthropic:EqQB'],
      ['message', [{ type: 'output_text', text: 'One. ', annotations: [], logprobs: [] }], undefined],
      ['reasoning', [{ type: 'summary_text', text: 'Hm.' }], undefined],
      [
        'message',
        [
          {
            type: 'output_text',
            text: 'Two.',
            annotations: [{ type: 'file_citation', index: 4, file_id: 'document-1', filename: 'Facts' }],
            logprobs: [],
          },
        ],
        undefined,
      ],
    ],
  );
  const { ask } = decodeRequest({ input: [...whole.output, { role: 'user', content: 'More.' }] });
  const [first] = ask.messages?.[0]?.content ?? [];
  assert.deepEqual(first, { type: 'reasoning', text: '', signature: 'anthropic:EqQB' });
  assert.equal(encoded([{ type: 'finish', reason: 'content-filter' }]).whole.status, 'incomplete');
  assert.equal(encoded([{ type: 'finish', reason: 'refusal' }]).whole.status, 'completed');
});

test('the official SDK reads the streamed answer and the whole one', async () => {
  const answer = encoded(parts);
  const { whole } = answer;
  await withAnsweringServer(answer, async (address, bodies) => {
    const client = new OpenAI({ apiKey: 'k', baseURL: `${address}/v1`, maxRetries: 0 });
    const request = { model: 'auto', input: 'hi' };
    const streamed = await client.responses.stream(request).finalResponse();
    const plain = await client.responses.create(request);
    for (const response of [streamed, plain]) {
      assert.equal(response.output_text, 'Hello 👋');
      assert.equal(response.status, 'completed');
      assert.deepEqual(
        response.output.map(({ type }) => type),
        whole.output.map(({ type }) => type),
      );
      const call = response.output.find(({ type }) => type === 'function_call');
      assert.ok(call?.type === 'function_call');
      assert.deepEqual([call.name, call.namespace, call.arguments], ['list', 'mcp__files', '{"a":1}']);
      assert.equal(response.usage?.input_tokens_details.cached_tokens, 64);
    }
    assert.deepEqual(decodeRequest(bodies[0]).ignored, []);
  });
});
