/** The official `@anthropic-ai/sdk` reads the fake Anthropic, with the same result as Rumbo's decoder. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { anthropic as engine } from '../../../server/engines/anthropic.ts';
import { fakeAnthropic } from '../../support/fake-providers/anthropic.ts';
import {
  callReply,
  key,
  ourParts,
  picture,
  rejection,
  reply,
  textOfType,
  usage,
  weatherCall,
  weatherSchema,
} from './same-reply.ts';

const fake = await fakeAnthropic({ key });
after(() => fake.close());
beforeEach(() => {
  fake.reply = reply;
  fake.headers = {};
  fake.fail = undefined;
});

const model = 'claude-fake';
const ask = { model, max_tokens: 64, messages: [{ role: 'user' as const, content: 'hi' }] };
const client = new Anthropic({ apiKey: key, baseURL: fake.baseUrl, maxRetries: 0 });
const tools = [{ name: 'get_weather', input_schema: weatherSchema }];
const ours = () =>
  ourParts(
    fake,
    engine.wire,
    { messages: [{ role: 'user', content: 'hi' }] },
    { below: '/v1', headers: engine.headers(key) },
  );

test('the SDK reads the same text, thinking and usage as Rumbo', async () => {
  const stream = client.messages.stream(ask);
  const [texts, thoughts]: [string[], string[]] = [[], []];
  stream.on('text', (delta) => texts.push(delta)).on('thinking', (delta) => thoughts.push(delta));
  const message = await stream.finalMessage();
  assert.equal(texts.join(''), reply.text);
  assert.equal(thoughts.join(''), reply.reasoning);
  assert.ok(texts.length > 3, 'in several deltas');
  assert.deepEqual(
    message.content.map(({ type }) => type),
    ['thinking', 'text'],
  );
  assert.ok(message.content[0]?.type === 'thinking' && message.content[0].signature);
  assert.equal(message.stop_reason, 'end_turn');
  const { input_tokens, cache_read_input_tokens, output_tokens } = message.usage;
  assert.deepEqual([input_tokens, cache_read_input_tokens, output_tokens], [20, 100, 30]);

  const parts = await ours();
  assert.equal(textOfType(parts, 'text-delta'), reply.text);
  assert.equal(textOfType(parts, 'reasoning-delta'), reply.reasoning);
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage });
});

test('the SDK reads the same tool call as Rumbo, with the thinking that is sent back with it', async () => {
  fake.reply = { ...callReply, reasoning: 'Lima.' };
  const message = await client.messages.stream({ ...ask, tools }).finalMessage();
  assert.equal(message.stop_reason, 'tool_use');
  const [thinking, call] = message.content;
  assert.ok(call?.type === 'tool_use');
  assert.deepEqual([call.id, call.name], [weatherCall.id, weatherCall.name]);
  assert.deepEqual(call.input, JSON.parse(weatherCall.input));

  const part = (await ours()).find(({ type }) => type === 'tool-call');
  assert.ok(part?.type === 'tool-call');
  const { signature, type: _, ...rest } = part;
  assert.deepEqual(rest, weatherCall);
  assert.deepEqual(JSON.parse(signature ?? ''), [thinking]);
});

test('an unstreamed answer to a prompt with an image', async () => {
  const message = await client.messages.create({
    ...ask,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          {
            type: 'image',
            source: { type: 'base64', media_type: picture.mediaType, data: picture.data },
          },
        ],
      },
    ],
  });
  const text = message.content.find(({ type }) => type === 'text');
  assert.ok(text?.type === 'text' && text.text === reply.text);
  assert.match(JSON.stringify(fake.chats.at(-1)?.body), /base64/);
});

test('the stop reason reports a reached limit', async () => {
  fake.reply = { text: 'One two', finish: 'length' };
  assert.equal((await client.messages.stream(ask).finalMessage()).stop_reason, 'max_tokens');
});

test('the list of models, with limits and abilities', async () => {
  const [listed] = await Array.fromAsync(client.models.list());
  assert.equal(listed?.id, model);
  assert.equal(listed?.capabilities?.image_input.supported, true);
  const { data } = await client.models.list();
  assert.deepEqual(engine.wire.decodeModels({ data }), [
    { name: model, contextTokens: 200_000, maxOutputTokens: 64_000, tools: true, vision: true },
  ]);
});

test('each error response becomes the right class of error', async () => {
  const unauthorized = new Anthropic({ apiKey: 'wrong', baseURL: fake.baseUrl, maxRetries: 0 });
  assert.ok((await rejection(unauthorized.messages.create(ask))) instanceof Anthropic.AuthenticationError);
  const missing = await rejection(client.messages.create({ ...ask, model: 'no-such' }));
  assert.ok(missing instanceof Anthropic.NotFoundError);
  assert.equal(missing.requestID ?? 'req_fake', 'req_fake');
  const prefill = { role: 'assistant' as const, content: 'Once' };
  const prefilled = await rejection(client.messages.create({ ...ask, messages: [...ask.messages, prefill] }));
  assert.ok(prefilled instanceof Anthropic.BadRequestError);
  assert.match(prefilled.message, /does not support assistant message prefill/);
  fake.fail = {
    status: 429,
    body: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' } },
    headers: { 'retry-after': '3' },
  };
  const limited = await rejection(client.messages.stream(ask).finalMessage());
  assert.ok(limited instanceof Anthropic.RateLimitError);
  assert.equal(limited.headers.get('retry-after'), '3');
  fake.fail = { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Busy.' } } };
  const overloaded = await rejection(client.messages.create(ask));
  assert.ok(overloaded instanceof Anthropic.InternalServerError);
  assert.equal(overloaded.status, 529);
});

test('the SDK sends the same version and the same single key header as Rumbo', async () => {
  await client.messages.create(ask);
  const { headers } = fake.chats.at(-1) ?? {};
  assert.deepEqual(
    { 'anthropic-version': headers?.['anthropic-version'], authorization: headers?.['authorization'] },
    engine.headers(key),
  );
  assert.equal(headers?.['x-api-key'], undefined);
});

test('the answer carries the remaining rate limits', async () => {
  fake.headers = { 'anthropic-ratelimit-requests-remaining': '49' };
  const { response } = await client.messages.create(ask).withResponse();
  assert.equal(response.headers.get('anthropic-ratelimit-requests-remaining'), '49');
});
