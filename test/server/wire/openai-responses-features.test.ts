/** The Responses API: everything that a conversation may hold beyond text and plain tools. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openaiResponses, responsesSupport } from '../../../server/wire/openai-responses.ts';
import type { CompletionRequest, EnginePart, Message } from '../../../shared/chat.ts';
import { decodeAs, fixture } from './decoded.ts';

const model = 'gpt-5.3-codex';
const hi: Message = { role: 'user', content: 'hi' };
const bodyOf = (request: Partial<CompletionRequest>, requested = model): Record<string, unknown> =>
  openaiResponses.encode(requested, { messages: [hi], ...request }).body as Record<string, unknown>;
const inputOf = (...messages: readonly Message[]): unknown => bodyOf({ messages })['input'];
const png = { type: 'image', mediaType: 'image/png', data: 'iVBORw0=' } as const;
const pngUrl = 'data:image/png;base64,iVBORw0=';

async function partsOf(name: string): Promise<readonly EnginePart[]> {
  const { parts, error } = await decodeAs(
    openaiResponses,
    fixture(`openai/documented-responses-${name}.sse`),
  );
  assert.equal(error, undefined);
  return parts;
}

/** The same answer without streaming. */
async function wholeOf(name: string): Promise<readonly EnginePart[]> {
  const data = fixture(`openai/documented-responses-${name}.sse`)
    .split('\n')
    .findLast((line) => line.startsWith('data: '));
  const { response } = JSON.parse(data?.slice('data: '.length) ?? '') as { response: object };
  const { parts, error } = await decodeAs(openaiResponses, `data: ${JSON.stringify(response)}\n\n`);
  assert.equal(error, undefined);
  return parts;
}

test('pictures and documents are sent by their bytes, address or id, in messages and in results', () => {
  const url = 'https://example.com/a';
  assert.deepEqual(
    inputOf(
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { ...png, detail: 'high' },
          { type: 'image', url: `${url}.png` },
          { type: 'image', fileId: 'file-1', provider: 'openai' },
          { type: 'document', mediaType: 'application/pdf', data: 'JVBERi0=', title: 'a.pdf' },
          { type: 'document', url: `${url}.pdf` },
          { type: 'document', fileId: 'file-2', provider: 'openai' },
        ],
      },
      { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 'look', input: '{}' }] },
      { role: 'tool', toolCallId: 'c', toolName: 'look', content: [{ type: 'text', text: 'Seen.' }, png] },
    ),
    [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: pngUrl, detail: 'high' },
          { type: 'input_image', image_url: `${url}.png` },
          { type: 'input_image', file_id: 'file-1' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          { type: 'input_file', file_url: `${url}.pdf` },
          { type: 'input_file', file_id: 'file-2' },
        ],
      },
      { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' },
      {
        type: 'function_call_output',
        call_id: 'c',
        output: [
          { type: 'input_text', text: 'Seen.' },
          { type: 'input_image', image_url: pngUrl },
        ],
      },
    ],
  );
});

test('tools have their kind and namespace, and the choice names one of them', () => {
  const schema = { type: 'object' };
  const search = { type: 'web_search', search_context_size: 'low' };
  const tools: CompletionRequest['tools'] = [
    { name: 'list', inputSchema: schema, namespace: 'mcp__files' },
    { name: 'look', description: 'Looks.', inputSchema: schema, isStrict: true },
    { type: 'custom', name: 'apply_patch', grammar: { syntax: 'lark', text: 'start: "a"' } },
    { type: 'custom', name: 'note', namespace: 'mcp__files' },
    { type: 'hosted', wire: 'openai-responses', name: 'web_search', definition: search },
    {
      type: 'hosted',
      wire: 'anthropic-messages',
      name: 'web_search',
      definition: { type: 'web_search_20250305' },
    },
  ];
  const body = bodyOf({ tools });
  assert.deepEqual(body['tools'], [
    {
      type: 'namespace',
      name: 'mcp__files',
      description: 'mcp__files',
      tools: [
        { type: 'function', name: 'list', parameters: schema, strict: false },
        { type: 'custom', name: 'note' },
      ],
    },
    { type: 'function', name: 'look', description: 'Looks.', parameters: schema, strict: true },
    {
      type: 'custom',
      name: 'apply_patch',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
    },
    search,
  ]);
  const choice = (toolName: string) =>
    bodyOf({ tools, toolChoice: { type: 'tool', toolName } })['tool_choice'];
  assert.deepEqual(choice('look'), { type: 'function', name: 'look' });
  assert.deepEqual(choice('apply_patch'), { type: 'custom', name: 'apply_patch' });
  assert.deepEqual(choice('web_search'), { type: 'web_search' });
  assert.deepEqual(bodyOf({ output: { images: true } })['tools'], [{ type: 'image_generation' }]);
});

test('formats, efforts, tiers and probabilities have fields of their own', () => {
  const schema = { type: 'object', properties: {} };
  assert.deepEqual(bodyOf({ responseFormat: { type: 'json' } })['text'], { format: { type: 'json_object' } });
  assert.deepEqual(
    bodyOf({ responseFormat: { type: 'json', schema, name: 'pair', isStrict: true } })['text'],
    {
      format: { type: 'json_schema', name: 'pair', schema, strict: true },
    },
  );
  const effort = (wanted: CompletionRequest['reasoning'], requested: string) =>
    bodyOf(wanted ? { reasoning: wanted } : {}, requested)['reasoning'];
  assert.deepEqual(effort({ effort: 'max' }, model), { effort: 'xhigh' });
  assert.deepEqual(effort({ budgetTokens: 9_000 }, 'o1-pro'), { effort: 'high' });
  assert.equal(effort({ effort: 'high' }, 'gpt-4o'), undefined);
  assert.equal(effort(undefined, model), undefined);
  assert.equal(bodyOf({ serviceTier: 'flex' })['service_tier'], 'flex');
  assert.equal(bodyOf({ serviceTier: 'batch' })['service_tier'], undefined);
  const older = bodyOf({ logprobs: 3, temperature: 0.5, topP: 0.9 }, 'gpt-4o');
  assert.deepEqual([older['top_logprobs'], older['temperature'], older['top_p']], [3, 0.5, 0.9]);
  assert.deepEqual(older['include'], ['reasoning.encrypted_content', 'message.output_text.logprobs']);
  assert.equal('temperature' in bodyOf({ temperature: 0.5 }), false);
  assert.equal(responsesSupport('gpt-4o').features.customTools, 'mapped');
});

test('sources, probabilities and the service’s own tools are read, streamed and whole', async () => {
  const parts = await partsOf('web-search');
  const citations = parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []));
  assert.deepEqual(citations, [
    { url: 'https://example.com/lima', title: 'Lima', start: 11, end: 29 },
    // The second message begins after 32 characters.
    { title: 'notes.txt', start: 37, end: 37, signature: 'openai:file-1' },
  ]);
  const [logprobs] = parts.flatMap((part) => (part.type === 'logprobs' ? [part.tokens] : []));
  assert.deepEqual(logprobs, [
    {
      token: 'In Lima',
      logprob: -0.1,
      top: [
        { token: 'In Lima', logprob: -0.1 },
        { token: 'Today', logprob: -2.5 },
      ],
    },
  ]);
  const [hosted] = parts.flatMap((part) => (part.type === 'hosted' ? [part] : []));
  assert.deepEqual(
    [hosted?.wire, hosted?.item['type'], hosted?.item['id']],
    ['openai-responses', 'web_search_call', 'ws_1'],
  );
  const whole = await wholeOf('web-search');
  for (const type of ['citation', 'hosted', 'reasoning-end'] as const)
    assert.deepEqual(
      whole.filter((part) => part.type === type),
      parts.filter((part) => part.type === type),
    );
});

test('reasoning and the service’s items go back as they came, each once', async () => {
  const parts = await partsOf('web-search');
  const end = parts.find((part) => part.type === 'reasoning-end');
  const hosted = parts.find((part) => part.type === 'hosted');
  assert.ok(end?.type === 'reasoning-end' && end.signature && hosted?.type === 'hosted');
  const call = { type: 'tool-call', id: 'c', name: 'f', input: '{}', signature: end.signature } as const;
  const item = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'I search.' }],
    encrypted_content: 'gAAAAABo',
  };
  assert.deepEqual(
    inputOf({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'I search.', signature: end.signature },
        hosted,
        { type: 'text', text: 'It is ' },
        { type: 'text', text: 'warm.' },
        { type: 'reasoning', text: 'Hm.', signature: 'anthropic:EqQB' },
        { type: 'hosted', wire: 'anthropic-messages', item: { type: 'server_tool_use' } },
        { type: 'refusal', text: 'No more.' },
        call,
      ],
    }),
    [
      item,
      hosted.item,
      { role: 'assistant', content: 'It is warm.' },
      { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No more.' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ],
  );
  const { type: _, ...plain } = call;
  assert.deepEqual((inputOf({ role: 'assistant', content: '', toolCalls: [plain] }) as object[])[0], item);
});

test('a model declines in its own words', async () => {
  for (const parts of [await partsOf('refusal'), await wholeOf('refusal')]) {
    const text = parts.map((part) => (part.type === 'refusal-delta' ? part.text : '')).join('');
    assert.equal(text, 'I can’t help with that.');
    assert.ok(parts.every(({ type }) => type !== 'text-delta'));
    const finish = parts.at(-1);
    assert.equal(finish?.type === 'finish' && finish.reason, 'refusal');
  }
});

test('calls of custom tools and of namespaces, and pictures that the service makes', async () => {
  const signature = 'openai:{"type":"image_generation_call","id":"ig_1"}';
  const image = { type: 'image', mediaType: 'image/webp', data: 'UklGRg==', signature } as const;
  const calls = [
    { type: 'tool-call', id: 'call_p', name: 'apply_patch', input: '*** Begin Patch\n{\n', isCustom: true },
    { type: 'tool-call', id: 'call_m', name: 'list', input: '{"path":"."}', namespace: 'mcp__files' },
  ] as const;
  for (const parts of [await partsOf('all-calls'), await wholeOf('all-calls')]) {
    assert.deepEqual(parts.slice(0, -1), [image, ...calls]);
    const finish = parts.at(-1);
    assert.equal(finish?.type === 'finish' && finish.reason, 'tool-calls');
  }
  assert.deepEqual(
    inputOf(
      { role: 'assistant', content: [image, ...calls] },
      { role: 'tool', toolCallId: 'call_p', toolName: 'apply_patch', content: 'Done.' },
      { role: 'tool', toolCallId: 'call_m', toolName: 'list', content: 'a.ts' },
    ),
    [
      { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'UklGRg==' },
      { type: 'custom_tool_call', call_id: 'call_p', name: 'apply_patch', input: '*** Begin Patch\n{\n' },
      {
        type: 'function_call',
        call_id: 'call_m',
        name: 'list',
        namespace: 'mcp__files',
        arguments: '{"path":"."}',
      },
      { type: 'custom_tool_call_output', call_id: 'call_p', output: 'Done.' },
      { type: 'function_call_output', call_id: 'call_m', output: 'a.ts' },
    ],
  );
  assert.deepEqual(inputOf({ role: 'assistant', content: [{ type: 'text', text: 'Here.' }, png] }), [
    { role: 'assistant', content: 'Here.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: '(Of the answer before:)' },
        { type: 'input_image', image_url: pngUrl },
      ],
    },
  ]);
});
