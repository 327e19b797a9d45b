/** How a request session uses its key: released once, with the outcome, and neutral for a cancelled request. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { anthropic } from '../../../server/engines/anthropic.ts';
import { connectEngine } from '../../../server/engines/connect.ts';
import type { KeySource } from '../../../server/engines/key-source.ts';
import { openai } from '../../../server/engines/openai.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { defaultTimeLimits } from '../../../server/engines/time-limits.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import { RumboError } from '../../../shared/errors.ts';
import { fakeAnthropic } from '../../support/fake-providers/anthropic.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { keySource } from '../../support/key-source.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);
const never = new AbortController().signal;
const request = { messages: [{ role: 'user', content: 'hi' }] } as const;

const engineAt = (baseUrl: string, keys: KeySource, definition = openaiCompatible) =>
  connectEngine({
    provider: 'lab',
    label: 'Lab',
    definition,
    baseUrl,
    http,
    keys,
    limits: defaultTimeLimits.local,
  });

const windows = {
  'x-ratelimit-limit-requests': '100',
  'x-ratelimit-remaining-requests': '7',
  'x-ratelimit-reset-requests': '1m',
};

test('an answer, an error and a list each release their key once', async (t) => {
  const fake = await fakeOpenAi({ headers: windows });
  t.after(fake.close);
  const keys = keySource('sk-1');
  const engine = engineAt(fake.baseUrl, keys);
  await Array.fromAsync(engine.stream('fake-model', request, never));
  fake.fail = { status: 429, body: {} };
  await assert.rejects(Array.fromAsync(engine.stream('fake-model', request, never)), {
    kind: 'rate-limited',
  });
  await engine.listModels(never);
  assert.deepEqual(
    keys.leases.map(({ model, ends }) => [model, ends]),
    [
      ['fake-model', ['ok']],
      ['fake-model', ['rate-limited']],
      [undefined, ['ok']],
    ],
  );
  for (const { reported } of keys.leases.slice(0, 2))
    assert.deepEqual(
      reported.map(({ unit, limit, remaining }) => [unit, limit, remaining]),
      [['requests', 100, 7]],
    );
});

test('a cancelled or abandoned answer does not count for or against its key', async (t) => {
  const fake = await fakeOpenAi({ reply: 'word '.repeat(100), delayMs: 5 });
  t.after(fake.close);
  const keys = keySource('sk-1');
  const engine = engineAt(fake.baseUrl, keys);
  for await (const _ of engine.stream('fake-model', request, never)) break;
  const controller = new AbortController();
  const cancelled = Array.fromAsync(engine.stream('fake-model', request, controller.signal));
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(cancelled, { kind: 'cancelled' });
  assert.deepEqual(
    keys.leases.map(({ ends }) => ends),
    [['cancelled'], ['cancelled']],
  );
});

test('an answer that is given up for a fault of its service fails with that fault', async (t) => {
  const fake = await fakeOpenAi({ headDelayMs: 5_000 });
  t.after(fake.close);
  const keys = keySource('sk-1');
  const given = new AbortController();
  const answer = Array.fromAsync(engineAt(fake.baseUrl, keys).stream('fake-model', request, given.signal));
  setTimeout(() => given.abort(new RumboError('It was silent.', { kind: 'timeout' })), 100);
  await assert.rejects(answer, { kind: 'timeout', message: 'It was silent.' });
  assert.deepEqual(keys.leases[0]?.ends, ['timeout']);
});

test('a key that is acquired after the request was cancelled is released', async () => {
  const ends: string[] = [];
  const late = Promise.withResolvers<Awaited<ReturnType<KeySource['acquire']>>>();
  const engine = engineAt('http://127.0.0.1:1/v1', { acquire: () => late.promise, hasKey: () => true });
  const controller = new AbortController();
  const answer = Array.fromAsync(engine.stream('m', request, controller.signal));
  controller.abort();
  await assert.rejects(answer, { kind: 'cancelled' });
  late.resolve({ key: 'sk', reportLimits() {}, release: (error) => void ends.push(error?.kind ?? 'ok') });
  await new Promise(setImmediate);
  assert.deepEqual(ends, ['cancelled']);
});

test('a programming error of the key source is a bad response', async () => {
  const engine = engineAt('http://127.0.0.1:1/v1', {
    acquire: () => Promise.reject(new Error('a mistake')),
    hasKey: () => false,
  });
  await assert.rejects(Array.fromAsync(engine.stream('m', request, never)), { kind: 'bad-response' });
});

test('a request is retried without the rejected field, and later ones are sent without it', async (t) => {
  const fake = await fakeOpenAi({
    fail: {
      status: 400,
      body: { error: { message: 'Unknown parameter: stream_options', param: 'stream_options' } },
      times: 1,
    },
  });
  t.after(fake.close);
  const keys = keySource('sk-1');
  const engine = engineAt(fake.baseUrl, keys, openai);
  await Array.fromAsync(engine.stream('fake-model', request, never));
  await Array.fromAsync(engine.stream('fake-model', request, never));
  assert.deepEqual(
    fake.chats.map(({ body }) => 'stream_options' in (body ?? {})),
    [true, false, false],
  );
  assert.deepEqual(
    keys.leases.map(({ ends }) => ends),
    [['ok'], ['ok']],
  );
});

test('a failed token count does not count against the key', async (t) => {
  const fake = await fakeAnthropic({
    models: ['fake-model'],
    key: 'sk-1',
    reply: { text: '', usage: { input: 21, output: 0 } },
  });
  t.after(fake.close);
  const keys = keySource('sk-1');
  const engine = engineAt(fake.baseUrl, keys, anthropic);
  assert.equal(await engine.countTokens?.('fake-model', request, never), 21);
  fake.fail = { status: 429, times: 1 };
  assert.equal(await engine.countTokens?.('fake-model', request, never), undefined);
  fake.key = 'another';
  assert.equal(await engine.countTokens?.('fake-model', request, never), undefined);
  assert.deepEqual(
    keys.leases.map(({ ends }) => ends),
    [['cancelled'], ['cancelled'], ['cancelled']],
  );
  const leaving = AbortSignal.abort();
  await assert.rejects(async () => engine.countTokens?.('fake-model', request, leaving), {
    kind: 'cancelled',
  });
});

test('embeddings use a key of the same pool', async (t) => {
  const fake = await fakeOpenAi();
  t.after(fake.close);
  const keys = keySource('sk-1');
  const engine = engineAt(fake.baseUrl, keys);
  const { vectors } = (await engine.embed?.('fake-model', ['one', 'two'], never)) ?? { vectors: [] };
  assert.equal(vectors.length, 2);
  assert.deepEqual(keys.leases[0]?.ends, ['ok']);
  const { wire, ...rest } = openaiCompatible;
  const { embeddings: _, ...without } = wire;
  assert.equal(engineAt(fake.baseUrl, keys, { ...rest, wire: without }).embed, undefined);
});
