import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { practiceModels } from '../../../scripts/practice/replies.ts';
import type { PracticeEngine } from '../../../scripts/practice/start.ts';
import { connectEngine } from '../../../server/engines/connect.ts';
import { llamaCpp } from '../../../server/engines/llama-cpp/definition.ts';
import type { FimTarget } from '../../../server/inline-completion/prompting/fim-target.ts';
import { generateWithFallback } from '../../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../../server/inline-completion/prompting/mode-cache.ts';
import { warmUp } from '../../../server/inline-completion/prompting/warm-up.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import type { EngineRequest } from '../../../shared/chat.ts';
import { textOf } from '../../server/wire/decoded.ts';
import { keySource } from '../../support/key-source.ts';
import { startPracticeEngine } from '../../support/practice-engine.ts';

let engine: PracticeEngine;
before(async () => {
  engine = await startPracticeEngine();
});
after(() => engine.close());

const post = (path: string, body: unknown, signal?: AbortSignal) =>
  fetch(`${engine.baseUrl}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
const chat = async (body: object) => {
  const response = await post('/v1/chat/completions', body);
  // biome-ignore lint/suspicious/noExplicitAny: what the engine answers is what is being tested
  return { status: response.status, body: (await response.json()) as any };
};
const user = (content: string) => ({ role: 'user', content });
const system = (content: string) => ({ role: 'system', content });

test('identifies itself as llama.cpp and lists its models with their context', async () => {
  const response = await fetch(`${engine.baseUrl}/v1/models`);
  const { data } = (await response.json()) as { data: { id: string; meta: { n_ctx: number } }[] };
  assert.equal(response.headers.get('server'), 'llama.cpp');
  assert.deepEqual(
    data.map(({ id, meta }) => [id, meta.n_ctx]),
    [
      ['practice-small', 32_768],
      ['practice-large', 32_768],
    ],
  );
});

for (const { name, reply, cues = {}, fim } of practiceModels) {
  test(`${name} returns each of its texts word for word`, async () => {
    const answer = async (...messages: object[]) => (await chat({ model: name, messages })).body.choices[0];
    assert.equal((await answer(user('hello'))).message.content, reply);
    assert.equal((await answer(system('You plan.'), user('hello'))).message.content, cues['<|plan|>']);
    const code = await answer(system('You write code.'), user('hello'));
    assert.equal(code.message.content, cues['<|code|>']);
    assert.equal(code.finish_reason, 'stop');
    const infill = await post('/infill', { model: name, input_prefix: 'const a = ', input_suffix: ';' });
    assert.equal(((await infill.json()) as { content: string }).content, fim);
  });
}

test('a stream has the role first, then text, the end, usage on request, and [DONE]', async () => {
  const messages = [user('hello')];
  const response = await post('/v1/chat/completions', {
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  const events = (await response.text())
    .trim()
    .split('\n\n')
    .map((event) => event.replace(/^data: /, ''));
  assert.equal(events.pop(), '[DONE]');
  const chunks = events.map((event) => JSON.parse(event));
  assert.deepEqual(chunks[0].choices[0].delta, { role: 'assistant', content: null });
  assert.equal(chunks.at(-2).choices[0].finish_reason, 'stop');
  const { usage } = chunks.at(-1);
  assert.equal(usage.completion_tokens, chunks.length - 3);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
});

test('an answer ends at max_tokens and reports it', async () => {
  const { body } = await chat({ messages: [user('an endless story, please')], max_tokens: 7 });
  assert.equal(body.choices[0].finish_reason, 'length');
  assert.equal(body.usage.completion_tokens, 7);
});

test('closing the connection frees the model at once, while it answers and while others wait', async () => {
  const gone = AbortSignal.timeout(300);
  const endless = { messages: [user('an endless story')], stream: true };
  const askers = [1, 2].map(async () => {
    const response = await post('/v1/chat/completions', endless, gone);
    await response.text();
  });
  for (const asker of askers) await assert.rejects(asker);
  const started = performance.now();
  while (await busy()) await sleep(5);
  assert.ok(performance.now() - started < 200);
  assert.equal((await chat({ messages: [user('hello')] })).status, 200);

  async function busy() {
    const slots = (await (await fetch(`${engine.baseUrl}/slots`)).json()) as { is_processing: boolean }[];
    return slots.some(({ is_processing }) => is_processing);
  }
});

test('a file of 20 KB is evaluated within seconds', async () => {
  const started = performance.now();
  const { body } = await chat({ messages: [user('const a = 1;\n'.repeat(1540))] });
  assert.ok(body.usage.prompt_tokens > 20_000);
  assert.ok(performance.now() - started < 5_000);
});

test('errors have the shape and the codes of llama-server', async () => {
  const long = await chat({ messages: [user('x'.repeat(40_000))] });
  assert.equal(long.status, 400);
  assert.equal(long.body.error.type, 'exceed_context_size_error');
  assert.equal(long.body.error.n_ctx, 32_768);
  assert.ok(long.body.error.n_prompt_tokens > 40_000);

  const unknown = await chat({ model: 'unknown', messages: [user('hello')] });
  assert.equal(unknown.status, 400);
  assert.match(unknown.body.error.message, /model 'unknown' not found/);

  const broken = await post('/v1/chat/completions', '{"messages": [');
  assert.equal(broken.status, 500);
  assert.equal((await chat({})).status, 400);
  assert.equal((await fetch(`${engine.baseUrl}/nope`)).status, 404);
});

function rumboEngine(t: TestContext) {
  const { http, dispose } = undiciHttp({ systemCertificates: false });
  t.after(dispose);
  return connectEngine({
    provider: 'practice',
    label: 'Practice',
    definition: llamaCpp,
    baseUrl: engine.baseUrl,
    http,
    keys: keySource(undefined),
    limits: { connectMs: 5_000, firstPartMs: 60_000, betweenPartsMs: 60_000 },
  });
}

test('Rumbo’s engine for llama.cpp lists, chats and fills in the middle with the real one', async (t) => {
  const rumbo = rumboEngine(t);
  const { signal } = new AbortController();
  for (const { name, reply, fim } of practiceModels) {
    const models = await rumbo.listModels(signal);
    assert.ok(models.some((model) => model.name === name && model.contextTokens === 32_768));
    const answerTo = async (request: EngineRequest) => {
      const parts = await Array.fromAsync(rumbo.stream(name, request, signal));
      const finish = parts.at(-1);
      assert.ok(finish?.type === 'finish' && finish.reason === 'stop' && (finish.usage?.output ?? 0) > 0);
      return textOf(parts);
    };
    assert.equal(await answerTo({ messages: [{ role: 'user', content: 'hello' }] }), reply);
    assert.equal(await answerTo({ prefix: 'const a = ', suffix: ';' }), fim);
  }
});

test('the real llama.cpp fills in the middle with another file as context, and warms up the next request', async (t) => {
  const memory = modeCache();
  const [{ name: model, fim } = { name: '', fim: '' }] = practiceModels;
  const endpoint = { engine: rumboEngine(t), kind: 'llama-cpp', baseUrl: engine.baseUrl, model };
  const target: FimTarget = {
    prefix: 'const a = ',
    suffix: ';',
    snippets: [{ name: 'src/one.ts', text: 'export const one = 1;\n' }],
    languageId: 'typescript',
    path: 'src/a.ts',
    maxTokens: 64,
    stop: [],
    length: 'line',
    slot: 0,
    budgetMs: 5_000,
  };
  const { mode, text, usage } = await generateWithFallback(memory)(
    endpoint,
    target,
    new AbortController().signal,
  );
  assert.equal(mode, 'fill');
  assert.equal((await Array.fromAsync(text)).join(''), fim);
  assert.ok(((await usage)?.input ?? 0) > 0);
  assert.equal(await warmUp(endpoint, target, memory, new AbortController().signal), true);
});
