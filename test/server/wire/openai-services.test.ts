/** The differences of each service that copies OpenAI: answers, lists of models, requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepseek } from '../../../server/engines/deepseek.ts';
import { dockerModelRunner } from '../../../server/engines/docker-model-runner/definition.ts';
import { groq } from '../../../server/engines/groq.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import { lmStudio } from '../../../server/engines/lm-studio/definition.ts';
import { mistral } from '../../../server/engines/mistral.ts';
import { openai } from '../../../server/engines/openai.ts';
import { vllm } from '../../../server/engines/vllm/definition.ts';
import { xai } from '../../../server/engines/xai.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';
import type { ToolCall } from '../../../shared/content.ts';
import { decode, decodeAs, errorResponse, fixture, partsOf, recording, textOf } from './decoded.ts';

const json = (path: string): unknown => JSON.parse(fixture(path));
const hi: CompletionRequest = { messages: [{ role: 'user', content: 'hi' }] };
const bodyOf = ({ wire }: typeof groq, request: CompletionRequest, model = 'm') =>
  wire.chat(model).encode(model, request).body as Record<string, unknown>;

test('each service’s answer is decoded: text, reasoning, usage in totals', async () => {
  const cases = [
    [groq, 'groq', 'Yes', 'Think.', [80, 0, 21, 11]],
    [xai, 'xai', '4', 'Hm.', [12, 2, 291, 290]],
    [mistral, 'mistral', '¡Hola, mundo 👋', 'Thinking.', [12, 0, 28, 0]],
    [deepseek, 'deepseek', '4', 'Hm.', [70, 64, 12, 10]],
    [dockerModelRunner, 'docker-model-runner', 'Hello from a container.', '', [31, 30, 6, 0]],
    [lmStudio, 'lm-studio', 'Hello there.', 'Well.', [14, 0, 5, 2]],
    [vllm, 'vllm', 'Hello there.', 'So.', [20, 16, 6, 0]],
  ] as const;
  for (const [{ wire }, name, text, thought, [input, cachedRead, output, reasoning]] of cases) {
    const parts = await partsOf(wire, fixture(`${name}/documented-chat.sse`));
    assert.equal(textOf(parts), text, name);
    const thoughts = parts.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
    assert.equal(thoughts, thought, name);
    const finish = parts.at(-1);
    assert.ok(finish?.type === 'finish' && finish.usage, name);
    const { costUsd, ...usage } = finish.usage;
    assert.deepEqual(usage, { input, cachedRead, cacheWrite: 0, output, reasoning }, name);
    assert.equal(costUsd, name === 'xai' ? 0.000146625 : undefined, name);
  }
});

test('vLLM: a failing engine ends the answer', async () => {
  const { parts, error } = await decode(vllm.wire, fixture('vllm/documented-error-in-stream.sse'));
  assert.equal(textOf(parts), 'Hello');
  assert.equal(error?.kind, 'overloaded');
});

test('the request to Groq equals that of its SDK, with Qwen’s thoughts parsed', () => {
  assert.deepEqual(
    bodyOf(groq, hi, 'openai/gpt-oss-20b'),
    (recording('sdk-requests/groq-chat-stream.json') as unknown as { body: unknown }).body,
  );
  assert.equal(bodyOf(groq, hi, 'qwen/qwen3-32b')['reasoning_format'], 'parsed');
});

test('lists have contexts and capabilities, without models for other purposes', () => {
  const cases: [typeof groq, string, unknown][] = [
    [
      groq,
      'groq/documented-models.json',
      [{ name: 'openai/gpt-oss-120b', contextTokens: 131_072, maxOutputTokens: 65_536 }],
    ],
    [
      xai,
      'xai/documented-language-models.json',
      [
        { name: 'grok-4.6', contextTokens: 500_000, vision: true },
        { name: 'grok-build-0.1', vision: false },
      ],
    ],
    [
      mistral,
      'mistral/documented-models.json',
      [
        { name: 'mistral-medium-latest', contextTokens: 131_072, tools: true, vision: true },
        { name: 'codestral-latest', contextTokens: 256_000, tools: true, vision: false },
      ],
    ],
    [deepseek, 'deepseek/documented-models.json', [{ name: 'deepseek-flash' }, { name: 'deepseek-v4-pro' }]],
    [
      dockerModelRunner,
      'docker-model-runner/documented-models.json',
      [{ name: 'ai/smollm2:latest', contextTokens: 8_192 }, { name: 'ai/qwen3:8B' }],
    ],
    [
      lmStudio,
      'lm-studio/documented-models.json',
      [
        { name: 'qwen/qwen3-4b', contextTokens: 8_192, tools: true, vision: false },
        // Not loaded: its context is unknown, only its maximum is known.
        { name: 'google/gemma-3-4b', tools: false, vision: true },
      ],
    ],
    [
      vllm,
      'vllm/documented-models.json',
      [{ name: 'Qwen/Qwen3-8B', contextTokens: 32_768 }, { name: 'sql-lora' }],
    ],
  ];
  for (const [{ kind, wire }, path, expected] of cases)
    assert.deepEqual(wire.decodeModels(json(path)), expected, kind);
});

test('LM Studio’s answer to an unknown path is no list', () => {
  assert.throws(() => lmStudio.wire.decodeModels(json('lm-studio/documented-unknown-path.json')), {
    kind: 'bad-response',
  });
});

test('Docker Model Runner’s plain text errors are error responses', () => {
  const table: [number, string, string][] = [
    [400, 'model is required', 'invalid-request'],
    [404, 'model not found', 'model-not-found'],
    [412, 'backend not installed', 'bad-response'],
    [500, 'unable to load runner: exit status 1', 'overloaded'],
    [503, 'service unavailable', 'overloaded'],
  ];
  for (const [status, words, kind] of table) {
    const error = dockerModelRunner.wire.toError(errorResponse(status, `${words}\n`));
    assert.equal(error.kind, kind, words);
  }
});

test('xAI’s two shapes of an error are read, also from a 200, and despite a misleading status', () => {
  const refused = (status: number, code: string, error: string) =>
    xai.wire.toError(errorResponse(status, { code, error })).kind;
  assert.equal(
    xai.wire.toError(errorResponse(200, fixture('xai/documented-error-in-200.json'))).kind,
    'overloaded',
  );
  assert.equal(
    xai.wire.toError(errorResponse(404, { error: { message: 'The model x does not exist' } })).kind,
    'model-not-found',
  );
  const key = 'Incorrect API key provided: xx***yy. You can obtain an API key from https://console.x.ai.';
  assert.equal(refused(400, 'Client specified an invalid argument', key), 'unauthorized');
  const empty = 'Your newly created team doesn’t have any credits or licenses yet.';
  assert.equal(refused(403, 'The caller does not have permission', empty), 'payment-required');
  assert.equal(refused(403, 'The caller does not have permission', 'Not in your region.'), 'unauthorized');
});

const begun: CompletionRequest = {
  messages: [
    { role: 'user', content: 'Why is the sky blue?' },
    { role: 'assistant', content: 'The sky is blue' },
  ],
};

test('a prefill is encoded for each service that supports it', () => {
  const last = (engine: typeof groq) => (bodyOf(engine, begun)['messages'] as unknown[]).at(-1);
  const plain = { role: 'assistant', content: 'The sky is blue' };
  for (const engine of [mistral, deepseek]) assert.deepEqual(last(engine), { ...plain, prefix: true });
  for (const engine of [llamaCpp, vllm]) assert.deepEqual(last(engine), plain);
  assert.equal(bodyOf(vllm, begun)['continue_final_message'], true);
  assert.equal(bodyOf(vllm, begun)['add_generation_prompt'], false);
  assert.deepEqual(bodyOf(llamaCpp, begun)['chat_template_kwargs'], { enable_thinking: false });
  assert.equal(deepseek.wire.chat('m').encode('m', begun).path, '/../beta/chat/completions');
  for (const engine of [mistral, deepseek, llamaCpp, vllm]) {
    assert.equal(engine.wire.supportsPrefill?.('m'), true, engine.kind);
    const usual = engine.wire.chat('m').encode('m', hi);
    assert.equal(usual.path, '/chat/completions');
    assert.ok(
      !/prefix|continue_final|enable_thinking|disabled/.test(JSON.stringify(usual.body)),
      engine.kind,
    );
  }
  for (const { kind, wire } of [openai, groq, xai, lmStudio, dockerModelRunner])
    assert.equal(wire.supportsPrefill?.('m') ?? false, false, kind);
});

test('Mistral repeats the prefix, and it is shown once', async () => {
  const chat = mistral.wire.chat('m');
  const answer = async (beginning: string) => {
    const messages = [...hi.messages, { role: 'assistant', content: beginning } as const];
    const { parts } = await decodeAs(chat, fixture('mistral/documented-prefix.sse'), { messages });
    assert.equal(parts.at(-1)?.type, 'finish');
    return textOf(parts);
  };
  assert.equal(await answer('The sky is blue'), ' because of Rayleigh.');
  assert.equal(await answer('The sky is'), ' blue because of Rayleigh.');
  // A blank at its end was lost on the way, or was not.
  assert.equal(await answer('The sky is '), 'blue because of Rayleigh.');
  assert.equal(await answer('The sky is blue because of Rayleigh.\n'), '');
  // Only like the beginning: nothing is lost.
  assert.equal(await answer('The sky is grey'), 'The sky is blue because of Rayleigh.');
  assert.equal(
    await answer('The sky is blue because of Rayleigh. And'),
    'The sky is blue because of Rayleigh.',
  );
  const { parts } = await decodeAs(chat, fixture('mistral/documented-prefix.sse'), hi);
  assert.equal(textOf(parts), 'The sky is blue because of Rayleigh.');
});

test('Mistral gets ids of calls in its own format, the same for call and result', () => {
  const idsOf = (id: string) => {
    const messages = bodyOf(mistral, {
      messages: [
        { role: 'assistant', content: '', toolCalls: [{ id, name: 'now', input: '{}' }] },
        { role: 'tool', toolCallId: id, toolName: 'now', content: '12:00' },
      ],
    })['messages'] as [{ tool_calls: [{ id: string }] }, { tool_call_id: string }];
    return [messages[0].tool_calls[0].id, messages[1].tool_call_id] as const;
  };
  assert.deepEqual(idsOf('D681PevKs'), ['D681PevKs', 'D681PevKs']);
  const [call, result] = idsOf('call_0123456789abcdef');
  assert.match(call, /^[a-z0-9]{9}$/);
  assert.equal(result, call);
});

test('DeepSeek gets its reasoning back with the call, and an empty field for calls of others', async () => {
  const delta = (more: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ delta: more, finish_reason }] })}\n\n`;
  const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } };
  const stream =
    delta({ reasoning_content: 'What time ' }) +
    delta({ reasoning_content: 'is it?' }) +
    delta({
      tool_calls: [
        { index: 0, ...call },
        { index: 1, ...call, id: 'call_2' },
      ],
    }) +
    delta({}, 'tool_calls');
  const { parts } = await decode(deepseek.wire, stream);
  const calls = parts.filter((part) => part.type === 'tool-call').map(({ type: _, ...call }) => call);
  assert.equal(calls.length, 2);
  const sentBack = (toolCalls: readonly ToolCall[], engine = deepseek) => {
    const { messages } = bodyOf(engine, { messages: [{ role: 'assistant', content: '', toolCalls }] });
    return (messages as [Record<string, unknown>])[0]['reasoning_content'];
  };
  assert.equal(sentBack(calls), 'What time is it?');
  for (const signature of ['CpcBAb4=', '[{"type":"thinking"}]', '{broken', '{"type":"reasoning"}'])
    assert.equal(sentBack([{ id: 'a', name: 'now', input: '{}', signature }]), '', signature);
  assert.equal(sentBack(calls, groq), undefined);
  const elsewhere = await decode(groq.wire, stream);
  assert.ok(elsewhere.parts.every((part) => part.type !== 'tool-call' || part.signature === undefined));
});
