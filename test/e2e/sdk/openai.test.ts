/** The official `openai` package reads the fake OpenAI, with the same result as Rumbo's decoder. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import OpenAI from 'openai';
import { deepseek } from '../../../server/engines/deepseek.ts';
import { bearer } from '../../../server/engines/define.ts';
import { openai as engine } from '../../../server/engines/openai.ts';
import type { StreamFormat } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest, FillRequest } from '../../../shared/chat.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import {
  callReply,
  key,
  ourParts,
  partsFrom,
  picture,
  rejection,
  reply,
  textOfType,
  usage,
  weatherCall,
  weatherSchema,
} from './same-reply.ts';

const model = 'fake-model';
/** Chat Completions refuse it. */
const responsesModel = 'gpt-5.3-codex';
const fake = await fakeOpenAi({ key, models: [model, responsesModel] });
after(() => fake.close());
beforeEach(() => {
  fake.reply = reply;
  fake.headers = {};
  fake.fail = undefined;
});

const messages = [{ role: 'user' as const, content: 'hi' }];
const client = new OpenAI({ apiKey: key, baseURL: fake.baseUrl, maxRetries: 0 });
const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: weatherSchema } }];
const ours = (request: Partial<CompletionRequest> = {}, requested = model) =>
  ourParts(fake, engine.wire, { messages, ...request }, { model: requested, headers: bearer(key) });
const ourFill = (format: StreamFormat<FillRequest> | undefined) => {
  assert.ok(format);
  const post = format.encode(model, { prefix: 'a', suffix: 'b' });
  return partsFrom(fake, format, post, { headers: bearer(key) });
};

test('the SDK reads the same text and usage as Rumbo', async () => {
  const stream = client.chat.completions.stream({
    model,
    messages,
    stream_options: { include_usage: true },
  });
  const deltas: string[] = [];
  stream.on('content', (delta) => deltas.push(delta));
  const { choices, usage: counted } = await stream.finalChatCompletion();
  assert.equal(deltas.join(''), reply.text);
  assert.ok(deltas.length > 3, 'in several deltas');
  assert.equal(choices[0]?.finish_reason, 'stop');
  assert.deepEqual(
    [
      counted?.prompt_tokens,
      counted?.prompt_tokens_details?.cached_tokens,
      counted?.completion_tokens,
      counted?.completion_tokens_details?.reasoning_tokens,
    ],
    [120, 100, 30, 18],
  );
  const parts = await ours();
  assert.equal(textOfType(parts, 'text-delta'), reply.text);
  assert.equal(textOfType(parts, 'reasoning-delta'), reply.reasoning);
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage });
});

test('the SDK reads the same tool call as Rumbo', async () => {
  fake.reply = callReply;
  const stream = client.chat.completions.stream({ model, messages, tools });
  const { choices } = await stream.finalChatCompletion();
  assert.equal(choices[0]?.finish_reason, 'tool_calls');
  const [call] = choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.deepEqual({ id: call.id, name: call.function.name, input: call.function.arguments }, weatherCall);
  const [part, finish] = await ours();
  assert.deepEqual(part, { type: 'tool-call', ...weatherCall });
  assert.ok(finish?.type === 'finish' && finish.reason === 'tool-calls');
});

test('an unstreamed answer to a prompt with an image', async () => {
  const answer = await client.chat.completions.create({
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: `data:${picture.mediaType};base64,${picture.data}` } },
        ],
      },
    ],
  });
  assert.equal(answer.choices[0]?.message.content, reply.text);
  assert.equal(answer.usage?.total_tokens, 150);
  assert.match(JSON.stringify(fake.chats.at(-1)?.body), /image_url/);
});

test('the finish reason reports a reached limit', async () => {
  fake.reply = { text: 'One two', finish: 'length' };
  const answer = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
  assert.equal(answer.choices[0]?.finish_reason, 'length');
});

test('the SDK reads the same Responses stream as Rumbo, reasoning apart', async () => {
  const events = client.responses.stream({ model: responsesModel, input: 'hi' });
  const [texts, thoughts]: [string[], string[]] = [[], []];
  events.on('response.output_text.delta', ({ delta }) => texts.push(delta));
  events.on('response.reasoning_summary_text.delta', ({ delta }) => thoughts.push(delta));
  const response = await events.finalResponse();
  assert.equal(texts.join(''), reply.text);
  assert.equal(thoughts.join(''), reply.reasoning);
  assert.equal(response.output_text, reply.text);
  assert.equal(response.status, 'completed');
  const { usage: counted } = response;
  assert.deepEqual(
    [
      counted?.input_tokens,
      counted?.input_tokens_details.cached_tokens,
      counted?.output_tokens,
      counted?.output_tokens_details.reasoning_tokens,
    ],
    [120, 100, 30, 18],
  );
  const parts = await ours({}, responsesModel);
  assert.equal(fake.chats.at(-1)?.path, '/v1/responses');
  assert.equal(textOfType(parts, 'text-delta'), reply.text);
  assert.equal(textOfType(parts, 'reasoning-delta'), reply.reasoning);
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage });
});

test('a function call of Responses, and an answer at its limit', async () => {
  fake.reply = { ...callReply, reasoning: 'Lima.' };
  const response = await client.responses.stream({ model: responsesModel, input: 'hi' }).finalResponse();
  const call = response.output.find(({ type }) => type === 'function_call');
  assert.ok(call?.type === 'function_call');
  assert.deepEqual({ id: call.call_id, name: call.name, input: call.arguments }, weatherCall);
  const parts = await ours({}, responsesModel);
  assert.deepEqual(
    parts.filter(({ type }) => type === 'tool-call'),
    [{ type: 'tool-call', ...weatherCall }],
  );
  fake.reply = { text: 'One two', finish: 'length' };
  const cut = await client.responses.stream({ model: responsesModel, input: 'hi' }).finalResponse();
  assert.equal(cut.status, 'incomplete');
  assert.equal(cut.incomplete_details?.reason, 'max_output_tokens');
  const finish = (await ours({}, responsesModel)).at(-1);
  assert.ok(finish?.type === 'finish' && finish.reason === 'length');
  const whole = await client.responses.create({ model: responsesModel, input: 'hi' });
  assert.equal(whole.output_text, 'One two');
});

test('the SDK reads the same text completions as Rumbo, DeepSeek’s fill in the middle', async () => {
  const request = { model, prompt: 'a', suffix: 'b' };
  const chunks = await Array.fromAsync(await client.completions.create({ ...request, stream: true }));
  assert.equal(chunks.map(({ choices }) => choices[0]?.text ?? '').join(''), reply.text);
  assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  assert.equal((await client.completions.create(request)).choices[0]?.text, reply.text);
  const parts = await ourFill(deepseek.wire.fill);
  assert.equal(textOfType(parts, 'text-delta'), reply.text);
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage });
});

test('the list of models', async () => {
  const models = await Array.fromAsync(client.models.list());
  assert.deepEqual(
    models.map(({ id }) => id),
    fake.models,
  );
});

test('embeddings, as base64 for the SDK or as numbers', async () => {
  const input = ['four', 'fourteen chars'];
  const { data } = await client.embeddings.create({ model, input });
  assert.deepEqual(
    data.map(({ embedding }) => embedding),
    [
      [4, 0, 0.5],
      [14, 1, 0.5],
    ],
  );
  const floats = await client.embeddings.create({ model, input, encoding_format: 'float' });
  assert.deepEqual(floats.data[0]?.embedding, [4, 0, 0.5]);
});

test('each error response becomes the right class of error', async () => {
  const ask = () => client.chat.completions.create({ model, messages });
  const withWrongKey = new OpenAI({ apiKey: 'wrong', baseURL: fake.baseUrl, maxRetries: 0 });
  const unauthorized = await rejection(withWrongKey.models.list());
  assert.ok(unauthorized instanceof OpenAI.AuthenticationError);
  assert.equal(unauthorized.code, 'invalid_api_key');
  const missing = await rejection(client.chat.completions.create({ model: 'no-such', messages }));
  assert.ok(missing instanceof OpenAI.NotFoundError);
  assert.equal(missing.code, 'model_not_found');
  const orphan = { role: 'tool' as const, tool_call_id: 'none', content: '' };
  const refused = await rejection(client.chat.completions.create({ model, messages: [orphan] }));
  assert.ok(refused instanceof OpenAI.BadRequestError);
  assert.equal(refused.param, 'messages');
  fake.fail = {
    status: 429,
    body: { error: { message: 'Slow down.', type: 'requests', param: null, code: 'rate_limit_exceeded' } },
    headers: { 'retry-after-ms': '1200' },
  };
  const limited = await rejection(ask());
  assert.ok(limited instanceof OpenAI.RateLimitError);
  assert.equal(limited.headers.get('retry-after-ms'), '1200');
  fake.fail = { status: 503, body: { error: { message: 'Overloaded.', type: 'server_error' } } };
  assert.ok((await rejection(ask())) instanceof OpenAI.InternalServerError);
});

test('the answer carries the remaining rate limits', async () => {
  fake.headers = { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '1s' };
  const { response } = await client.chat.completions.create({ model, messages }).withResponse();
  assert.equal(response.headers.get('x-ratelimit-remaining-requests'), '59');
});
