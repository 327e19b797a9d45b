/** Vectors, as numbers and as base64. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openai } from '../../../server/engines/openai.ts';
import { engines } from '../../../server/engines/table.ts';
import { openaiEmbeddings } from '../../../server/wire/openai-embeddings.ts';
import { recording } from './decoded.ts';

const { decode } = openaiEmbeddings();
const answerOf = (name: string) => recording(`llama-cpp/${name}.json`).response.body;

test('vectors are in the order of the texts, whatever the order of the response', () => {
  const body = answerOf('embeddings-array') as { data: unknown[] };
  const { vectors, inputTokens } = decode(body);
  assert.equal(vectors.length, 2);
  assert.deepEqual([vectors[0]?.length, vectors[1]?.length, inputTokens], [64, 64, 10]);
  assert.deepEqual(decode({ ...body, data: body.data.toReversed() }), { vectors, inputTokens });
});

test('base64 holds the same numbers', () => {
  const [numbers] = decode(answerOf('embeddings-array')).vectors;
  const [packed] = decode(answerOf('embeddings-base64')).vectors;
  assert.equal(packed?.length, numbers?.length);
  for (const [at, number] of (numbers ?? []).entries())
    assert.ok(Math.abs(number - (packed?.[at] ?? Number.NaN)) < 1e-6, String(at));
});

test('the request to OpenAI equals that of its SDK', () => {
  const sent = recording('sdk-requests/openai-embeddings.json') as unknown as { body: object; path: string };
  const request = openai.wire.embeddings?.encode('text-embedding-3-small', ['hi']);
  assert.equal(`/v1${request?.path}`, sent.path);
  // The long form of the same.
  assert.deepEqual(request?.body, { ...sent.body, input: ['hi'] });
});

test('a body without a list of vectors is a bad response', () => {
  for (const body of [
    undefined,
    null,
    {},
    { data: [{}] },
    { data: [{ embedding: ['a'] }] },
    { data: [{ embedding: '!' }] },
  ])
    assert.throws(() => decode(body), { kind: 'bad-response' });
  assert.deepEqual(decode({ data: [{ embedding: [1, 0] }], usage: null }), { vectors: [[1, 0]] });
});

test('the engines with embeddings', () => {
  const able = engines.filter(({ wire }) => wire.embeddings).map(({ kind }) => kind);
  const kinds = 'openai mistral llama-cpp vllm lm-studio docker-model-runner openai-compatible'.split(' ');
  for (const kind of kinds) assert.ok(able.includes(kind), kind);
  for (const kind of ['groq', 'xai', 'deepseek', 'anthropic']) assert.ok(!able.includes(kind), kind);
});
