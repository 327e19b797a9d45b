/** The official `openai` package reads the answers that we encode for clients of Chat Completions, and we read its requests. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import type { ClientRequest } from '../../../server/wire/clients/client-format.ts';
import { openaiChatClients } from '../../../server/wire/clients/openai-chat.ts';
import type { EnginePart } from '../../../shared/chat.ts';

const parts: readonly EnginePart[] = [
  { type: 'reasoning-delta', text: 'Hm.' },
  { type: 'text-delta', text: '{"day":' },
  { type: 'text-delta', text: '"good"}' },
  { type: 'tool-call', id: 'c1', name: 'look', input: '{"a":1}' },
  {
    type: 'finish',
    reason: 'tool-calls',
    usage: { input: 9, cachedRead: 3, cacheWrite: 0, output: 4, reasoning: 1 },
  },
];
let received: ClientRequest | undefined;
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  received = openaiChatClients.decodeRequest(JSON.parse(text));
  const stream = openaiChatClients.encoder({
    id: 'chatcmpl-1',
    model: 'auto',
    createdAt: 1_700_000_000,
    request: received,
  });
  const events = [...stream.start(), ...parts.flatMap((part) => stream.part(part))];
  response.writeHead(200, { 'content-type': received.stream ? 'text/event-stream' : 'application/json' });
  response.end(
    received.stream ? events.map(({ data }) => `data: ${data}\n\n`).join('') : JSON.stringify(stream.whole()),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const client = new OpenAI({
  apiKey: 'test-key',
  baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
  maxRetries: 0,
});

const request = {
  model: 'auto',
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' } },
      ],
    },
  ],
  tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' }, strict: true } }],
  tool_choice: { type: 'function', function: { name: 'look' } },
  reasoning_effort: 'low',
  response_format: { type: 'json_schema', json_schema: { name: 'pair', schema: { type: 'object' } } },
  prediction: { type: 'content', content: 'const a = 1;' },
  service_tier: 'flex',
} as const satisfies Omit<OpenAI.ChatCompletionCreateParams, 'stream'>;

test('a stream of ours is a whole completion to the SDK', async () => {
  const stream = client.chat.completions.stream({
    ...request,
    messages: [...request.messages],
    tools: [...request.tools],
    stream_options: { include_usage: true },
  } as never);
  const { choices, usage } = await stream.finalChatCompletion();
  assert.equal(choices[0]?.message.content, '{"day":"good"}');
  assert.equal(choices[0]?.finish_reason, 'tool_calls');
  const [call] = choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.deepEqual([call.id, call.function.name, call.function.arguments], ['c1', 'look', '{"a":1}']);
  assert.deepEqual(
    [usage?.prompt_tokens, usage?.completion_tokens, usage?.prompt_tokens_details?.cached_tokens],
    [9, 4, 3],
  );
});

test('without streaming it is one body', async () => {
  const { choices, usage } = await client.chat.completions.create(request as never);
  assert.equal(choices[0]?.message.content, '{"day":"good"}');
  assert.equal(usage?.total_tokens, 13);
});

test('what the SDK sends is read whole', () => {
  assert.ok(received);
  const { ask, ignored } = received;
  assert.deepEqual(ignored, []);
  assert.deepEqual(ask, {
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image', mediaType: 'image/png', data: 'AAAA', detail: 'low' },
          { type: 'document', mediaType: 'application/pdf', data: 'BBBB', title: 'a.pdf' },
        ],
      },
    ],
    tools: [{ name: 'look', inputSchema: { type: 'object' }, isStrict: true }],
    toolChoice: { type: 'tool', toolName: 'look' },
    reasoning: { effort: 'low' },
    responseFormat: { type: 'json', schema: { type: 'object' }, name: 'pair' },
    prediction: 'const a = 1;',
    serviceTier: 'flex',
  });
});
