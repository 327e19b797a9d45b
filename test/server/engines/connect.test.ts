/** Live engines against services on loopback: what is sent where, and how answers, errors and cancelling come back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropic } from '../../../server/engines/anthropic.ts';
import { connectEngine } from '../../../server/engines/connect.ts';
import type { Engine, EngineDefinition } from '../../../server/engines/engine.ts';
import { gemini } from '../../../server/engines/gemini.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { ollama } from '../../../server/engines/ollama/definition.ts';
import { openai } from '../../../server/engines/openai.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import type { TimeLimits } from '../../../server/engines/time-limits.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { fakeAnthropic } from '../../support/fake-providers/anthropic.ts';
import type { FakeOptions, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeGemini } from '../../support/fake-providers/gemini.ts';
import { fakeLlamaCpp } from '../../support/fake-providers/llama-cpp.ts';
import { fakeOllama } from '../../support/fake-providers/ollama.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { keySource } from '../../support/key-source.ts';
import { until } from '../../support/local-engines/connect.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);

const longLimits: TimeLimits = { connectMs: 5_000, firstPartMs: 60_000, betweenPartsMs: 60_000 };

const engineAt = (definition: EngineDefinition, baseUrl: string, key?: string): Engine =>
  connectEngine({
    provider: 'lab',
    label: definition.label,
    definition,
    baseUrl,
    http,
    keys: keySource(key),
    limits: longLimits,
  });

const request = { messages: [{ role: 'user', content: 'hi' }] } as const;
const never = new AbortController().signal;

async function answer(engine: Engine, model: string, signal = never): Promise<EnginePart[]> {
  return Array.fromAsync(engine.stream(model, request, signal));
}

const failure = async (promise: Promise<unknown>): Promise<RumboError> => {
  const error: unknown = await promise.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RumboError, String(error));
  return error;
};

type Case = readonly [EngineDefinition, (options?: FakeOptions) => Promise<FakeProvider>, string];
const cases: readonly Case[] = [
  [openai, fakeOpenAi, 'gpt-fake'],
  [openaiCompatible, fakeOpenAi, 'some/model'],
  [anthropic, fakeAnthropic, 'claude-fake'],
  [gemini, fakeGemini, 'gemini-fake'],
  [ollama, fakeOllama, 'fake:latest'],
  [llamaCpp, fakeLlamaCpp, 'tiny-chat'],
];

for (const [definition, fakeOf, model] of cases) {
  const start = async (t: { after: (clean: () => Promise<void>) => void }, options: FakeOptions = {}) => {
    const fake = await fakeOf({ models: [model], key: 'sk-lab', ...options });
    t.after(fake.close);
    return { fake, engine: engineAt(definition, fake.baseUrl, 'sk-lab') };
  };

  test(`${definition.kind}: lists models and streams reasoning, text and usage`, async (t) => {
    const reply = { text: 'Hello there, world.', reasoning: 'Let me see.', usage: { input: 11, output: 6 } };
    const { engine } = await start(t, { reply });
    assert.deepEqual(
      (await engine.listModels(never)).map(({ name }) => name),
      [model],
    );
    const parts = await answer(engine, model);
    const join = (type: string) =>
      parts.map((part) => ('text' in part && part.type === type ? part.text : '')).join('');
    assert.equal(join('text-delta'), reply.text);
    assert.equal(join('reasoning-delta'), reply.reasoning);
    const finish = parts.at(-1);
    assert.ok(finish?.type === 'finish');
    assert.equal(finish.reason, 'stop');
    assert.equal(finish.usage?.input, 11);
    assert.equal(finish.usage?.output, 6);
  });

  test(`${definition.kind}: an answer cut at its limit finishes with length`, async (t) => {
    const { engine } = await start(t, { reply: { text: 'Half', finish: 'length' } });
    const finish = (await answer(engine, model)).at(-1);
    assert.ok(finish?.type === 'finish' && finish.reason === 'length');
  });

  test(`${definition.kind}: a wrong key is unauthorized, and the key is not in the message`, async (t) => {
    const { fake } = await start(t);
    const engine = engineAt(definition, fake.baseUrl, 'sk-wrong');
    // One after the other: a promise that rejects while another is awaited is unhandled.
    for (const attempt of [() => answer(engine, model), () => engine.listModels(never)]) {
      const error = await failure(attempt());
      assert.equal(error.kind, 'unauthorized');
      assert.equal(error.data.provider, 'lab');
      assert.ok(!/sk-w/.test(JSON.stringify(error.data)));
    }
  });

  test(`${definition.kind}: an unknown model is not found, and the error names provider and model`, async (t) => {
    const { engine } = await start(t);
    const error = await failure(answer(engine, 'gone'));
    assert.equal(error.kind, 'model-not-found');
    assert.match(error.message, /^The service does not have this model: .*gone/);
    assert.deepEqual([error.data.provider, error.data.model], ['lab', 'gone']);
  });

  test(`${definition.kind}: a body that ends or breaks too early is interrupted, after its text`, async (t) => {
    const { fake, engine } = await start(t, { reply: 'one two three four' });
    for (const kind of ['end', 'reset'] as const) {
      fake.fault = { kind, afterWords: 2 };
      const parts: EnginePart[] = [];
      const error = await failure(
        (async () => {
          for await (const part of engine.stream(model, request, never)) parts.push(part);
        })(),
      );
      assert.equal(error.kind, 'interrupted', kind);
      assert.equal(
        parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join(''),
        'one two',
        kind,
      );
      assert.equal(error.data.model, model);
    }
  });

  test(`${definition.kind}: cancelling reaches the socket`, async (t) => {
    const { fake, engine } = await start(t, { reply: 'word '.repeat(500), delayMs: 5 });
    const controller = new AbortController();
    const error = await failure(
      (async () => {
        for await (const _ of engine.stream(model, request, controller.signal)) controller.abort();
      })(),
    );
    assert.equal(error.kind, 'cancelled');
    // The reply has 500 words left: only the client can end it before its end.
    await until(() => fake.chats[0]?.aborted === true);
    assert.equal(fake.chats[0]?.finished, false);
  });

  test(`${definition.kind}: leaving the loop closes the socket`, async (t) => {
    const { fake, engine } = await start(t, { reply: 'word '.repeat(500), delayMs: 5 });
    for await (const _ of engine.stream(model, request, never)) break;
    await until(() => fake.chats[0]?.aborted === true);
  });

  test(`${definition.kind}: complete answers share one connection`, async (t) => {
    const { fake, engine } = await start(t);
    for (let round = 0; round < 5; round += 1) {
      await answer(engine, model);
      await sleep(5);
    }
    assert.equal(fake.connections, 1);
    assert.ok(fake.chats.every(({ finished, aborted }) => finished && !aborted));
  });
}

test('the key is in the header that each service requires, and nowhere else', async (t) => {
  const wanted: [Case, Record<string, string>][] = [
    [cases[0] as Case, { authorization: 'Bearer sk-lab' }],
    [cases[2] as Case, { authorization: 'Bearer sk-lab', 'anthropic-version': '2026-10-21' }],
    [cases[3] as Case, { 'x-goog-api-key': 'sk-lab' }],
  ];
  for (const [[definition, fakeOf, model], headers] of wanted) {
    const fake = await fakeOf({ models: [model] });
    t.after(fake.close);
    await answer(engineAt(definition, fake.baseUrl, 'sk-lab'), model);
    const [sent] = fake.requests;
    for (const [name, value] of Object.entries(headers)) assert.equal(sent?.headers[name], value);
    const holding = Object.entries(sent?.headers ?? {}).filter(([, value]) => value?.includes('sk-lab'));
    assert.equal(holding.length, 1);
    assert.ok(!sent?.path.includes('sk-lab'));
    assert.ok(!JSON.stringify(sent?.body).includes('sk-lab'));
  }
});

test('nothing is sent without a required key', async (t) => {
  const fake = await fakeOpenAi();
  t.after(fake.close);
  for (const key of [undefined, '']) {
    const engine = engineAt(openai, fake.baseUrl, key);
    for (const failed of [answer(engine, 'fake-model'), engine.listModels(never)]) {
      const error = await failure(failed);
      assert.equal(error.kind, 'unauthorized');
      assert.equal(error.message, 'OpenAI has no API key.');
      assert.equal(error.data.provider, 'lab');
    }
  }
  assert.equal(fake.requests.length, 0);
});

test('a line break around a key is trimmed, a key with invalid characters is rejected', async (t) => {
  const fake = await fakeOpenAi({ key: 'sk-lab' });
  t.after(fake.close);
  assert.equal(
    (await answer(engineAt(openai, fake.baseUrl, ' sk-lab\n'), 'fake-model')).at(-1)?.type,
    'finish',
  );
  const error = await failure(answer(engineAt(openai, fake.baseUrl, 'sk-\nlab€'), 'fake-model'));
  assert.equal(error.kind, 'unauthorized');
  assert.equal(error.message, 'The key of OpenAI has invalid characters.');
  assert.equal(fake.requests.length, 1);
});

test('an absent optional key is not sent', async (t) => {
  const fake = await fakeOllama();
  t.after(fake.close);
  await answer(engineAt(ollama, fake.baseUrl), 'fake:latest');
  assert.equal(fake.requests[0]?.headers['authorization'], undefined);
});

test('a local service that requires a key without a saved one reports it', async (t) => {
  const fake = await fakeLlamaCpp({ key: 'secret' });
  t.after(fake.close);
  const error = await failure(answer(engineAt(llamaCpp, fake.baseUrl), 'tiny-chat'));
  assert.deepEqual([error.kind, error.message], ['unauthorized', 'llama.cpp requires an API key.']);
});

test('a code fence around requested JSON is removed, around other text it stays', async (t) => {
  const fenced = '```json\n{"a": 1}\n```';
  const fake = await fakeAnthropic({ reply: { text: fenced } });
  t.after(fake.close);
  const engine = engineAt(anthropic, fake.baseUrl, 'sk-lab');
  const textOf = (parts: readonly EnginePart[]) =>
    parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
  const json = { ...request, responseFormat: { type: 'json' } } as const;
  assert.equal(textOf(await Array.fromAsync(engine.stream('claude-fake', json, never))), '{"a": 1}');
  assert.equal(textOf(await answer(engine, 'claude-fake')), fenced);
});

test('an error keeps its status and its wait', async (t) => {
  const fake = await fakeOpenAi({ fail: { status: 429, headers: { 'retry-after': '7' }, times: 1 } });
  t.after(fake.close);
  const engine = engineAt(openaiCompatible, fake.baseUrl);
  const error = await failure(answer(engine, 'fake-model'));
  assert.deepEqual(
    [error.kind, error.data.status, error.data.retryAfterMs, error.data.model],
    ['rate-limited', 429, 7_000, 'fake-model'],
  );
  assert.equal((await answer(engine, 'fake-model')).at(-1)?.type, 'finish');
});

test('an error response whose body is cut keeps its kind', async (t) => {
  const fake = await fakeOpenAi({ fail: { status: 529, body: 'x', headers: { 'content-length': '50' } } });
  t.after(fake.close);
  const error = await failure(
    answer(engineAt(openaiCompatible, fake.baseUrl), 'fake-model', AbortSignal.timeout(9_000)),
  );
  assert.deepEqual([error.kind, error.data.status], ['overloaded', 529]);
});

test('a redirect is not followed, and its target never sees the key', async (t) => {
  const other = await fakeOpenAi();
  const fake = await fakeOpenAi({
    fail: { status: 307, headers: { location: `${other.baseUrl}/chat/completions` } },
  });
  t.after(fake.close);
  t.after(other.close);
  const error = await failure(answer(engineAt(openai, fake.baseUrl, 'sk-lab'), 'fake-model'));
  assert.equal(error.kind, 'blocked-redirect');
  assert.equal(other.requests.length, 0);
});

test('a 200 without an answer is an error: a web page, an error object, half a document', async (t) => {
  const fake = await fakeOpenAi();
  t.after(fake.close);
  const engine = engineAt(openaiCompatible, fake.baseUrl);
  const stream = { 'content-type': 'text/event-stream' };
  const table: [unknown, Record<string, string>, string, RegExp][] = [
    [
      '<!doctype html><title>Sign in</title>',
      { 'content-type': 'text/html' },
      'bad-response',
      /returned a web page/,
    ],
    ['\n<html></html>', stream, 'bad-response', /returned a web page/],
    [{ error: { message: 'busy', code: 503 } }, {}, 'overloaded', /busy/],
    [{ error: { message: 'no', type: 'insufficient_quota' } }, stream, 'payment-required', /credit/],
    [{ code: 'x', error: 'text' }, {}, 'overloaded', /text/],
    ['{"choices":', {}, 'bad-response', /nothing readable/],
    ['', stream, 'bad-response', /nothing/],
  ];
  for (const [body, headers, kind, sentence] of table) {
    fake.fail = { status: 200, body, headers };
    const error = await failure(answer(engine, 'fake-model'));
    assert.equal(error.kind, kind, String(body));
    assert.match(error.message, sentence);
  }
});

test('an address without a server is unreachable, with provider and model', async () => {
  const fake = await fakeOllama();
  await fake.close();
  const error = await failure(answer(engineAt(ollama, fake.baseUrl), 'm'));
  assert.deepEqual([error.kind, error.data.provider, error.data.model], ['unreachable', 'lab', 'm']);
});

test('a key that a service echoes in its message is removed', async (t) => {
  const fake = await fakeOpenAi({ fail: { status: 400, body: 'Bad header: open-sesame!' } });
  t.after(fake.close);
  const error = await failure(answer(engineAt(openaiCompatible, fake.baseUrl, 'open-sesame'), 'fake-model'));
  assert.equal(error.message, 'The service did not accept the request (HTTP 400): Bad header: •••!');
});

test('models named by the user replace the list of a service without one', async (t) => {
  const fake = await fakeOpenAi();
  t.after(fake.close);
  const parts = {
    provider: 'lab',
    label: 'Lab',
    definition: openaiCompatible,
    http,
    keys: keySource(undefined),
    limits: longLimits,
  };
  const without = connectEngine({ ...parts, baseUrl: fake.baseUrl.replace('/v1', '/v9') });
  assert.equal((await failure(without.listModels(never))).kind, 'model-not-found');
  const named = connectEngine({ ...parts, baseUrl: fake.baseUrl.replace('/v1', '/v9'), models: ['mine'] });
  assert.deepEqual(await named.listModels(never), [{ name: 'mine' }]);
  const dead = connectEngine({ ...parts, baseUrl: 'http://127.0.0.1:1/v1', models: ['mine'] });
  assert.equal((await failure(dead.listModels(never))).kind, 'unreachable');
});

test('cancelling does not wait for a hanging keychain', async () => {
  const engine = connectEngine({
    provider: 'openai',
    label: 'OpenAI',
    definition: openai,
    baseUrl: 'https://api.openai.test',
    http: async () => assert.fail('nothing is sent'),
    keys: { acquire: () => new Promise(() => {}), hasKey: () => false },
    limits: longLimits,
  });
  const controller = new AbortController();
  const answer = Array.fromAsync(engine.stream('m', { messages: [] }, controller.signal));
  setTimeout(() => controller.abort(), 10);
  await assert.rejects(answer, { kind: 'cancelled' });
});

test('an answer that breaks off passes on what the service had reported until then', async (t) => {
  const failures: unknown[] = [];
  const onBilledFailure = (usage: unknown) => failures.push(usage);
  const fault = { kind: 'end', afterWords: 2 } as const;
  const reply = { text: 'one two three', usage: { input: 21, output: 34 } };
  const models = ['m'];
  const fakes = [
    [anthropic, await fakeAnthropic({ models, reply, fault })],
    [openai, await fakeOpenAi({ models, reply, fault })],
    // An error response is not billed.
    [openai, await fakeOpenAi({ models, fail: { status: 500, body: 'no' } })],
  ] as const;
  for (const [definition, fake] of fakes) {
    t.after(() => fake.close());
    const engine = engineAt(definition, fake.baseUrl, 'sk-1');
    await failure(Array.fromAsync(engine.stream('m', { ...request, onBilledFailure }, never)));
  }
  assert.equal(failures.length, 2);
  assert.equal((failures[0] as { readonly input?: number }).input, 21);
  assert.equal(failures[1], undefined);
});

test('usage and cost in the head of a response stand in for a body without them', async (t) => {
  const fake = await fakeOpenAi({
    models: ['m'],
    headers: { 'x-litellm-response-cost': '0.0125', 'x-prompt-tokens': '21' },
    fault: {
      kind: 'custom',
      behavior({ response, contentType }) {
        response.writeHead(200, { 'content-type': contentType });
        response.end(
          'data: {"choices":[{"index":0,"delta":{"content":"one"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        );
      },
    },
  });
  t.after(() => fake.close());
  const finish = (await answer(engineAt(openai, fake.baseUrl, 'sk-1'), 'm')).at(-1);
  assert.deepEqual(finish, { type: 'finish', reason: 'stop', partialUsage: { input: 21, costUsd: 0.0125 } });
});
