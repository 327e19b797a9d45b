/** Chat Completions in the other direction: what clients send, and answers as clients and SDKs read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { openaiChatClients } from '../../../../server/wire/clients/openai-chat.ts';
import { chunkDecoder } from '../../../../server/wire/openai-chat-stream.ts';
import type { CompletionRequest, EnginePart } from '../../../../shared/chat.ts';

const { decodeRequest, encoder } = openaiChatClients;
const usage = { input: 10, cachedRead: 4, cacheWrite: 0, output: 5, reasoning: 2 };

test('what clients of today send is read, and what is not carried on is named', () => {
  const { ask, ignored, stream, wantsUsage } = decodeRequest({
    model: 'auto',
    messages: [
      {
        role: 'developer',
        content: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'x' },
          { type: 'video_url', video_url: {} },
        ],
      },
      { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{}' } },
      { role: 'function', name: 'look', content: 'seen' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'open', arguments: { a: 1 } } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'opened' }] },
    ],
    functions: [{ name: 'look', parameters: { type: 'object' } }],
    tools: [{ type: 'web_search' }],
    temperature: 5,
    stop: ['a', 'b', 'c', 'd', 'e'],
    max_tokens: 32_000,
    stream_options: { include_usage: true },
    stream: true,
    store: true,
    logit_bias: { 50256: -100 },
    unknown: null,
  });
  assert.deepEqual(ask.messages, [
    { role: 'system', content: [{ type: 'text', text: 'Be brief.', cache: '5m' }] },
    { role: 'user', content: [{ type: 'text', text: 'x' }] },
    { role: 'assistant', content: '', toolCalls: [{ id: 'look', name: 'look', input: '{}' }] },
    { role: 'tool', toolCallId: 'look', toolName: 'look', content: 'seen' },
    { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'open', input: '{"a":1}' }] },
    { role: 'tool', toolCallId: 'c1', toolName: 'open', content: [{ type: 'text', text: 'opened' }] },
  ]);
  assert.deepEqual([...ignored].sort(), ['logit_bias', 'messages[1].content[1]', 'store', 'tools[0]']);
  assert.deepEqual(
    [ask.temperature, ask.stop?.length, ask.maxOutputTokens, stream, wantsUsage],
    [2, 4, 32_000, true, true],
  );
  assert.deepEqual(
    ask.tools?.map(({ name }) => name),
    ['look'],
  );
});

test('a body that cannot be read is refused by the name of the field', () => {
  const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });
  for (const [body, message] of [
    [null, /The body is no JSON object/],
    [{}, /messages is missing/],
    [{ messages: [7] }, /messages\[0\] is no object/],
    [{ messages: [{ role: 'robot', content: 'x' }] }, /messages\[0\]\.role is "robot"/],
    [user(7), /messages\[0\]\.content is neither/],
    [
      user([{ type: 'image_url', image_url: { url: 'file:///a.png' } }]),
      /messages\[0\]\.content\[0\]\.image_url is neither/,
    ],
    [
      user([{ type: 'image_url', image_url: { url: 'data:image/tiff;base64,AAAA' } }]),
      /image\/tiff; models read PNG/,
    ],
  ] as const)
    assert.throws(() => decodeRequest(body), { message });
});

const parts: readonly EnginePart[] = [
  { type: 'reasoning-delta', text: 'Hm.' },
  { type: 'text-delta', text: 'Hel' },
  { type: 'text-delta', text: 'lo' },
  { type: 'citation', citation: { url: 'https://example.com', title: 'E', start: 0, end: 5 } },
  { type: 'image', mediaType: 'image/png', data: 'AAAA' },
  { type: 'logprobs', tokens: [{ token: 'Hel', logprob: -0.5, top: [{ token: 'H', logprob: -1 }] }] },
  { type: 'tool-call', id: 'c1', name: 'look', input: '{"a":1}' },
  { type: 'tool-call', id: 'c2', name: 'patch', input: '*** a', isCustom: true },
  { type: 'alternative', text: 'Other', reason: 'length' },
  { type: 'finish', reason: 'tool-calls', usage },
];
const request = decodeRequest({ messages: [], stream_options: { include_usage: true } });
const answer = { id: 'r1', model: 'auto', createdAt: 1_700_000_000, request };
const merged = (list: readonly EnginePart[]): readonly EnginePart[] =>
  list.reduce<EnginePart[]>((all, part) => {
    const last = all.at(-1);
    if (last && last.type === part.type && 'text' in last && 'text' in part && part.type !== 'alternative')
      all[all.length - 1] = { ...last, text: last.text + part.text } as EnginePart;
    else all.push(part);
    return all;
  }, []);
const bySort = (list: readonly EnginePart[]) =>
  list.map((part) => inspect(part, { depth: 9, sorted: true })).sort();

test('our own decoder reads the streamed answer and the whole one as the same parts', () => {
  const original: CompletionRequest = { messages: [], answerCount: 2, logprobs: 1 };
  const read = (events: readonly { readonly data: string }[]): readonly EnginePart[] => {
    const decoder = chunkDecoder({}, original);
    const found = events.flatMap((event) => decoder.read(event));
    return merged([...found, ...(found.some(({ type }) => type === 'finish') ? [] : decoder.end())]);
  };
  const stream = encoder(answer);
  const events = [...stream.start(), ...parts.flatMap((part) => stream.part(part))];
  assert.deepEqual(bySort(read(events)), bySort(merged(parts)));
  assert.equal(events.at(-1)?.data, '[DONE]');
  assert.deepEqual(bySort(read([{ data: JSON.stringify(stream.whole()) }])), bySort(merged(parts)));
});

test('a refusal has a field of its own, streamed and whole', () => {
  const stream = encoder(answer);
  const events = [
    ...stream.part({ type: 'refusal-delta', text: 'No.' }),
    ...stream.part({ type: 'finish', reason: 'refusal', usage }),
  ];
  assert.deepEqual(JSON.parse(events[0]?.data ?? '').choices[0].delta, { refusal: 'No.' });
  const { message, finish_reason } =
    (stream.whole() as { choices: { message: object; finish_reason: string }[] }).choices[0] ?? {};
  assert.deepEqual([message, finish_reason], [{ role: 'assistant', content: null, refusal: 'No.' }, 'stop']);
});
