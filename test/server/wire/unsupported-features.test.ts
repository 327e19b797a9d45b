/** Sampling, tool choice and metadata: each service is sent what it documents, and reports the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { withoutFeatures } from '../../../server/wire/unsupported-features.ts';
import { missingFeatures } from '../../../server/wire/wire-features.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';

const inputSchema = { type: 'object' };
const base: CompletionRequest = {
  messages: [{ role: 'user', content: 'hi' }],
  tools: [
    { name: 'look', inputSchema },
    { name: 'leap', inputSchema },
  ],
};
/** Each has a value that is in no body by chance. */
const optional = {
  temperature: 0.31,
  topP: 0.83,
  stop: ['STOP-HERE'],
  seed: 4711,
  toolChoice: { type: 'tool', toolName: 'leap' },
  parallelToolCalls: false,
  metadata: { session: 'session-1', user: 'user-1' },
} as const satisfies Partial<CompletionRequest>;

type Body = Readonly<Record<string, unknown>>;

const wireOf = (kind: string) => {
  const definition = engines.find((engine) => engine.kind === kind);
  assert.ok(definition, kind);
  return definition.wire;
};
const bodyOf = (kind: string, model: string, request: CompletionRequest): Body =>
  wireOf(kind).chat(model).encode(model, request).body as Body;

/** What these fields add to a body or change in it. */
function added(kind: string, model: string, fields: Partial<CompletionRequest>): Body {
  const before = bodyOf(kind, model, base);
  const after = bodyOf(kind, model, { ...base, ...fields });
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}

/** A model of every kind of request that a service has. */
const chosen: readonly (readonly [kind: string, model: string])[] = [
  ['gemini', 'gemini-3.5-flash-lite'],
  ['gemini', 'gemini-3.8-flash'],
  ['openai', 'gpt-4.1'],
  ['openai', 'gpt-6-sol'],
  ['openai', 'o3'],
  ['openai', 'gpt-6-pro'],
  ['anthropic', 'claude-opus-5-5'],
  ['anthropic', 'claude-haiku-4-5'],
  ['groq', 'openai/gpt-oss-20b'],
  ['xai', 'grok-4.6'],
  ['xai', 'grok-4.20-0309-non-reasoning'],
  ['mistral', 'mistral-small-latest'],
  ['deepseek', 'deepseek-v4-flash'],
  ['ollama', 'qwen3:8b'],
  ['llama-cpp', 'tiny'],
  ['docker-model-runner', 'ai/tiny'],
  ['lm-studio', 'tiny'],
  ['vllm', 'tiny'],
];

/** An engine that is not in the list is one like OpenAI's. */
const models = [
  ...chosen,
  ...engines
    .filter(({ kind }) => chosen.every(([other]) => other !== kind))
    .map(({ kind, defaultModels }) => [kind, defaultModels?.[0] ?? 'tiny'] as const),
];

test('every field is either in the body or reported as unsupported, for every service', () => {
  for (const [kind, model] of models) {
    const unsupported = missingFeatures(wireOf(kind).support(model).features);
    for (const field of Object.keys(optional) as (keyof typeof optional)[]) {
      const isSent = Object.keys(added(kind, model, { [field]: optional[field] })).length > 0;
      assert.equal(isSent, !unsupported.includes(field), `${kind} ${model} ${field}`);
    }
  }
});

test('an absent field adds nothing to the body, and an empty list of stops is none', () => {
  for (const [kind, model] of models) assert.deepEqual(added(kind, model, { stop: [] }), {}, kind);
});

test('a tool choice of auto or none holds for every service', () => {
  for (const [kind, model] of models) {
    assert.doesNotMatch(
      JSON.stringify(added(kind, model, { toolChoice: 'auto' })),
      /required|any/i,
      `${kind} ${model}`,
    );
    const { tools, ...rest } = bodyOf(kind, model, { ...base, toolChoice: 'none' });
    assert.ok(tools === undefined || /none/i.test(JSON.stringify(rest)), `${kind} ${model}`);
  }
});

const named = { type: 'function', function: { name: 'leap' } };
const leapAlone = [{ type: 'function', function: { name: 'leap', parameters: inputSchema } }];

test('every field is sent under the name that its service documents', () => {
  const sampling = { temperature: 0.31, top_p: 0.83, stop: ['STOP-HERE'], seed: 4711 };
  const expected: Readonly<Record<string, Body>> = {
    'gemini gemini-3.5-flash-lite': {
      generationConfig: {
        temperature: 0.31,
        topP: 0.83,
        stopSequences: ['STOP-HERE'],
        seed: 4711,
        thinkingConfig: { includeThoughts: true },
      },
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['leap'] } },
    },
    'gemini gemini-3.8-flash': {
      generationConfig: {
        stopSequences: ['STOP-HERE'],
        seed: 4711,
        thinkingConfig: { includeThoughts: true },
      },
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['leap'] } },
    },
    'openai gpt-4.1': {
      ...sampling,
      tool_choice: named,
      parallel_tool_calls: false,
      prompt_cache_key: 'session-1',
      safety_identifier: 'user-1',
    },
    'openai gpt-6-sol': {
      tool_choice: named,
      parallel_tool_calls: false,
      prompt_cache_key: 'session-1',
      safety_identifier: 'user-1',
    },
    'openai o3': { tool_choice: named, prompt_cache_key: 'session-1', safety_identifier: 'user-1' },
    'openai gpt-6-pro': {
      tool_choice: { type: 'function', name: 'leap' },
      parallel_tool_calls: false,
      prompt_cache_key: 'session-1',
      safety_identifier: 'user-1',
    },
    'anthropic claude-opus-5-5': {
      stop_sequences: ['STOP-HERE'],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      metadata: { user_id: 'user-1' },
    },
    'anthropic claude-haiku-4-5': {
      stop_sequences: ['STOP-HERE'],
      tool_choice: { type: 'tool', name: 'leap', disable_parallel_tool_use: true },
      metadata: { user_id: 'user-1' },
    },
    'groq openai/gpt-oss-20b': {
      ...sampling,
      tool_choice: named,
      parallel_tool_calls: false,
      user: 'user-1',
    },
    'xai grok-4.6': {
      temperature: 0.31,
      top_p: 0.83,
      seed: 4711,
      tool_choice: named,
      parallel_tool_calls: false,
      user: 'user-1',
    },
    'xai grok-4.20-0309-non-reasoning': {
      ...sampling,
      tool_choice: named,
      parallel_tool_calls: false,
      user: 'user-1',
    },
    'mistral mistral-small-latest': {
      temperature: 0.31,
      top_p: 0.83,
      stop: ['STOP-HERE'],
      random_seed: 4711,
      tool_choice: named,
      parallel_tool_calls: false,
    },
    'deepseek deepseek-v4-flash': {
      temperature: 0.31,
      top_p: 0.83,
      stop: ['STOP-HERE'],
      tool_choice: named,
    },
    'ollama qwen3:8b': { options: sampling },
    'llama-cpp tiny': {
      ...sampling,
      tools: leapAlone,
      tool_choice: 'required',
      parallel_tool_calls: false,
    },
    'docker-model-runner ai/tiny': {
      ...sampling,
      tools: leapAlone,
      tool_choice: 'required',
      parallel_tool_calls: false,
    },
    'lm-studio tiny': { ...sampling, tools: leapAlone, tool_choice: 'required' },
    'vllm tiny': { ...sampling, tool_choice: named, parallel_tool_calls: false },
  };
  const likeOpenAi = { ...sampling, tool_choice: named, parallel_tool_calls: false };
  for (const [kind, model] of models) {
    const service = `${kind} ${model}`;
    assert.deepEqual(added(kind, model, optional), expected[service] ?? likeOpenAi, service);
  }
});

test('Anthropic is not sent a stop of white space, which it rejects', () => {
  const model = 'claude-haiku-4-5';
  assert.deepEqual(added('anthropic', model, { stop: ['\n', 'END'] }), { stop_sequences: ['END'] });
  assert.deepEqual(added('anthropic', model, { stop: ['\n\n'] }), {});
});

test('a request without the fields concerned stays the same object', () => {
  const request = { ...base, temperature: 0.5 };
  assert.equal(withoutFeatures(request, ['seed', 'stop']), request);
  assert.equal(withoutFeatures(request), request);
  assert.deepEqual(withoutFeatures(request, ['temperature']), base);
});
