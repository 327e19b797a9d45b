/** Fill in the middle, of those who have an endpoint for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBelow } from '../../../server/engines/address.ts';
import { deepseek } from '../../../server/engines/deepseek.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp.ts';
import { mistral } from '../../../server/engines/mistral.ts';
import { engines } from '../../../server/engines/table.ts';
import { llamaInfill } from '../../../server/wire/llama-infill.ts';
import type { FillRequest } from '../../../shared/chat.ts';
import { decodeAs, fixture, recording, textOf, withoutLast } from './decoded.ts';

const request: FillRequest = { prefix: 'def f(', suffix: 'return x' };
const limited: FillRequest = { ...request, maxOutputTokens: 32, stop: ['\n\n'] };

const addressOf = ({ baseUrl = '', version, wire }: typeof mistral) =>
  addressBelow(baseUrl, version, wire.fill?.encode('m', request).path ?? '');

test('each is asked at its own address', () => {
  assert.equal(addressOf(mistral), 'https://api.mistral.ai/v1/fim/completions');
  assert.equal(addressOf(deepseek), 'https://api.deepseek.com/beta/completions');
  assert.equal(addressOf(llamaCpp), 'http://127.0.0.1:8080/infill');
  const others = engines.filter(({ wire }) => !wire.fill).map(({ kind }) => kind);
  for (const kind of ['openai', 'groq', 'xai', 'vllm', 'lm-studio', 'docker-model-runner'])
    assert.ok(others.includes(kind), kind);
});

test('Mistral is asked as its SDK asks', () => {
  const sent = recording('sdk-requests/mistral-fim-stream.json') as unknown as { body: object };
  assert.deepEqual(mistral.wire.fill?.encode('codestral-latest', request).body, sent.body);
});

test('limits and stops go under the names each knows', () => {
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
  });
});

test('the text between comes out, with its end and its usage', async () => {
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

test('llama-server’s own stream has no marker: without its last event it is interrupted', async () => {
  const cut = await decodeAs(llamaInfill, withoutLast(fixture('llama-cpp/infill-stream.sse'), 1));
  assert.equal(cut.error?.kind, 'interrupted');
  assert.equal(textOf(cut.parts), 'return a + b;');
  assert.equal((await decodeAs(llamaInfill, '')).error?.kind, 'bad-response');
  const failed = 'data: {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}\n\n';
  assert.equal((await decodeAs(llamaInfill, failed)).error?.kind, 'loading');
});

test('a model that cannot fill in says so', () => {
  const { status, headers, body } = recording('llama-cpp/err-infill-nofim.json').response;
  const error = llamaCpp.wire.refused({ status, headers, body: JSON.stringify(body) });
  assert.equal(error.kind, 'bad-response');
});
