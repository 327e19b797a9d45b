/** `rumbo/ask` from end to end: the bundled server, real JSON-RPC, providers that answer on loopback. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import {
  clearCache,
  correctTask,
  explain,
  forgetCorrections,
  metrics,
  status,
  statusChanged,
} from '../../../shared/protocol.ts';
import type { Status } from '../../../shared/status.ts';
import { fakeAnthropic } from '../../support/fake-providers/anthropic.ts';
import { fakeGemini } from '../../support/fake-providers/gemini.ts';
import { fakeLlamaCpp } from '../../support/fake-providers/llama-cpp.ts';
import { fakeOllama } from '../../support/fake-providers/ollama.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { ask, bareEnv, entry, failure, fake, server } from './support.ts';

test('an answer streams before its result, which carries the receipt', async (t) => {
  const lab = await fake(t, fakeOpenAi, {
    reply: { text: 'One two three.', usage: { input: 7, output: 3 } },
    delayMs: 30,
  });
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(lab, { note: 'a toy' }) } });
  const { parts, text, result } = await ask(rumbo, { prompt: 'Plan the week', role: 'planner' });

  assert.deepEqual(parts[0], { type: 'start', model: 'lab/fake-model', cached: false, note: 'a toy' });
  assert.equal(parts.at(-1)?.type, 'finish');
  assert.ok(parts.filter(({ type }) => type === 'text-delta').length > 1, 'it came in pieces');
  assert.equal(text, 'One two three.');
  assert.equal(result.text, text);

  const { receipt } = result;
  assert.equal(receipt.model, 'lab/fake-model');
  assert.equal(receipt.task, 'planning');
  assert.deepEqual(receipt.usage, { input: 7, cachedRead: 0, cacheWrite: 0, output: 3, reasoning: 0 });
  assert.equal(receipt.usageEstimated, false);
  assert.equal(receipt.costUsd, 0);
  assert.equal(receipt.note, 'a toy');
  assert.deepEqual(
    receipt.attempts.map(({ model, outcome }) => [model, outcome]),
    [['lab/fake-model', 'ok']],
  );
  assert.ok((receipt.timeToFirstTokenMs ?? 0) > 0 && (receipt.timeToFirstTokenMs ?? 0) <= receipt.totalMs);
  assert.ok(receipt.reasons.length > 0);
});

test('every engine of this release streams through the same request', async (t) => {
  const makers = {
    'openai-compatible': fakeOpenAi,
    openai: fakeOpenAi,
    anthropic: fakeAnthropic,
    gemini: fakeGemini,
    ollama: fakeOllama,
    'llama-cpp': fakeLlamaCpp,
  };
  for (const [kind, make] of Object.entries(makers)) {
    const key = ['openai', 'anthropic', 'gemini'].includes(kind) ? 'sk-test-key-12345' : undefined;
    const models = kind === 'openai' ? { models: ['gpt-6-sol'] } : {};
    const one = await fake(t, make, { reply: `¡Hola from ${kind}! 🙂`, ...(key ? { key } : {}), ...models });
    const rumbo = await server(
      t,
      { 'rumbo.providers': { mine: { kind, baseUrl: one.baseUrl, ...(key ? { keyEnv: 'MY_KEY' } : {}) } } },
      { env: bareEnv(key ? { MY_KEY: key } : {}) },
    );
    // Cloud kinds have usual models of their own; the pin names the fake's.
    const model = `mine/${one.models[0]}`;
    const { text, result } = await ask(rumbo, { prompt: 'hi', model });
    assert.equal(text, `¡Hola from ${kind}! 🙂`);
    assert.equal(result.receipt.model, model);
    assert.ok(result.receipt.usage.output > 0, kind);
  }
});

test('a failing model falls back before the first word, and the receipt names both', async (t) => {
  const bad = await fake(t, fakeOpenAi, {
    fail: { status: 400, body: { error: { message: 'x', code: 'context_length_exceeded' } } },
  });
  const good = await fake(t, fakeOpenAi, { reply: 'fine' });
  const rumbo = await server(t, {
    'rumbo.providers': { bad: entry(bad), good: entry(good) },
    'rumbo.routing.strategy': 'priority',
    'rumbo.routing.priorityOrder': ['bad', 'good'],
  });
  const { parts, result } = await ask(rumbo, { prompt: 'hi' });
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['fallback', 'start', 'text-delta', 'finish'],
  );
  assert.equal(result.receipt.model, 'good/fake-model');
  assert.deepEqual(
    result.receipt.attempts.map(({ outcome }) => outcome),
    ['context-too-long', 'ok'],
  );
  assert.ok(result.receipt.reasons.some((reason) => reason.includes('bad/fake-model')));
});

test('an answer that breaks off after the first word is never shown as complete', async (t) => {
  for (const kind of ['reset', 'end'] as const) {
    const one = await fake(t, fakeOpenAi, {
      reply: 'one two three four five six',
      delayMs: 20,
      fault: { kind, afterWords: 3 },
    });
    const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
    let seen = '';
    const data = await failure(
      ask(
        rumbo,
        { prompt: 'hi' },
        {
          onPart: (part) => {
            if (part.type === 'text-delta') seen += part.text;
          },
        },
      ),
    );
    assert.equal(data.kind, 'interrupted', kind);
    assert.ok(seen.startsWith('one two three'), 'the text so far was delivered');
    assert.equal(data.partial, seen, 'and is in the error for a client that takes no parts');
    // The model got one request to continue, and broke off again.
    assert.equal(data.attempts?.length, 2);
  }
});

test('sampling fields reach the service, and an unknown field is rejected by its name', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
  await ask(rumbo, { prompt: 'hi', temperature: 0.2, topP: 0.5, maxOutputTokens: 9, stop: ['END'], seed: 4 });
  const { temperature, top_p, stop, seed } = (one.chats[0]?.body ?? {}) as Record<string, unknown>;
  assert.deepEqual(
    { temperature, top_p, stop, seed },
    { temperature: 0.2, top_p: 0.5, stop: ['END'], seed: 4 },
  );
  const { kind, message } = await failure(ask(rumbo, { prompt: 'hi', max_tokens: 9 } as never));
  assert.equal(kind, 'invalid-request');
  assert.match(message, /does not know: "max_tokens"/);
});

test('cancelling closes the provider’s socket within 50 ms, waiting and streaming', async (t) => {
  for (const waiting of [true, false]) {
    const one = await fake(t, fakeOpenAi, {
      reply: 'word '.repeat(200),
      delayMs: 20,
      ...(waiting ? { fault: { kind: 'hang' } as const } : {}),
    });
    const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
    const controller = new AbortController();
    const answer = failure(ask(rumbo, { prompt: 'hi' }, { signal: controller.signal }));
    while (one.chats.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const at = performance.now();
    controller.abort();
    assert.equal((await answer).kind, 'cancelled');
    while (!one.chats[0]?.aborted) {
      assert.ok(performance.now() - at < 2_000, 'the socket stayed open');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    // The invariant is 50 ms; a busy test machine gets some more before it is called broken.
    assert.ok((one.chats[0].abortedAt ?? 0) - at < 250, `${(one.chats[0].abortedAt ?? 0) - at} ms`);
    assert.equal(one.chats.length, 1, 'no other model was tried');
  }
});

test('the same prompt is answered from the cache, and the receipt shows it', async (t) => {
  const one = await fake(t, fakeOpenAi, { reply: 'cached words' });
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one, { note: 'a toy' }) } });
  await ask(rumbo, { prompt: 'hi' });
  const { parts, text, result } = await ask(rumbo, { prompt: 'hi' });
  assert.deepEqual(parts[0], { type: 'start', model: 'lab/fake-model', cached: true, note: 'a toy' });
  assert.equal(text, 'cached words');
  assert.equal(result.receipt.cached, true);
  assert.deepEqual(result.receipt.attempts, []);
  assert.equal(one.chats.length, 1);

  await ask(rumbo, { prompt: 'hi', useCache: false });
  assert.equal(one.chats.length, 2);
  assert.equal(await rumbo.connection.sendRequest(clearCache), 1);
  await ask(rumbo, { prompt: 'hi' });
  assert.equal(one.chats.length, 3);
});

test('a coder’s answer has its code and the range that it replaces', async (t) => {
  const one = await fake(t, fakeOpenAi, { reply: 'Here you are:\n```ts\nconst b = 2;\n```\n', delayMs: 30 });
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
  const selection = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const file = {
    uri: 'file:///home/ana/a.ts',
    languageId: 'typescript',
    text: 'const a = 1;\nnext();\n',
    selection,
  };
  const { parts, result } = await ask(rumbo, { prompt: 'rename', role: 'coder', file });
  assert.deepEqual(result.code, { text: 'const b = 2;\n', languageId: 'typescript', range: selection });
  assert.ok(
    parts.some(({ type }) => type === 'code'),
    'it could be previewed',
  );
  const sent = JSON.stringify(one.chats[0]?.body);
  assert.ok(
    sent.includes('⟦const a = 1;\\\\n⟧next();'.replace('\\\\n', '\\n')) || sent.includes('const a = 1;'),
    sent,
  );
  assert.ok(!sent.includes('/home/ana'), 'where the file lies stays here');
});

test('explain returns decision and price and sends nothing', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { lab: entry(one, { models: ['fake-model', 'dear'], source: 'api' }) },
    'rumbo.models': {
      'lab/fake-model': { price: { input: 1, output: 2 }, tier: 3 },
      'lab/dear': { locked: true },
    },
  });
  const result = await rumbo.connection.sendRequest(explain, {
    prompt: 'Escribe una función que sume',
    role: 'coder',
  });
  assert.equal(result.task, 'simple_generation');
  assert.equal(result.candidates[0]?.model, 'lab/fake-model');
  const { low = 0, high = 0 } = result.candidates[0]?.costUsd ?? {};
  assert.ok(0 < low && low < high);
  assert.deepEqual(
    result.excluded.filter(({ model }) => model.startsWith('lab/')).map(({ rule }) => rule),
    ['locked'],
  );
  assert.equal(one.requests.length, 0);
});

test('a corrected task type applies to similar prompts, can be deleted, and without a keychain is not stored', async (t) => {
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const prompt = 'Put the crates of the upper deck in order, please';
  const taken = async (rumbo: TerminalServer) =>
    (await rumbo.connection.sendRequest(explain, { prompt })).task;
  const first = await server(t, {}, { initializationOptions: { storagePath } });
  const wrong = await taken(first);
  const right = wrong === 'architecture' ? 'planning' : 'architecture';
  assert.equal(await first.connection.sendRequest(correctTask, { prompt, task: right }), 1);
  assert.equal(await taken(first), right);
  await first.connection.sendRequest(forgetCorrections);
  assert.equal(await taken(first), wrong);
  await first.connection.sendRequest(correctTask, { prompt, task: right });
  await first.close();
  assert.deepEqual(
    readdirSync(storagePath).filter((name) => name.includes('corrections')),
    [],
  );
  const second = await server(t, {}, { initializationOptions: { storagePath } });
  assert.equal(await taken(second), wrong);
  const rejected = await failure(
    second.connection.sendRequest(correctTask, { prompt, task: 'cooking' } as never),
  );
  assert.match(`${rejected.message} ${rejected.action}`, /cannot be read.*planning/);
});

test('local models have their roles without any setting', async (t) => {
  const names = ['ai/gemma3', 'ai/smollm3', 'ai/qwen3-coder', 'ai/gemma3-qat'];
  const one = await fake(t, fakeOpenAi, { models: names, reply: (body) => String(body['model']) });
  const rumbo = await server(t, { 'rumbo.providers': { docker: entry(one) } });
  const answerer = async (params: Parameters<typeof ask>[1]) => (await ask(rumbo, params)).text;
  const file = { uri: 'file:///a.ts', languageId: 'typescript', text: 'let a = 1;\n' };
  assert.equal(await answerer({ prompt: 'handle null', role: 'coder', file }), 'ai/qwen3-coder');
  assert.equal(await answerer({ prompt: 'move the shop to Postgres', role: 'planner' }), 'ai/gemma3-qat');
  assert.equal(await answerer({ prompt: 'write a function that reverses a string' }), 'ai/smollm3');
  assert.equal(await answerer({ prompt: 'What is the difference between TCP and UDP?' }), 'ai/gemma3-qat');
});

test('a stronger model answers on request, and from then on for similar prompts', async (t) => {
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const one = await fake(t, fakeOpenAi, {
    models: ['small', 'large'],
    reply: (body) => `${body['model']} speaks`,
  });
  const rumbo = await server(
    t,
    {
      'rumbo.providers': { lab: entry(one) },
      'rumbo.models': { 'lab/small': { tier: 3 }, 'lab/large': { tier: 4 } },
    },
    { initializationOptions: { storagePath } },
  );
  const prompt = 'Write a function that turns Roman numerals into numbers';
  assert.equal((await ask(rumbo, { prompt })).text, 'small speaks');
  assert.equal((await ask(rumbo, { prompt, strongerThan: 'lab/small' })).text, 'large speaks');
  const { text, result } = await ask(rumbo, { prompt });
  assert.equal(text, 'large speaks', 'the weak answer is not given from memory');
  assert.equal(result.receipt.model, 'lab/large');
  assert.equal((await ask(rumbo, { prompt: `${prompt}, quickly` })).text, 'large speaks');
  assert.equal((await ask(rumbo, { prompt: 'Write a regex for e-mail addresses' })).text, 'small speaks');
  const none = await failure(ask(rumbo, { prompt, strongerThan: 'lab/large' }));
  assert.match(none.message, /No available model is stronger than lab\/large/);
  const bad = await failure(ask(rumbo, { prompt, strongerThan: 'large' }));
  assert.match(bad.message, /"large" is not a model id/);
});

test('a hard budget stops a request before it is sent', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { lab: entry(one, { models: ['fake-model'], source: 'api' }) },
    'rumbo.models': { 'lab/fake-model': { price: { input: 10, output: 50 } } },
    'rumbo.budget.perRequestUsd': 0.000001,
  });
  const data = await failure(ask(rumbo, { prompt: 'hi' }));
  assert.equal(data.kind, 'over-budget');
  assert.match(data.message, /rumbo\.budget\.perRequestUsd/);
  assert.equal(one.chats.length, 0);
});

test('when only the estimate exceeds a budget the service counts the tokens, and then answers', async (t) => {
  const one = await fake(t, fakeLlamaCpp, {
    models: ['m'],
    reply: { text: 'x', usage: { input: 2_000, output: 5 } },
  });
  const rumbo = await server(t, {
    'rumbo.providers': { lab: { ...entry(one, { source: 'api' }), kind: 'llama-cpp' } },
    'rumbo.models': { 'lab/m': { toggle: true, price: { input: 10, output: 50 }, maxOutputTokens: 100 } },
    // Counted: $0.025. A byte a token: $0.085.
    'rumbo.budget.perRequestUsd': 0.03,
  });
  const { result } = await ask(rumbo, { prompt: 'word '.repeat(1_600) });
  assert.equal(result.receipt.model, 'lab/m');
  assert.deepEqual(
    one.chats.map(({ path }) => path),
    ['/v1/chat/completions/input_tokens', '/v1/chat/completions'],
  );
  one.reply = { text: 'x', usage: { input: 4_000, output: 5 } };
  assert.equal((await failure(ask(rumbo, { prompt: 'other '.repeat(1_400) }))).kind, 'over-budget');
  assert.equal(one.chats.length, 3, 'tokens were counted, and no answer was requested');
});

test('a day’s budget is spent by real usage', async (t) => {
  const one = await fake(t, fakeOpenAi, { reply: { text: 'x', usage: { input: 100_000, output: 10_000 } } });
  const rumbo = await server(t, {
    'rumbo.providers': { lab: entry(one, { models: ['fake-model'], source: 'api' }) },
    'rumbo.models': { 'lab/fake-model': { price: { input: 10, output: 50 } } },
    'rumbo.budget.perDayUsd': 2,
  });
  const { result } = await ask(rumbo, { prompt: 'hi' });
  assert.equal(result.receipt.costUsd, 1.5);
  assert.equal((await rumbo.connection.sendRequest(status)).today.costUsd, 1.5);
  assert.equal((await failure(ask(rumbo, { prompt: 'again' }))).kind, 'over-budget');
  assert.equal(one.chats.length, 1);
});

test('a pinned model that cannot run is never replaced silently', async (t) => {
  const one = await fake(t, fakeOpenAi, { models: ['a', 'b'] });
  const settings = { 'rumbo.providers': { lab: entry(one) }, 'rumbo.models': { 'lab/a': { locked: true } } };
  const rumbo = await server(t, settings);
  const data = await failure(ask(rumbo, { prompt: 'hi', model: 'lab/a' }));
  assert.equal(data.pinned, 'lab/a');
  assert.match(data.message, /lab\/a is pinned and cannot run\. It is locked\./);
  assert.equal(one.chats.length, 0);

  const { result } = await ask(rumbo, { prompt: 'hi', model: 'lab/a', whenPinnedUnavailable: 'next' });
  assert.equal(result.receipt.model, 'lab/b');
  assert.ok(result.receipt.reasons.some((reason) => /lab\/a could not run/.test(reason)));
});

test('a pinned model that fails on the way is not replaced silently either', async (t) => {
  const bad = await fake(t, fakeOpenAi, { fail: { status: 503, body: {} } });
  const good = await fake(t, fakeOpenAi, { reply: 'fine' });
  const rumbo = await server(t, { 'rumbo.providers': { bad: entry(bad), good: entry(good) } });
  const data = await failure(ask(rumbo, { prompt: 'hi', model: 'bad/fake-model' }));
  assert.equal(data.kind, 'overloaded');
  assert.equal(data.pinned, 'bad/fake-model');
  assert.equal(good.chats.length, 0);
  const { parts } = await ask(rumbo, {
    prompt: 'hi',
    model: 'bad/fake-model',
    whenPinnedUnavailable: 'next',
  });
  assert.equal(parts[0]?.type, 'fallback');
});

test('metrics count requests, and the client is notified of a changed status', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
  const announced: Status[] = [];
  rumbo.connection.onNotification(statusChanged, (now) => void announced.push(now));
  await ask(rumbo, { prompt: 'hi' });
  await ask(rumbo, { prompt: 'hi' });
  const { counters, histograms } = await rumbo.connection.sendRequest(metrics);
  assert.equal(counters['rumbo_attempts_total{provider="lab",outcome="ok"}'], 1);
  assert.equal(counters['rumbo_cache_total{outcome="hit"}'], 1);
  assert.equal(histograms['rumbo_first_token_ms{provider="lab"}']?.count, 1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  const lab = announced.at(-1)?.providers.find(({ name }) => name === 'lab');
  assert.equal(lab?.state, 'ready');
  assert.equal(lab?.lastOutcome?.outcome, 'ok');
});
