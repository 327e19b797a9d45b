/** The official `@google/genai` reads the fake Gemini, with the same result as Rumbo's decoder. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { ApiError, GoogleGenAI } from '@google/genai';
import { gemini as engine } from '../../../server/engines/gemini.ts';
import { fakeGemini } from '../../support/fake-providers/gemini.ts';
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

const fake = await fakeGemini({ key });
after(() => fake.close());
beforeEach(() => {
  fake.reply = reply;
  fake.headers = {};
  fake.fail = undefined;
});

const model = 'gemini-fake';
const clientWith = (apiKey: string) =>
  new GoogleGenAI({
    apiKey,
    // Neither is to be guessed from the environment.
    enterprise: false,
    apiVersion: 'v1beta',
    httpOptions: { baseUrl: fake.baseUrl, retryOptions: { attempts: 1 } },
  });
const { models } = clientWith(key);
const config = {
  tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: weatherSchema }] }],
};
const ours = () =>
  ourParts(
    fake,
    engine.wire,
    { messages: [{ role: 'user', content: 'hi' }] },
    { below: '/v1beta', headers: engine.headers(key) },
  );

test('the SDK reads the same text, thoughts and usage as Rumbo', async () => {
  const chunks = await Array.fromAsync(await models.generateContentStream({ model, contents: 'hi' }));
  const pieces = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const textOf = (thought: boolean) =>
    pieces.flatMap((part) => (Boolean(part.thought) === thought ? [part.text ?? ''] : [])).join('');
  assert.equal(textOf(false), reply.text);
  assert.equal(textOf(true), reply.reasoning);
  assert.ok(chunks.length > 5, 'in several chunks');
  const last = chunks.at(-1);
  assert.equal(last?.candidates?.[0]?.finishReason, 'STOP');
  const counted = last?.usageMetadata;
  assert.deepEqual(
    [
      counted?.promptTokenCount,
      counted?.cachedContentTokenCount,
      counted?.candidatesTokenCount,
      counted?.thoughtsTokenCount,
      counted?.totalTokenCount,
    ],
    [120, 100, 12, 18, 150],
  );

  const parts = await ours();
  assert.equal(textOfType(parts, 'text-delta'), reply.text);
  assert.equal(textOfType(parts, 'reasoning-delta'), reply.reasoning);
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage });
});

test('the SDK reads the same function call and signature as Rumbo', async () => {
  fake.reply = { ...callReply, toolCalls: [{ ...weatherCall, signature: 'c2lnbmVk' }] };
  const chunks = await Array.fromAsync(await models.generateContentStream({ model, contents: 'hi', config }));
  assert.deepEqual(
    chunks.flatMap(({ functionCalls }) => functionCalls ?? []),
    [{ id: weatherCall.id, name: weatherCall.name, args: JSON.parse(weatherCall.input) }],
  );
  assert.equal(chunks[0]?.candidates?.[0]?.content?.parts?.[0]?.thoughtSignature, 'c2lnbmVk');
  const [part, finish] = await ours();
  assert.deepEqual(part, { type: 'tool-call', ...weatherCall, signature: 'c2lnbmVk' });
  assert.ok(finish?.type === 'finish' && finish.reason === 'tool-calls');
});

test('an unstreamed answer to a prompt with an image', async () => {
  const { mediaType: mimeType, data } = picture;
  const answer = await models.generateContent({
    model,
    contents: [{ role: 'user', parts: [{ text: 'What is it?' }, { inlineData: { mimeType, data } }] }],
  });
  assert.equal(answer.text, reply.text);
  assert.match(JSON.stringify(fake.chats.at(-1)?.body), /inlineData/);
});

test('the finish reason reports a reached limit', async () => {
  fake.reply = { text: 'One two', finish: 'length' };
  const answer = await models.generateContent({ model, contents: 'hi' });
  assert.equal(answer.candidates?.[0]?.finishReason, 'MAX_TOKENS');
});

test('the list of models, with limits', async () => {
  const [listed] = await Array.fromAsync(await models.list());
  assert.deepEqual(
    [listed?.name, listed?.inputTokenLimit, listed?.outputTokenLimit],
    [`models/${model}`, 1_048_576, 65_536],
  );
});

test('embeddings of several texts', async () => {
  const { embeddings } = await models.embedContent({ model, contents: ['four', 'fourteen chars'] });
  assert.deepEqual(
    embeddings?.map(({ values }) => values),
    [
      [4, 0, 0.5],
      [14, 1, 0.5],
    ],
  );
});

test('each error response becomes an ApiError with its status and message', async () => {
  const ask = () => models.generateContent({ model, contents: 'hi' });
  const statusOf = async (promise: Promise<unknown>) => {
    const error = await rejection(promise);
    assert.ok(error instanceof ApiError);
    return [error.status, error.message] as const;
  };
  const [unauthorized, why] = await statusOf(
    clientWith('wrong').models.generateContent({ model, contents: 'hi' }),
  );
  assert.equal(unauthorized, 400, 'a bad key is a bad request here');
  assert.match(why, /API_KEY_INVALID/);
  assert.equal((await statusOf(models.generateContent({ model: 'no-such', contents: 'hi' })))[0], 404);
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37s' }];
  fake.fail = {
    status: 429,
    body: { error: { code: 429, message: 'Quota.', status: 'RESOURCE_EXHAUSTED', details } },
  };
  assert.equal((await statusOf(ask()))[0], 429);
  const stream = models.generateContentStream({ model, contents: 'hi' });
  assert.match((await statusOf(stream))[1], /retryDelay/);
  fake.fail = { status: 503, body: { error: { code: 503, message: 'Busy.', status: 'UNAVAILABLE' } } };
  assert.equal((await statusOf(ask()))[0], 503);
});
