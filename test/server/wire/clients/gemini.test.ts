/** Gemini's generateContent in the other direction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { geminiClients } from '../../../../server/wire/clients/gemini.ts';
import { geminiGenerateContent } from '../../../../server/wire/gemini-generate-content.ts';
import type { EnginePart } from '../../../../shared/chat.ts';

const { decodeRequest, encoder } = geminiClients;
const usage = { input: 10, cachedRead: 4, cacheWrite: 0, output: 5, reasoning: 2 };

test('names with underscores, results without ids and schemas in capitals are read', () => {
  const { ask, ignored, model, stream } = decodeRequest(
    {
      system_instruction: { parts: [{ text: 'Be brief.' }, { text: 'In Spanish.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'x' }, { inline_data: { mime_type: 'image/png', data: 'AAAA' } }] },
        {
          role: 'model',
          parts: [{ function_call: { name: 'look', args: { a: 1 } }, thought_signature: 'c2ln' }],
        },
        {
          role: 'user',
          parts: [{ function_response: { name: 'look', response: { output: 'seen' } } }, { text: 'and?' }],
        },
      ],
      generation_config: {
        max_output_tokens: 9,
        thinking_config: { thinking_budget: 0 },
        response_schema: { type: 'OBJECT', properties: { a: { type: 'STRING', enum: ['STRING'] } } },
        media_resolution: 'LOW',
      },
      tools: [
        { function_declarations: [{ name: 'look', parameters: { type: 'OBJECT' } }] },
        { google_search: {} },
      ],
      tool_config: { function_calling_config: { mode: 'any' } },
      safety_settings: [],
    },
    { model: 'gemini-x', stream: false },
  );
  assert.deepEqual(
    [model, stream, ignored],
    ['gemini-x', false, ['safetySettings', 'generationConfig.mediaResolution']],
  );
  assert.deepEqual(ask, {
    messages: [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Be brief.' },
          { type: 'text', text: 'In Spanish.' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'x' },
          { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', id: 'call_0', name: 'look', input: '{"a":1}', signature: 'gemini:c2ln' },
        ],
      },
      { role: 'tool', toolCallId: 'call_0', toolName: 'look', content: 'seen' },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ],
    tools: [
      { name: 'look', inputSchema: { type: 'object' } },
      {
        type: 'hosted',
        wire: 'gemini-generate-content',
        name: 'google_search',
        definition: { google_search: {} },
      },
    ],
    toolChoice: 'required',
    maxOutputTokens: 9,
    reasoning: { effort: 'none' },
    responseFormat: {
      type: 'json',
      schema: { type: 'object', properties: { a: { type: 'string', enum: ['STRING'] } } },
    },
  });
});

const parts: readonly EnginePart[] = [
  { type: 'reasoning-delta', text: 'Hm.' },
  { type: 'text-delta', text: 'Años ' },
  { type: 'text-delta', text: '😀' },
  { type: 'text-signature', signature: 'gemini:c2ln' },
  { type: 'image', mediaType: 'image/png', data: 'AAAA' },
  { type: 'hosted', wire: 'gemini-generate-content', item: { executableCode: { code: '1' } } },
  { type: 'citation', citation: { url: 'https://example.com', title: 'E', start: 5, end: 7 } },
  { type: 'logprobs', tokens: [{ token: 'A', logprob: -0.5, top: [{ token: 'B', logprob: -1 }] }] },
  { type: 'alternative', text: 'Other', reason: 'length' },
  { type: 'tool-call', id: 'c1', name: 'look', input: '{"a":1}', signature: 'MQ==' },
  { type: 'finish', reason: 'tool-calls', usage },
];
const request = decodeRequest({ contents: [] });
const answer = { id: 'r1', model: 'auto', createdAt: 1_700_000_000, request };
const sorted = (list: readonly EnginePart[]) => {
  const joined = list.reduce<EnginePart[]>((all, part) => {
    const last = all.at(-1);
    if (last?.type === 'text-delta' && part.type === 'text-delta')
      all[all.length - 1] = { ...last, text: last.text + part.text };
    else all.push(part);
    return all;
  }, []);
  return joined.map((part) => inspect(part, { depth: 9, sorted: true })).sort();
};

test('our own decoder reads the streamed answer and the whole one as the same parts', () => {
  const read = (events: readonly { readonly data: string }[]) => {
    const decoder = geminiGenerateContent.chat('m').decoder({ messages: [], answerCount: 2 });
    return [...events.flatMap((event) => decoder.read(event)), ...decoder.end()];
  };
  const stream = encoder(answer);
  const events = [...stream.start(), ...parts.flatMap((part) => stream.part(part))];
  assert.ok(events.every(({ data }) => !('event' in JSON.parse(data))));
  assert.deepEqual(sorted(read(events)), sorted(parts));
  assert.deepEqual(sorted(read([{ data: JSON.stringify(stream.whole()) }])), sorted(parts));
});

test('a signature of another vendor comes back as it was', () => {
  const stream = encoder(answer);
  const [event] = stream.part({
    type: 'tool-call',
    id: 'c1',
    name: 'look',
    input: '{}',
    signature: 'anthropic:[1]',
  });
  const { candidates } = JSON.parse(event?.data ?? '');
  const { ask } = decodeRequest({ contents: [candidates[0].content] });
  assert.deepEqual(ask.messages?.[0]?.content, [
    { type: 'tool-call', id: 'c1', name: 'look', input: '{}', signature: 'anthropic:[1]' },
  ]);
});

test('a body that cannot be read is refused by the name of the field', () => {
  for (const [body, message] of [
    [[], /The body is no JSON object/],
    [{ contents: 'x' }, /contents is missing/],
    [{ contents: [7] }, /contents\[0\] is no object/],
    [
      { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'video/mp4', data: '' } }] }] },
      /contents\[0\]\.parts\[0\] is of type video\/mp4/,
    ],
  ] as const)
    assert.throws(() => decodeRequest(body), { message });
});
