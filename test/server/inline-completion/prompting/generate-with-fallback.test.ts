/** Completions over each kind of engine: the request, the text, and the next mode after a rejection. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deepseek } from '../../../../server/engines/deepseek.ts';
import { dockerModelRunner } from '../../../../server/engines/docker-model-runner/definition.ts';
import type { EngineDefinition } from '../../../../server/engines/engine.ts';
import { groq } from '../../../../server/engines/groq.ts';
import { llamaCpp } from '../../../../server/engines/llama-cpp/definition.ts';
import { lmStudio } from '../../../../server/engines/lm-studio/definition.ts';
import { mistral } from '../../../../server/engines/mistral.ts';
import { ollama } from '../../../../server/engines/ollama/definition.ts';
import { openaiCompatible } from '../../../../server/engines/openai-compatible.ts';
import { vllm } from '../../../../server/engines/vllm/definition.ts';
import type { FimTarget } from '../../../../server/inline-completion/prompting/fim-target.ts';
import {
  type CompletionEndpoint,
  generateWithFallback,
} from '../../../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import { fakeLlamaCpp } from '../../../support/fake-providers/llama-cpp.ts';
import { fakeOllama } from '../../../support/fake-providers/ollama.ts';
import { fakeOpenAi } from '../../../support/fake-providers/openai.ts';
import {
  fakeDeepSeek,
  fakeDockerModelRunner,
  fakeGroq,
  fakeLmStudio,
  fakeMistral,
  fakeVllm,
} from '../../../support/fake-providers/openai-copies.ts';
import { type StartFake, startEndpoint } from './endpoints.ts';
import { fimTarget, joined, snippets } from './fim-targets.ts';

const target = fimTarget({ snippets, stop: ['\n\n'], slot: 1, budgetMs: 900 });
const comment = '# Path: one.py\n# ONE = 1\n# Path: two.py\n# TWO = 2\n';
const prompt = `<|repo_name|>workspace\n<|file_sep|>one.py\nONE = 1\n<|file_sep|>two.py\nTWO = 2\n<|file_sep|>src/sums.py\n<|fim_prefix|>${target.prefix}<|fim_suffix|>${target.suffix}<|fim_middle|>`;
const qwenTokens = [
  '<|endoftext|>',
  '<|file_sep|>',
  '<|repo_name|>',
  '<|fim_pad|>',
  '<|im_end|>',
  '<|fim_prefix|>',
  '<|fim_suffix|>',
  '<|fim_middle|>',
];
const qwen = 'qwen2.5-coder:7b';

/** Aborts at the end of a test: a text that is not read stays open until then. */
function signalOf(t: TestContext): AbortSignal {
  const controller = new AbortController();
  t.after(() => controller.abort());
  return controller.signal;
}

/** An endpoint without a history. */
async function start(t: TestContext, definition: EngineDefinition, startFake: StartFake, model: string) {
  const { fake, endpoint } = await startEndpoint(t, definition, startFake, model);
  const cache = modeCache();
  const signal = signalOf(t);
  const fill = (requested: FimTarget = target, overrides: Partial<CompletionEndpoint> = {}) =>
    generateWithFallback(cache)({ ...endpoint, ...overrides }, requested, signal);
  return { fake, fill, paths: () => fake.chats.map(({ path }) => path) };
}

const written = { stream: true, prompt, temperature: 0 };
const viaChunks = { ...written, stream_options: { include_usage: true }, max_tokens: 64 };
const services: readonly (readonly [EngineDefinition, StartFake, string, string, object])[] = [
  [
    llamaCpp,
    fakeLlamaCpp,
    qwen,
    '/infill',
    {
      input_extra: [
        { filename: 'one.py', text: 'ONE = 1\n' },
        { filename: 'two.py', text: 'TWO = 2' },
      ],
      input_prefix: target.prefix,
      input_suffix: target.suffix,
      stream: true,
      n_predict: 64,
      stop: ['\n\n'],
      temperature: 0,
      cache_prompt: true,
      id_slot: 1,
      t_max_predict_ms: 900,
    },
  ],
  [
    ollama,
    fakeOllama,
    qwen,
    '/api/generate',
    {
      prompt: comment + target.prefix,
      suffix: target.suffix,
      stream: true,
      truncate: false,
      shift: false,
      options: { num_predict: 64, stop: ['\n\n'], temperature: 0 },
    },
  ],
  [
    mistral,
    fakeMistral,
    'codestral-latest',
    '/v1/fim/completions',
    {
      prompt: `+++++ one.py\nONE = 1\n+++++ two.py\nTWO = 2\n+++++ src/sums.py\n${target.prefix}`,
      suffix: target.suffix,
      stream: true,
      max_tokens: 64,
      stop: ['\n\n'],
      temperature: 0,
    },
  ],
  [
    deepseek,
    fakeDeepSeek,
    'deepseek-v4-flash',
    '/beta/completions',
    {
      prompt: comment + target.prefix,
      suffix: target.suffix,
      stream: true,
      max_tokens: 64,
      stop: ['\n\n'],
      temperature: 0,
      stream_options: { include_usage: true },
    },
  ],
  [vllm, fakeVllm, qwen, '/v1/completions', { ...viaChunks, stop: [...qwenTokens, '\n\n'] }],
  [lmStudio, fakeLmStudio, qwen, '/v1/completions', { ...viaChunks, stop: [...qwenTokens, '\n\n'] }],
  [
    dockerModelRunner,
    fakeDockerModelRunner,
    qwen,
    '/engines/v1/completions',
    { ...viaChunks, stop: [...qwenTokens, '\n\n'] },
  ],
  [openaiCompatible, fakeOpenAi, qwen, '/v1/completions', { ...viaChunks, stop: qwenTokens.slice(0, 4) }],
];

for (const [definition, startFake, model, path, body] of services) {
  test(`${definition.kind}: sends a target in its best mode, and returns text and usage`, async (t) => {
    const { fake, fill } = await start(t, definition, startFake, model);
    fake.reply = { text: 'return a + b', usage: { input: 40, output: 5 } };
    const { format, text, usage } = await fill();
    assert.equal(format, 'fill');
    assert.equal(await joined(text), 'return a + b');
    const counted = await usage;
    assert.deepEqual([counted?.input, counted?.output], [40, 5]);
    assert.equal(fake.chats.length, 1);
    assert.equal(fake.chats[0]?.path, path);
    assert.deepEqual(fake.chats[0]?.body, { model, ...body });
  });
}

test('a chat model gets a chat without thinking, and a prefill where its engine supports it', async (t) => {
  const chat = await start(t, groq, fakeGroq, 'qwen/qwen3-32b');
  assert.equal((await chat.fill()).format, 'chat');
  const body = chat.fake.chats[0]?.body;
  assert.deepEqual([body?.['reasoning_effort'], body?.['max_completion_tokens']], ['none', 96]);
  assert.match(JSON.stringify(body?.['messages']), /is in\. \/no_think"\}\]$/);

  const prefilled = await start(t, vllm, fakeVllm, 'llama3.2');
  prefilled.fake.reply = '\n    return a + b\n```\nThat adds them.';
  const { mode, format, text } = await prefilled.fill();
  assert.deepEqual([mode, format], ['prefill', 'chat']);
  assert.equal(await joined(text), 'return a + b\n');
  const messages = prefilled.fake.chats[0]?.body?.['messages'] as readonly object[];
  assert.deepEqual(messages.at(-1), { role: 'assistant', content: '```python\ndef add(a, b):' });
});

test('a model that starts again in spite of a prefill has its code in a fence', async (t) => {
  const { fake, fill } = await start(t, vllm, fakeVllm, 'llama3.2');
  fake.reply = '```python\nreturn a + b\n```\nThat adds them.';
  assert.equal(await joined((await fill()).text), 'return a + b\n');
});

test('an empty text is valid, also in a chat', async (t) => {
  for (const [definition, startFake, model] of [
    [llamaCpp, fakeLlamaCpp, qwen],
    [groq, fakeGroq, 'llama-3.3-70b'],
  ] as const) {
    const { fake, fill } = await start(t, definition, startFake, model);
    fake.reply = '';
    assert.equal(await joined((await fill()).text), '');
  }
});

test('a rejected mode falls back to the next one at once, and is not tried again', async (t) => {
  const cases: readonly (readonly [EngineDefinition, StartFake, string, readonly string[]])[] = [
    [llamaCpp, fakeLlamaCpp, 'qwen-coder-nofim', ['/infill', '/v1/completions', '/v1/completions']],
    [llamaCpp, fakeLlamaCpp, 'llama-nofim', ['/infill', '/v1/chat/completions', '/v1/chat/completions']],
    [ollama, fakeOllama, 'llama-nofim', ['/api/generate', '/api/chat', '/api/chat']],
    [ollama, fakeOllama, 'qwen-coder-nofim', ['/api/generate', '/api/generate', '/api/generate']],
    [
      openaiCompatible,
      fakeOpenAi,
      'qwen-coder-chat-only',
      ['/v1/completions', '/v1/completions', '/v1/chat/completions', '/v1/chat/completions'],
    ],
  ];
  for (const [definition, startFake, model, expectedPaths] of cases) {
    const { fake, fill, paths } = await start(t, definition, startFake, model);
    assert.match(await joined((await fill()).text), /return a \+ b/, model);
    assert.match(await joined((await fill()).text), /return a \+ b/, model);
    assert.deepEqual(paths(), expectedPaths);
    assert.equal(fake.requests.length, expectedPaths.length);
  }
});

test('LM Studio’s 200 with an error body falls back to the next mode', async (t) => {
  const { fake, fill, paths } = await start(t, lmStudio, fakeLmStudio, qwen);
  fake.fail = {
    status: 200,
    body: { error: 'Unexpected endpoint or method. (POST /v1/completions)' },
    times: 1,
  };
  assert.equal((await fill()).mode, 'chat');
  assert.deepEqual(paths(), ['/v1/completions', '/v1/chat/completions']);
});

test('a temporary failure says nothing about the mode: the caller gets the error, and the mode stays usable', async (t) => {
  const { fake, fill, paths } = await start(t, llamaCpp, fakeLlamaCpp, qwen);
  const loading = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } };
  const gone = { error: { code: 400, message: `model '${qwen}' not found`, type: 'invalid_request_error' } };
  for (const [failure, kind] of [
    [{ status: 503, body: loading }, 'loading'],
    [{ status: 401, body: '' }, 'unauthorized'],
    [{ status: 429, body: '' }, 'rate-limited'],
    [{ status: 400, body: gone }, 'model-not-found'],
  ] as const) {
    fake.fail = { ...failure, times: 1 };
    await assert.rejects(fill(), { kind });
  }
  assert.equal((await fill()).mode, 'fill');
  assert.deepEqual(new Set(paths()), new Set(['/infill']));
});

test('when every mode was rejected, no request is sent any more', async (t) => {
  const { fake, fill } = await start(t, ollama, fakeOllama, 'llama3');
  fake.fail = { status: 400, body: { error: 'registry.ollama.ai/library/llama3 does not support generate' } };
  await assert.rejects(fill(), { kind: 'unsupported-request', message: /does not support generate/ });
  const requests = fake.chats.length;
  await assert.rejects(fill(), { kind: 'invalid-request', message: /every kind/ });
  assert.equal(fake.chats.length, requests);
});

test('what the engine reports about its model saves a rejected request', async (t) => {
  const { fill, paths } = await start(t, ollama, fakeOllama, 'llama3');
  await fill(target, { supportsFim: false });
  assert.deepEqual(paths(), ['/api/chat']);
});

test('an unknown service with an unknown model is assumed to ignore a suffix', async (t) => {
  const { fill, paths } = await start(t, openaiCompatible, fakeOpenAi, 'some-model');
  await fill();
  await fill(target, { supportsFim: true });
  assert.deepEqual(paths(), ['/v1/chat/completions', '/v1/completions']);
});

test('a file that contains a family’s special tokens is not sent in its template', async (t) => {
  const { fill, paths } = await start(t, vllm, fakeVllm, qwen);
  const { mode } = await fill({ ...target, prefix: "words = ['<|fim_prefix|>'," });
  assert.equal(mode, 'prefill');
  assert.equal((await fill()).mode, 'template');
  assert.deepEqual(paths(), ['/v1/chat/completions', '/v1/completions']);
});

test('a family’s special tokens end the text where the server passes them on', async (t) => {
  const { fake, fill } = await start(t, vllm, fakeVllm, qwen);
  fake.reply = 'return a + b<|endoftext|>def mul(a, b):';
  assert.equal(await joined((await fill()).text), 'return a + b');
});

test('what a family adds to its text is removed', async (t) => {
  const blank = await start(t, mistral, fakeMistral, 'codestral-latest');
  blank.fake.reply = ' return a + b';
  assert.equal(await joined((await blank.fill()).text), 'return a + b');
  assert.equal(await joined((await blank.fill(fimTarget({ prefix: 'x =' }))).text), ' return a + b');

  const echo = await start(t, llamaCpp, fakeLlamaCpp, 'granite-4.0-h-tiny');
  echo.fake.reply = 'return a + b';
  assert.equal(await joined((await echo.fill(fimTarget({ prefix: 'def f():\n    return a' }))).text), ' + b');
  assert.equal(await joined((await echo.fill()).text), 'return a + b');
});

test('urgency and temperature of the target reach the engine', async (t) => {
  const { endpoint } = await startEndpoint(t, llamaCpp, fakeLlamaCpp, qwen);
  const seen: unknown[] = [];
  const engine: CompletionEndpoint['engine'] = {
    supportsPrefill: endpoint.engine.supportsPrefill,
    stream(model, request, signal) {
      seen.push([request.urgency, request.temperature]);
      return endpoint.engine.stream(model, request, signal);
    },
  };
  const fill = generateWithFallback(modeCache());
  const signal = signalOf(t);
  await fill({ ...endpoint, engine }, fimTarget(), signal);
  await fill({ ...endpoint, engine }, fimTarget({ urgency: 'interactive', temperature: 0.6 }), signal);
  assert.deepEqual(seen, [
    ['typing', 0],
    ['interactive', 0.6],
  ]);
});
