/** Fill in the middle and continuation of a text, for services with an endpoint for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepseek } from '../../../server/engines/deepseek.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { mistral } from '../../../server/engines/mistral.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { requestUrl } from '../../../server/engines/request-url.ts';
import { engines } from '../../../server/engines/table.ts';
import { vllm } from '../../../server/engines/vllm/definition.ts';
import { rejectsRequestForm } from '../../../server/wire/error-response.ts';
import { llamaInfill } from '../../../server/wire/llama-infill.ts';
import type { FillRequest, TextRequest } from '../../../shared/chat.ts';
import { decodeAs, errorResponse, fixture, recording, textOf, withoutLast } from './decoded.ts';

const request: FillRequest = { prefix: 'def f(', suffix: 'return x' };
const limited: FillRequest = { ...request, maxOutputTokens: 32, stop: ['\n\n'] };

const addressOf = ({ baseUrl = '', version, wire }: typeof mistral) =>
  requestUrl(baseUrl, version, wire.fill?.encode('m', request).path ?? '');

test('each service has its own path', () => {
  assert.equal(addressOf(mistral), 'https://api.mistral.ai/v1/fim/completions');
  assert.equal(addressOf(deepseek), 'https://api.deepseek.com/beta/completions');
  assert.equal(addressOf(llamaCpp), 'http://127.0.0.1:8080/infill');
  const others = engines.filter(({ wire }) => !wire.fill).map(({ kind }) => kind);
  for (const kind of ['openai', 'groq', 'xai', 'vllm', 'lm-studio', 'docker-model-runner'])
    assert.ok(others.includes(kind), kind);
});

test('the request to Mistral equals that of its SDK', () => {
  const sent = recording('sdk-requests/mistral-fim-stream.json') as unknown as { body: object };
  assert.deepEqual(mistral.wire.fill?.encode('codestral-latest', request).body, sent.body);
});

test('limits and stops are sent under each service’s names', () => {
  const usual = {
    model: 'm',
    prompt: 'def f(',
    suffix: 'return x',
    stream: true,
    max_tokens: 32,
    stop: ['\n\n'],
  };
  assert.deepEqual(mistral.wire.fill?.encode('m', limited).body, usual);
  assert.deepEqual(deepseek.wire.fill?.encode('m', limited).body, {
    ...usual,
    stream_options: { include_usage: true },
  });
  assert.deepEqual(llamaInfill.encode('m', limited).body, {
    model: 'm',
    input_prefix: 'def f(',
    input_suffix: 'return x',
    stream: true,
    n_predict: 32,
    stop: ['\n\n'],
    cache_prompt: true,
  });
});

test('llama-server is sent other files, the slot, the time limit and the request to cache the prompt', () => {
  const snippets = [{ name: 'math.ts', text: 'export const one = 1;\n' }];
  const whole = { ...request, snippets, maxOutputTokens: 0, temperature: 0, slot: 2, budgetMs: 349.6 };
  assert.deepEqual(llamaInfill.encode('m', whole).body, {
    model: 'm',
    input_extra: [{ filename: 'math.ts', text: 'export const one = 1;\n' }],
    input_prefix: 'def f(',
    input_suffix: 'return x',
    stream: true,
    n_predict: 0,
    temperature: 0,
    cache_prompt: true,
    id_slot: 2,
    t_max_predict_ms: 350,
  });
  const { input_extra } = recording('llama-cpp/infill-extra.json').request.body as { input_extra: unknown };
  assert.deepEqual(input_extra, [{ filename: 'math.ts', text: 'export const one = 1;\n' }]);
});

test('a text to be continued is a prompt; llama-server takes its own fields as well, vLLM the common ones', () => {
  const text: TextRequest = { prompt: '<PRE> a <SUF>b <MID>', maxOutputTokens: 8, stop: ['<EOT>'], slot: 0 };
  const usual = {
    model: 'm',
    prompt: '<PRE> a <SUF>b <MID>',
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 8,
    stop: ['<EOT>'],
  };
  assert.deepEqual(vllm.wire.text?.encode('m', text), { path: '/completions', body: usual });
  assert.deepEqual(llamaCpp.wire.text?.encode('m', text).body, { ...usual, cache_prompt: true, id_slot: 0 });
});

test('an unknown service is sent four stops at most', () => {
  const stop = ['1', '2', '3', '4', '5'];
  const sent = openaiCompatible.wire.text?.encode('m', { prompt: 'a', stop }).body as { stop: unknown };
  assert.deepEqual(sent.stop, ['1', '2', '3', '4']);
});

test('the text in the middle is decoded, with its finish and usage', async () => {
  const cases = [
    [mistral, 'mistral/documented-fill.sse', 'a, b):\n    total = a + b', 'stop', [9, 0, 12]],
    [deepseek, 'deepseek/documented-fill.sse', '    return a + b', 'length', [30, 0, 8]],
    [deepseek, 'llama-cpp/v1-completions-stream.sse', ' once upon a time', 'length', [4, 3, 3]],
    [llamaCpp, 'llama-cpp/infill-stream.sse', 'return a + b;', 'stop', [27, 26, 4]],
  ] as const;
  for (const [{ wire }, name, text, reason, [input, cachedRead, output]] of cases) {
    assert.ok(wire.fill);
    const { parts, error } = await decodeAs(wire.fill, fixture(name));
    assert.equal(error, undefined, name);
    assert.equal(textOf(parts), text, name);
    const usage = { input, cachedRead, cacheWrite: 0, output, reasoning: 0 };
    assert.deepEqual(parts.at(-1), { type: 'finish', reason, usage }, name);
  }
});

test('llama-server’s own stream has no end marker: without its last event it is interrupted', async () => {
  const cut = await decodeAs(llamaInfill, withoutLast(fixture('llama-cpp/infill-stream.sse'), 1));
  assert.equal(cut.error?.kind, 'interrupted');
  assert.equal(textOf(cut.parts), 'return a + b;');
  assert.equal((await decodeAs(llamaInfill, '')).error?.kind, 'bad-response');
  const failed = 'data: {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}\n\n';
  assert.equal((await decodeAs(llamaInfill, failed)).error?.kind, 'loading');
});

test('a continued text has usage in its last chunk', async () => {
  assert.ok(llamaCpp.wire.text);
  const { parts } = await decodeAs(llamaCpp.wire.text, fixture('llama-cpp/v1-completions-stream.sse'));
  const usage = { input: 4, cachedRead: 3, cacheWrite: 0, output: 3, reasoning: 0 };
  assert.equal(textOf(parts), ' once upon a time');
  assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'length', usage });
});

test('a rejected form of request is distinguished from errors of model, key and load', () => {
  const { status, body } = recording('llama-cpp/err-infill-nofim.json').response;
  const ofTheForm = [
    errorResponse(status, body),
    errorResponse(404, recording('llama-cpp/err-404.json').response.body),
    errorResponse(404, '404 page not found'),
    errorResponse(400, { error: 'registry.ollama.ai/library/llama3 does not support insert' }),
    errorResponse(400, { error: { message: 'suffix is not currently supported', type: 'BadRequestError' } }),
    errorResponse(200, { error: 'Unexpected endpoint or method. (POST /v1/completions)' }),
    errorResponse(404, {
      error: {
        message: 'This is a chat model and not supported in the v1/completions endpoint.',
        param: 'model',
      },
    }),
    errorResponse(405, ''),
  ];
  for (const each of ofTheForm) assert.equal(rejectsRequestForm(each), true, each.body);
  const otherwise = [
    errorResponse(404, { error: "model 'qwen' not found" }),
    errorResponse(400, recording('llama-cpp/router-chat-unknown.json').response.body),
    errorResponse(400, recording('llama-cpp/err-context.json').response.body),
    errorResponse(401, { error: { message: 'This key does not support it.' } }),
    errorResponse(503, { error: { message: 'Loading model', type: 'unavailable_error' } }),
    errorResponse(429, { error: { message: 'Rate limit reached.' } }),
  ];
  for (const each of otherwise) assert.equal(rejectsRequestForm(each), false, each.body);
});

test('a model without fill in the middle cannot do what was requested', () => {
  const { status, headers, body } = recording('llama-cpp/err-infill-nofim.json').response;
  const error = llamaCpp.wire.toError({ status, headers, body: JSON.stringify(body) });
  assert.equal(error.kind, 'unsupported-request');
});
