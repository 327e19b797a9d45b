/** Services that copy OpenAI, each with its own fake on loopback: lists, answers, errors, fill in the middle, embeddings, prefill. */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { connectEngine } from '../../../server/engines/connect.ts';
import { deepseek } from '../../../server/engines/deepseek.ts';
import { dockerModelRunner } from '../../../server/engines/docker-model-runner/definition.ts';
import type { EngineDefinition } from '../../../server/engines/engine.ts';
import { groq } from '../../../server/engines/groq.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { lmStudio } from '../../../server/engines/lm-studio/definition.ts';
import { mistral } from '../../../server/engines/mistral.ts';
import { ollama } from '../../../server/engines/ollama/definition.ts';
import { openai } from '../../../server/engines/openai.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { vllm } from '../../../server/engines/vllm/definition.ts';
import { xai } from '../../../server/engines/xai.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import type { ModelInfo } from '../../../server/wire/wire-format.ts';
import type { EngineRequest } from '../../../shared/chat.ts';
import type { FakeOptions, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeLlamaCpp } from '../../support/fake-providers/llama-cpp.ts';
import { fakeOllama } from '../../support/fake-providers/ollama.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import {
  fakeDeepSeek,
  fakeDockerModelRunner,
  fakeGroq,
  fakeLmStudio,
  fakeMistral,
  fakeVllm,
  fakeXai,
} from '../../support/fake-providers/openai-copies.ts';
import { keySource } from '../../support/key-source.ts';
import { textOf } from '../wire/decoded.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);

const limits = { connectMs: 5_000, firstPartMs: 20_000, betweenPartsMs: 20_000 };
const never = new AbortController().signal;

type Fake = (options?: FakeOptions) => Promise<FakeProvider>;

async function start(t: TestContext, definition: EngineDefinition, fakeOf: Fake, model: string) {
  const fake = await fakeOf({ models: [model], key: 'k-lab' });
  t.after(fake.close);
  const at = (baseUrl: string, key: string) =>
    connectEngine({ provider: 'lab', label: 'Lab', definition, baseUrl, http, keys: keySource(key), limits });
  const engine = at(fake.baseUrl, 'k-lab');
  const ask = (request: EngineRequest) => Array.fromAsync(engine.stream(model, request, never));
  return { fake, engine, ask, at };
}

const hi = { messages: [{ role: 'user', content: 'hi' }] } as const;
const call = { id: 'D681PevKs', name: 'get_weather', input: '{"city":"Lima"}' };
const model = 'some/model';

const services: readonly (readonly [EngineDefinition, Fake, Omit<ModelInfo, 'name'>])[] = [
  [groq, fakeGroq, { contextTokens: 131_072, maxOutputTokens: 65_536 }],
  [xai, fakeXai, { contextTokens: 500_000, vision: true }],
  [mistral, fakeMistral, { contextTokens: 131_072, tools: true, vision: false }],
  [deepseek, fakeDeepSeek, {}],
  [dockerModelRunner, fakeDockerModelRunner, { contextTokens: 8_192 }],
  [lmStudio, fakeLmStudio, { contextTokens: 4_096, tools: true, vision: false }],
  [vllm, fakeVllm, { contextTokens: 32_768 }],
];

for (const [definition, fakeOf, facts] of services) {
  test(`${definition.kind}: lists its models and streams reasoning, text, calls and usage`, async (t) => {
    const { fake, engine, ask } = await start(t, definition, fakeOf, model);
    assert.deepEqual(await engine.listModels(never), [{ name: model, ...facts }]);
    fake.reply = {
      reasoning: 'Let me see.',
      text: 'Hello there, world.',
      toolCalls: [call],
      usage: { input: 120, cachedRead: 100, output: 30, reasoning: 18 },
    };
    const parts = await ask(hi);
    const thoughts = parts.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
    assert.deepEqual([thoughts, textOf(parts)], ['Let me see.', 'Hello there, world.']);
    const { signature: _, ...made } = { signature: '', ...parts.at(-2) };
    assert.deepEqual(made, { type: 'tool-call', ...call });
    // Mistral tells neither of the two.
    const details =
      definition === mistral ? { cachedRead: 0, reasoning: 0 } : { cachedRead: 100, reasoning: 18 };
    const usage = { input: 120, output: 30, cacheWrite: 0, ...details };
    assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'tool-calls', usage });
  });

  test(`${definition.kind}: a wrong key and an unknown model are different errors`, async (t) => {
    const { fake, engine, at } = await start(t, definition, fakeOf, model);
    const wrong = at(fake.baseUrl, 'wrong').listModels(never);
    await assert.rejects(wrong, { kind: 'unauthorized' });
    const unknown = Array.fromAsync(engine.stream('no-such', hi, never));
    await assert.rejects(unknown, { kind: 'model-not-found' });
  });
}

test('a base URL works with and without its version', async (t) => {
  for (const [definition, fakeOf] of services) {
    const { fake, at } = await start(t, definition, fakeOf, model);
    const bare = fake.baseUrl.replace(/\/v1$/, '');
    for (const baseUrl of [bare, `${bare}/`, `${bare}/v1`])
      assert.equal((await at(baseUrl, 'k-lab').listModels(never)).length, 1, `${definition.kind} ${baseUrl}`);
  }
});

test('the fallback list is read where a service’s own list is missing', async (t) => {
  for (const definition of [lmStudio, xai]) {
    const { engine, fake } = await start(t, definition, fakeOpenAi, model);
    assert.deepEqual(await engine.listModels(never), [{ name: model }], definition.kind);
    assert.equal(fake.requests.length, 2);
  }
});

test('fill in the middle works where there is an endpoint for it', async (t) => {
  const request = { prefix: 'def f(', suffix: 'return x', maxOutputTokens: 16 };
  const able: readonly (readonly [EngineDefinition, Fake, string])[] = [
    [mistral, fakeMistral, '/v1/fim/completions'],
    [deepseek, fakeDeepSeek, '/beta/completions'],
    [llamaCpp, fakeLlamaCpp, '/infill'],
  ];
  for (const [definition, fakeOf, path] of able) {
    const { fake, ask } = await start(t, definition, fakeOf, model);
    fake.reply = { text: 'a, b): ', usage: { input: 9, output: 3 } };
    const parts = await ask(request);
    assert.equal(textOf(parts), 'a, b): ', definition.kind);
    const last = parts.at(-1);
    assert.ok(last?.type === 'finish' && last.reason === 'stop' && last.usage?.output === 3, definition.kind);
    assert.equal(fake.chats[0]?.path, path);
  }
  for (const [definition, fakeOf] of [
    [groq, fakeGroq],
    [vllm, fakeVllm],
  ] as const) {
    const { ask } = await start(t, definition, fakeOf, model);
    await assert.rejects(ask(request), { kind: 'invalid-request' });
  }
});

test('a text is continued where the service has text completions', async (t) => {
  const able: readonly (readonly [EngineDefinition, Fake, string])[] = [
    [llamaCpp, fakeLlamaCpp, '/v1/completions'],
    [vllm, fakeVllm, '/v1/completions'],
    [lmStudio, fakeLmStudio, '/v1/completions'],
    [dockerModelRunner, fakeDockerModelRunner, '/engines/v1/completions'],
    [ollama, fakeOllama, '/api/generate'],
    [openaiCompatible, fakeOpenAi, '/v1/completions'],
  ];
  for (const [definition, fakeOf, path] of able) {
    const { fake, ask } = await start(t, definition, fakeOf, model);
    fake.reply = { text: ' return a + b;', usage: { input: 9, output: 5 } };
    const parts = await ask({ prompt: 'function add(a, b) {' });
    assert.equal(textOf(parts), ' return a + b;', definition.kind);
    const last = parts.at(-1);
    assert.ok(last?.type === 'finish' && last.usage?.output === 5, definition.kind);
    assert.equal(fake.chats[0]?.path, path);
  }
  const { ask } = await start(t, groq, fakeGroq, model);
  await assert.rejects(ask({ prompt: 'a' }), { kind: 'invalid-request' });
});

test('an unsupported form of request is an invalid request and does not count against the model', async (t) => {
  const unsupported: readonly (readonly [EngineDefinition, Fake, string, EngineRequest])[] = [
    [llamaCpp, fakeLlamaCpp, 'nofim', { prefix: 'a', suffix: 'b' }],
    [ollama, fakeOllama, 'nofim', { prefix: 'a', suffix: 'b' }],
    [openaiCompatible, fakeOpenAi, 'chat-only', { prompt: 'a' }],
  ];
  for (const [definition, fakeOf, name, request] of unsupported) {
    const { ask } = await start(t, definition, fakeOf, name);
    await assert.rejects(ask(request), { kind: 'invalid-request' }, definition.kind);
    assert.equal(textOf(await ask(hi)), 'Hello from the fake.');
  }
  const { fake, ask } = await start(t, lmStudio, fakeLmStudio, model);
  fake.fail = { status: 200, body: { error: 'Unexpected endpoint or method. (POST /v1/completions)' } };
  await assert.rejects(ask({ prompt: 'a' }), { kind: 'invalid-request' });
  fake.fail = { status: 404, body: { error: `model '${model}' not found` } };
  await assert.rejects(ask({ prompt: 'a' }), { kind: 'model-not-found' });
});

test('thinking is turned off in the fields of each service', async (t) => {
  const off: readonly (readonly [EngineDefinition, Fake, string, object])[] = [
    [llamaCpp, fakeLlamaCpp, model, { chat_template_kwargs: { enable_thinking: false } }],
    [vllm, fakeVllm, model, { chat_template_kwargs: { enable_thinking: false } }],
    [dockerModelRunner, fakeDockerModelRunner, model, { chat_template_kwargs: { enable_thinking: false } }],
    [deepseek, fakeDeepSeek, model, { thinking: { type: 'disabled' } }],
    [groq, fakeGroq, 'qwen/qwen3-32b', { reasoning_effort: 'none' }],
    [groq, fakeGroq, 'openai/gpt-oss-20b', { reasoning_effort: 'low' }],
    [openai, fakeOpenAi, 'gpt-6-luna', { reasoning_effort: 'none' }],
    [openai, fakeOpenAi, 'gpt-5-mini', { reasoning_effort: 'minimal' }],
    [openai, fakeOpenAi, 'o4-mini', { reasoning_effort: 'low' }],
  ];
  for (const [definition, fakeOf, name, fields] of off) {
    const { fake, ask } = await start(t, definition, fakeOf, name);
    await ask({ ...hi, reasoning: { effort: 'none' } });
    await ask(hi);
    const [kept = {}, usual = {}] = fake.chats.map(({ body }) => body ?? {});
    assert.deepEqual({ ...usual, ...fields }, kept, name);
    for (const field of Object.keys(fields)) assert.equal(field in usual, false, name);
  }
});

test('texts are embedded where the service supports it', async (t) => {
  const offering: readonly (readonly [EngineDefinition, Fake])[] = [
    [openai, fakeOpenAi],
    [mistral, fakeMistral],
    [llamaCpp, fakeLlamaCpp],
    [dockerModelRunner, fakeDockerModelRunner],
    [lmStudio, fakeLmStudio],
    [vllm, fakeVllm],
  ];
  for (const [definition, fakeOf] of offering) {
    const { engine } = await start(t, definition, fakeOf, model);
    const { vectors } = (await engine.embed?.(model, ['four', 'sixteen'], never)) ?? {};
    assert.deepEqual(
      vectors,
      [
        [4, 0, 0.5],
        [7, 1, 0.5],
      ],
      definition.kind,
    );
  }
});

test('a prefill is continued and not repeated', async (t) => {
  const able: readonly (readonly [EngineDefinition, Fake, string])[] = [
    [mistral, fakeMistral, '/v1/chat/completions'],
    [deepseek, fakeDeepSeek, '/beta/chat/completions'],
    [llamaCpp, fakeLlamaCpp, '/v1/chat/completions'],
    [vllm, fakeVllm, '/v1/chat/completions'],
  ];
  for (const [definition, fakeOf, path] of able) {
    const { fake, engine, ask } = await start(t, definition, fakeOf, model);
    assert.equal(engine.supportsPrefill(model), true, definition.kind);
    fake.reply = ' because of Rayleigh.';
    const parts = await ask({
      messages: [...hi.messages, { role: 'assistant', content: 'The sky is blue' }],
    });
    assert.equal(textOf(parts), ' because of Rayleigh.', definition.kind);
    assert.equal(fake.chats[0]?.path, path);
  }
});

test('an unsupported field is dropped and the request answered', async (t) => {
  const { fake, ask } = await start(t, vllm, fakeVllm, model);
  fake.fail = {
    status: 400,
    body: {
      detail: [
        { type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' },
      ],
    },
    times: 1,
  };
  assert.equal(textOf(await ask(hi)), 'Hello from the fake.');
  assert.deepEqual(
    fake.chats.map(({ body }) => 'stream_options' in (body ?? {})),
    [true, false],
  );
});

test('models of the Responses API are requested there', async (t) => {
  const codex = 'gpt-5.3-codex';
  const { fake, ask } = await start(t, openai, fakeOpenAi, codex);
  fake.reply = { text: 'Done and dusted.', usage: { input: 12, output: 4 } };
  const parts = await ask(hi);
  assert.equal(textOf(parts), 'Done and dusted.');
  assert.equal(fake.chats[0]?.path, '/v1/responses');
  assert.equal(parts.at(-1)?.type, 'finish');
});
