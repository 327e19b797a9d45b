/** Bad input and broken surroundings: one clear sentence each, with one action, and nothing lost. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectServer, ServerError } from '../../../scripts/terminal/server.ts';
import { ask as askType, listModels, status, testProvider } from '../../../shared/protocol.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { ask, bareEnv, entry, failure, fake, server, until, writeConfig } from './support.ts';

test('each invalid request is rejected with one sentence with one action, and nothing is sent', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
  const bad: [object, RegExp][] = [
    [{}, /prompt is empty/],
    [{ prompt: '   ' }, /prompt is empty/],
    [{ messages: [] }, /no user message/],
    [{ prompt: 'x', messages: [{ role: 'user', content: 'y' }] }, /one would be lost/],
    [{ prompt: 7 }, /prompt/],
    [{ prompt: 'x', role: 'wizard' }, /no role "wizard"/],
    [{ prompt: 'x', role: '__proto__' }, /no role/],
    [{ prompt: 'x', model: 'nonsense' }, /not a model id/],
    [{ prompt: 'x', task: 'cooking' }, /task/],
    [{ prompt: 'x', model: 'lab/none' }, /lab\/none is not a known model/],
    [{ prompt: 'x', model: 'unknown/none' }, /unknown\/none is not a known model/],
  ];
  for (const [params, sentence] of bad) {
    const data = await failure(rumbo.connection.sendRequest(askType, params as never));
    assert.match(data.message, sentence);
    assert.ok(data.action, JSON.stringify(params));
    assert.doesNotMatch(`${data.message} ${data.action}`, /\n|at .*\.ts/);
  }
  assert.equal(one.chats.length, 0);
});

test('a wrong key is reported with its provider, without the key', async (t) => {
  const one = await fake(t, fakeOpenAi, { key: 'sk-right-key-000' });
  const rumbo = await server(
    t,
    { 'rumbo.providers': { lab: entry(one, { models: ['fake-model'], keyEnv: 'MY_KEY' }) } },
    { env: bareEnv({ MY_KEY: 'sk-wrong-key-999' }) },
  );
  for (const attempt of [
    () => ask(rumbo, { prompt: 'hi', model: 'lab/fake-model' }),
    () => rumbo.connection.sendRequest(testProvider, { provider: 'lab' }),
  ]) {
    const data = await failure(attempt());
    assert.equal(data.kind, 'unauthorized');
    assert.match(data.action ?? '', /key/i);
    assert.doesNotMatch(JSON.stringify(data), /sk-wrong/);
  }
});

test('a refused connection names the address, and the engine is found when it starts', async (t) => {
  const one = await fake(t, fakeOpenAi, { reply: 'here again' });
  const { port } = new URL(one.baseUrl);
  const rumbo = await server(t, {
    'rumbo.providers': {
      lab: { kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', source: 'local' },
    },
  });
  const data = await failure(ask(rumbo, { prompt: 'hi' }));
  assert.equal(data.kind, 'no-candidate');
  assert.match(data.message, /127\.0\.0\.1:9/);
  assert.ok(Number(port) > 0);
});

test('a prompt over the context is rejected with both numbers', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { lab: entry(one) },
    'rumbo.models': { 'lab/fake-model': { contextTokens: 1_000 } },
  });
  const data = await failure(ask(rumbo, { prompt: 'word '.repeat(5_000) }));
  assert.equal(data.kind, 'context-too-long');
  assert.match(data.message, /\b69\d\d\b.*\b1000\b/);
  assert.equal(one.chats.length, 0);
});

test('a rate limit is waited for when short, and reported when long', async (t) => {
  const one = await fake(t, fakeOpenAi, {
    fail: { status: 429, headers: { 'retry-after-ms': '50' }, body: {}, times: 1 },
  });
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
  await ask(rumbo, { prompt: 'hi' });
  assert.equal(one.chats.length, 2);

  one.fail = { status: 429, headers: { 'retry-after': '3600' }, body: {} };
  assert.equal((await failure(ask(rumbo, { prompt: 'more' }))).kind, 'rate-limited');
  assert.equal(one.chats.length, 3);
  const again = await failure(ask(rumbo, { prompt: 'even more' }));
  assert.equal(again.kind, 'rate-limited');
  assert.match(again.message, /The first returns on \d+ \w+, \d\d:\d\d/);
  assert.equal(one.chats.length, 3, 'a provider that is cooling down gets no request');
  await until(rumbo, ({ providers }) =>
    providers.some(
      ({ name, state, until }) => name === 'lab' && state === 'cooling-down' && until !== undefined,
    ),
  );
});

test('settings that cannot be read are reported, and privacy rules stay in force', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { lab: entry(one), odd: { kind: 'teapot', baseUrl: 'http://127.0.0.1:1' } },
    'rumbo.routing.strategy': 'cheapest',
  });
  const { problems, strategy } = await rumbo.connection.sendRequest(status);
  assert.equal(strategy, 'auto');
  assert.ok(problems.some((text) => /rumbo\.routing\.strategy must be/.test(text)));
  assert.ok(problems.some((text) => /rumbo\.providers\.odd\.kind must be one of .*llama-cpp/.test(text)));
  await ask(rumbo, { prompt: 'still works' });
});

test('a changed settings file applies at once, and an unreadable one leaves the previous settings in force', async (t) => {
  const one = await fake(t, fakeOpenAi, { models: ['a', 'b'] });
  const config = (locked: string) => ({
    'rumbo.providers': { lab: entry(one), ollama: { enabled: false }, 'llama-cpp': { enabled: false } },
    'rumbo.models': { [locked]: { locked: true } },
  });
  const path = writeConfig(config('lab/a'));
  const rumbo = await connectServer({ config: path, env: bareEnv() });
  t.after(() => rumbo.close());
  assert.equal((await ask(rumbo, { prompt: 'hi' })).result.receipt.model, 'lab/b');

  writeConfig(config('lab/b'), path);
  const models = () => rumbo.connection.sendRequest(listModels, {});
  while (!(await models()).some(({ id, locked }) => id === 'lab/b' && locked))
    await new Promise((r) => setTimeout(r, 20));
  assert.equal((await ask(rumbo, { prompt: 'hi' })).result.receipt.model, 'lab/a');

  writeFileSync(path, '{\n  "rumbo.models": {\n');
  await until(rumbo, ({ problems }) =>
    problems.some((text) => text.startsWith(`${path}:`) && /still hold/.test(text)),
  );
  assert.equal((await ask(rumbo, { prompt: 'once more' })).result.receipt.model, 'lab/a');
});

test('a broken file at the start ends the server with path and line', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'rumbo-')), 'bad.json');
  for (const [text, sentence] of [
    ['{\n  "rumbo.routing.strategy": \n}', /bad\.json:3: the file is not valid JSON/],
    ['{\n  "rumbo.routing.strategy": "cheapest"\n}', /bad\.json:2: rumbo\.routing\.strategy must be/],
  ] as const) {
    writeFileSync(path, text);
    await assert.rejects(connectServer({ config: path, env: bareEnv() }), (error: ServerError) => {
      assert.ok(error instanceof ServerError);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, sentence);
      return true;
    });
  }
});

test('a request that pins a model waits for no other engine', async (t) => {
  const silent = await fake(t, fakeOpenAi, { headDelayMs: 3_000 });
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, { 'rumbo.providers': { silent: entry(silent), one: entry(one) } });
  await until(rumbo, ({ providers }) =>
    providers.some(({ name, state }) => name === 'one' && state === 'ready'),
  );
  const { result } = await ask(rumbo, { prompt: 'hi', model: 'one/fake-model' });
  assert.ok(result.receipt.totalMs < 600, `${result.receipt.totalMs} ms`);
});

test('an engine that lists its models and cannot answer cools down', async (t) => {
  const bad = await fake(t, fakeOpenAi, { fail: { status: 500, body: {} } });
  const good = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { bad: entry(bad), good: entry(good) },
    'rumbo.routing.strategy': 'priority',
    'rumbo.routing.priorityOrder': ['bad', 'good'],
  });
  for (let time = 0; time < 3; time++) await ask(rumbo, { prompt: `question ${time}` });
  const before = bad.chats.length;
  await rumbo.connection.sendRequest(listModels, { refresh: true });
  await ask(rumbo, { prompt: 'one more' });
  assert.equal(bad.chats.length, before);
});
