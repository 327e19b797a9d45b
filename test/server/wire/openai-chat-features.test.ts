/** What Chat Completions and its copies are sent beyond text: parts, tools, formats, efforts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import type { CompletionRequest, ReasoningEffort } from '../../../shared/chat.ts';
import type { UserPart } from '../../../shared/content.ts';

const bodyOf = (
  kind: string,
  model: string,
  request: Partial<CompletionRequest>,
): Record<string, unknown> => {
  const definition = engines.find((engine) => engine.kind === kind);
  assert.ok(definition, kind);
  const messages = [{ role: 'user', content: 'hi' }] as const;
  return definition.wire.chat(model).encode(model, { messages, ...request }).body as Record<string, unknown>;
};
const contentOf = (kind: string, content: readonly UserPart[]): unknown =>
  (bodyOf(kind, 'm', { messages: [{ role: 'user', content }] })['messages'] as { content: unknown }[])[0]
    ?.content;

test('pictures, documents and sound are written as OpenAI documents them', () => {
  assert.deepEqual(
    contentOf('openai', [
      { type: 'text', text: 'Compare' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA', detail: 'low' },
      { type: 'image', url: 'https://example.com/a.png' },
      { type: 'document', mediaType: 'application/pdf', data: 'BBBB', title: 'report.pdf' },
      { type: 'document', fileId: 'file-1', provider: 'openai' },
      { type: 'audio', mediaType: 'audio/mpeg', data: 'CCCC' },
    ]),
    [
      { type: 'text', text: 'Compare' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { filename: 'report.pdf', file_data: 'data:application/pdf;base64,BBBB' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'input_audio', input_audio: { data: 'CCCC', format: 'mp3' } },
    ],
  );
});

test('Mistral has its own form of documents and sound', () => {
  assert.deepEqual(
    contentOf('mistral', [
      { type: 'document', url: 'https://example.com/a.pdf', title: 'a.pdf' },
      { type: 'document', mediaType: 'application/pdf', data: 'BBBB' },
      { type: 'audio', mediaType: 'audio/wav', data: 'CCCC' },
    ]),
    [
      { type: 'document_url', document_url: 'https://example.com/a.pdf', document_name: 'a.pdf' },
      { type: 'document_url', document_url: 'data:application/pdf;base64,BBBB' },
      { type: 'input_audio', input_audio: 'CCCC' },
    ],
  );
});

test('parts of plain text are one text, which every copy reads', () => {
  const content = [
    { type: 'text', text: 'One. ', cache: '1h' },
    { type: 'text', text: 'Two.' },
  ] as const;
  for (const kind of ['openai', 'llama-cpp']) assert.equal(contentOf(kind, content), 'One. Two.');
  const plain = content.map(({ type, text }) => ({ type, text }));
  assert.equal(contentOf('openai-compatible', plain), 'One. Two.');
  assert.deepEqual(contentOf('openai-compatible', content), [
    { type: 'text', text: 'One. ', cache_control: { type: 'ephemeral', ttl: '1h' } },
    { type: 'text', text: 'Two.' },
  ]);
});

test('a refusal of an earlier answer has its own field, and a custom call its own form', () => {
  const { messages } = bodyOf('openai', 'gpt-6-sol', {
    messages: [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'refusal', text: 'I will not.' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Look.' },
          { type: 'tool-call', id: 'c1', name: 'patch', input: '*** Begin', isCustom: true },
        ],
      },
    ],
  });
  assert.deepEqual(messages, [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: null, refusal: 'I will not.' },
    {
      role: 'assistant',
      content: 'Look.',
      tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'patch', input: '*** Begin' } }],
    },
  ]);
});

test('the reasoning that a service requires back comes from the parts of the message', () => {
  const { messages } = bodyOf('deepseek', 'deepseek-v4-pro', {
    messages: [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'First look.' },
          { type: 'tool-call', id: 'c1', name: 'look', input: '{}' },
        ],
      },
    ],
  });
  assert.equal((messages as { reasoning_content?: string }[])[1]?.reasoning_content, 'First look.');
});

test('a gateway gets its reasoning back as it sent it, and no other service does', () => {
  const reasoning_details = [{ type: 'reasoning.encrypted', index: 0, data: 'xyz' }];
  const signature = JSON.stringify({ reasoning_details });
  const messages = [
    { role: 'user', content: 'x' },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: '', signature },
        { type: 'text', text: 'y' },
      ],
    },
  ] as const;
  const answer = { role: 'assistant', content: 'y' };
  const sent = (kind: string) => (bodyOf(kind, 'm', { messages })['messages'] as object[])[1];
  assert.deepEqual(sent('openai-compatible'), { ...answer, reasoning_details });
  assert.deepEqual(sent('openai'), answer);
});

test('strict and custom tools, and the choice of a custom one', () => {
  const tools = [
    { name: 'look', inputSchema: { type: 'object' }, isStrict: true },
    { type: 'custom', name: 'patch', description: 'Edit', grammar: { syntax: 'lark', text: 'start: "a"' } },
  ] as const;
  const body = bodyOf('openai', 'gpt-6-sol', { tools, toolChoice: { type: 'tool', toolName: 'patch' } });
  assert.deepEqual(body['tools'], [
    { type: 'function', function: { name: 'look', parameters: { type: 'object' }, strict: true } },
    {
      type: 'custom',
      custom: {
        name: 'patch',
        description: 'Edit',
        format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
      },
    },
  ]);
  assert.deepEqual(body['tool_choice'], { type: 'custom', custom: { name: 'patch' } });
  const loose = bodyOf('groq', 'openai/gpt-oss-20b', { tools: tools.slice(0, 1) });
  assert.deepEqual(loose['tools'], [
    { type: 'function', function: { name: 'look', parameters: { type: 'object' } } },
  ]);
});

test('an answer in JSON, by a schema or by a grammar, in the fields of each service', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const json = { type: 'json', schema, name: 'pair', isStrict: true } as const;
  const whole = { type: 'json_schema', json_schema: { name: 'pair', schema, strict: true } };
  for (const kind of [
    'openai',
    'groq',
    'xai',
    'mistral',
    'vllm',
    'llama-cpp',
    'lm-studio',
    'openai-compatible',
  ])
    assert.deepEqual(bodyOf(kind, 'm', { responseFormat: json })['response_format'], whole, kind);
  const any = { type: 'json' } as const;
  assert.deepEqual(bodyOf('deepseek', 'm', { responseFormat: any })['response_format'], {
    type: 'json_object',
  });
  const gbnf = { type: 'grammar', grammar: { syntax: 'gbnf', text: 'root ::= "a"' } } as const;
  assert.equal(bodyOf('llama-cpp', 'm', { responseFormat: gbnf })['grammar'], 'root ::= "a"');
  const regex = { type: 'grammar', grammar: { syntax: 'regex', text: 'a+' } } as const;
  assert.deepEqual(bodyOf('vllm', 'm', { responseFormat: regex })['structured_outputs'], { regex: 'a+' });
  assert.deepEqual(bodyOf('vllm', 'm', { responseFormat: gbnf })['structured_outputs'], {
    grammar: 'root ::= "a"',
  });
});

test('an effort is the nearest that the model has', () => {
  const template = (enable_thinking: boolean, more: object = {}) => ({
    chat_template_kwargs: { enable_thinking, ...more },
  });
  const table: readonly (readonly [string, string, ReasoningEffort, object])[] = [
    ['openai', 'gpt-6-sol', 'none', { reasoning_effort: 'none' }],
    ['openai', 'gpt-6-sol', 'minimal', { reasoning_effort: 'low' }],
    ['openai', 'gpt-5-mini', 'none', { reasoning_effort: 'minimal' }],
    ['openai', 'o3', 'max', { reasoning_effort: 'high' }],
    ['openai', 'gpt-4.1', 'high', {}],
    ['groq', 'qwen/qwen3-32b', 'high', { reasoning_effort: 'default' }],
    ['groq', 'openai/gpt-oss-20b', 'max', { reasoning_effort: 'high' }],
    ['groq', 'llama-3.3-70b-versatile', 'high', {}],
    ['xai', 'grok-4.6', 'medium', { reasoning_effort: 'high' }],
    ['xai', 'grok-4.20-0309-non-reasoning', 'high', {}],
    ['mistral', 'mistral-small-latest', 'low', { reasoning_effort: 'high' }],
    ['mistral', 'codestral-latest', 'low', {}],
    ['deepseek', 'deepseek-v4-pro', 'none', { thinking: { type: 'disabled' } }],
    ['deepseek', 'deepseek-v4-pro', 'low', { thinking: { type: 'enabled' }, reasoning_effort: 'high' }],
    ['vllm', 'm', 'none', template(false)],
    ['llama-cpp', 'm', 'minimal', template(true, { reasoning_effort: 'low' })],
    ['openai-compatible', 'm', 'xhigh', { reasoning_effort: 'high' }],
  ];
  for (const [kind, model, effort, expected] of table) {
    const {
      model: _,
      messages,
      stream,
      stream_options,
      reasoning_format,
      ...fields
    } = bodyOf(kind, model, {
      reasoning: { effort },
    });
    assert.deepEqual(fields, expected, `${kind} ${model} ${effort}`);
  }
  const budget = bodyOf('openai', 'gpt-6-sol', { reasoning: { budgetTokens: 9_000 } });
  assert.equal(budget['reasoning_effort'], 'high');
});

test('sampling, tiers, probabilities and counts have the names of the API', () => {
  const body = bodyOf('openai', 'gpt-4.1', {
    frequencyPenalty: 0.5,
    presencePenalty: -0.5,
    prediction: 'const a = 1;',
    serviceTier: 'flex',
    logprobs: 3,
    answerCount: 2,
    output: { audio: { voice: 'alloy', format: 'wav' } },
  });
  const { model: _, messages, stream, stream_options, ...fields } = body;
  assert.deepEqual(fields, {
    frequency_penalty: 0.5,
    presence_penalty: -0.5,
    prediction: { type: 'content', content: 'const a = 1;' },
    service_tier: 'flex',
    logprobs: true,
    top_logprobs: 3,
    n: 2,
    modalities: ['text', 'audio'],
    audio: { voice: 'alloy', format: 'wav' },
  });
  assert.equal(bodyOf('vllm', 'm', { topK: 40 })['top_k'], 40);
  assert.equal(bodyOf('openai', 'gpt-4.1', { topK: 40 })['top_k'], undefined);
});
