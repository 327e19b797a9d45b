/** Gemini's generateContent: the parts of documented streams. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geminiGenerateContent as wire } from '../../../server/wire/gemini-generate-content.ts';
import { decode, fixture, partsOf, textOf, withoutLast } from './decoded.ts';

const streamed = 'gemini/documented-thoughts-and-text.sse';

test('thoughts are separate from text and count as output', async () => {
  assert.deepEqual(await partsOf(wire, fixture(streamed)), [
    { type: 'reasoning-delta', text: 'The user greets.' },
    { type: 'text-delta', text: '¡Hola' },
    { type: 'text-delta', text: ' 👋' },
    { type: 'text-signature', signature: 'gemini:Cg==' },
    {
      type: 'finish',
      reason: 'stop',
      usage: { input: 125, cachedRead: 100, cacheWrite: 0, output: 11, reasoning: 7 },
    },
  ]);
});

test('function calls are tool calls with their signatures, and STOP after one finishes with tool-calls', async () => {
  const parts = await partsOf(wire, fixture('gemini/documented-tools.sse'));
  assert.deepEqual(parts.slice(0, 2), [
    { type: 'tool-call', id: 'call_0', name: 'get_weather', input: '{"city":"Lima"}', signature: 'Cg==' },
    { type: 'tool-call', id: 'fc_2', name: 'now', input: '{}' },
  ]);
  assert.ok(parts[2]?.type === 'finish' && parts[2].reason === 'tool-calls');
});

test('an answer at its limit finishes with length', async () => {
  const parts = await partsOf(wire, fixture('gemini/documented-max-tokens.sse'));
  assert.equal(textOf(parts), 'Long answer');
  const finish = parts.at(-1);
  assert.ok(finish?.type === 'finish' && finish.reason === 'length');
});

test('a body that ends without a finish reason is interrupted', async () => {
  const { parts, error } = await decode(wire, withoutLast(fixture(streamed), 1, '\r\n\r\n'));
  assert.equal(textOf(parts), '¡Hola 👋');
  assert.equal(error?.kind, 'interrupted');
});

test('an empty body is an error', async () => {
  assert.equal((await decode(wire, '')).error?.kind, 'bad-response');
});

test('a blocked prompt and a blocked answer are content-filtered, with the reason', async () => {
  const prompt = await decode(wire, fixture('gemini/documented-blocked-prompt.sse'));
  assert.equal(prompt.error?.kind, 'content-filtered');
  assert.equal(prompt.error?.message, 'The prompt was blocked (PROHIBITED_CONTENT).');
  const answer = await decode(wire, fixture('gemini/documented-blocked-answer.sse'));
  assert.equal(answer.error?.message, 'The answer was blocked (SAFETY).');
});

test('an answer blocked after some text keeps it and finishes with content-filter', async () => {
  const parts = await partsOf(wire, fixture('gemini/documented-blocked-later.sse'));
  assert.equal(textOf(parts), 'I may');
  const finish = parts.at(-1);
  assert.ok(finish?.type === 'finish' && finish.reason === 'content-filter');
});

test('an error inside the stream ends the answer', async () => {
  const { parts, error } = await decode(wire, fixture('gemini/documented-error-in-stream.sse'));
  assert.equal(textOf(parts), 'Half');
  assert.equal(error?.kind, 'overloaded');
  assert.equal(error?.data.status, 503);
});

test('an answer that the model failed to produce is interrupted, with and without text', async () => {
  const ended = (reason: string) =>
    fixture('gemini/documented-max-tokens.sse').replace('MAX_TOKENS', reason).replace('Long answer', 'Long');
  for (const reason of ['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'UNEXPECTED_TOOL_CALL']) {
    const { error } = await decode(wire, ended(reason));
    assert.equal(error?.kind, 'interrupted');
    assert.match(error?.message ?? '', new RegExp(reason));
  }
  const silent = `data: {"candidates":[{"finishReason":"OTHER"}],"usageMetadata":{"promptTokenCount":4}}\r\n\r\n`;
  assert.equal((await decode(wire, silent)).error?.kind, 'interrupted');
  const finish = (await partsOf(wire, ended('LANGUAGE'))).at(-1);
  assert.ok(finish?.type === 'finish' && finish.reason === 'other');
});

test('the list has the models that generate text, without their prefix', () => {
  const entry = (name: string, methods = ['generateContent']) => ({
    name: `models/${name}`,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: methods,
  });
  const body = {
    models: [
      entry('gemini-3.8-flash'),
      entry('gemini-embedding-001', ['embedContent']),
      entry('gemini-2.5-flash-image'),
      entry('gemini-2.5-flash-preview-tts'),
      entry('gemini-2.5-flash-native-audio-latest', ['bidiGenerateContent']),
      { name: 'models/gemma-3-27b-it' },
      7,
    ],
  };
  assert.deepEqual(wire.decodeModels(body), [
    { name: 'gemini-3.8-flash', contextTokens: 1_048_576, maxOutputTokens: 65_536 },
    { name: 'gemma-3-27b-it' },
  ]);
  assert.throws(() => wire.decodeModels({}), { kind: 'bad-response' });
});

test('a call under its older name is a call', async () => {
  const event = {
    candidates: [
      {
        content: { parts: [{ function_call: { name: 'now', args: { zone: 'UTC' } } }] },
        finishReason: 'STOP',
      },
    ],
  };
  const [call] = await partsOf(wire, `data: ${JSON.stringify(event)}\n\n`);
  assert.deepEqual(call, { type: 'tool-call', id: 'call_0', name: 'now', input: '{"zone":"UTC"}' });
});
