/** Canary keys and texts: after successes, errors and cancels they are searched for in all that the server sends and stores. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogMessageNotification } from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import type { AskParams } from '../../../shared/ask.ts';
import {
  correctTask,
  diagnostics,
  explain,
  listModels,
  metrics,
  modelDetails,
  status,
  statusChanged,
  testProvider,
} from '../../../shared/protocol.ts';
import type { FakeFailure, FakeFault } from '../../support/fake-providers/fake-provider.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { keyPieces, keySpellings, lettersIn } from '../../support/key-spellings.ts';
import { ask, bareEnv, entry, fake, server } from './support.ts';

const key = 'Zq7Lm2Xc9Vb4Nn8Kp1Wd5Rt3';

/** Everything that leaves the server beside answers. */
const reportsOf = async ({ connection }: TerminalServer): Promise<unknown[]> => [
  await connection.sendRequest(status),
  await connection.sendRequest(metrics),
  await connection.sendRequest(listModels, { refresh: true }),
  await connection.sendRequest(modelDetails, {}),
  await connection.sendRequest(explain, { prompt: 'hi' }),
  await connection.sendRequest(diagnostics),
];

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    ({ message, data }: { message: string; data: unknown }) => ({ message, data }),
  );

/** The content of each file below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
}

test('a key that a service repeats, in whatever spelling, is nowhere', async (t) => {
  const spellings = Object.values(keySpellings).map((spell) => spell(key));
  const mine = await fake(t, fakeOpenAi, { key, models: ['fake-model', key, `models/${key}`] });
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const rumbo = await server(
    t,
    { 'rumbo.providers': { mine: entry(mine, { keyEnv: 'MINE' }) } },
    { env: bareEnv({ MINE: key }), initializationOptions: { storagePath } },
  );
  const sent: unknown[] = [];
  rumbo.connection.onNotification(LogMessageNotification.type, ({ message }) => void sent.push(message));
  rumbo.connection.onNotification(statusChanged, (value) => void sent.push(value));
  const failWith = async (failure: typeof mine.fail) => {
    mine.fail = failure;
    sent.push(await errorOf(ask(rumbo, { prompt: 'hi', model: 'mine/fake-model', useCache: false })));
    sent.push(await errorOf(rumbo.connection.sendRequest(testProvider, { provider: 'mine' })));
  };
  for (const message of spellings) {
    await failWith({ status: 400, body: { error: { message } } });
    await failWith({ status: 422, body: message });
  }
  // Where a cut could leave a part behind.
  for (const length of [180, 225, 235, 1990, 16_370, 65_530])
    await failWith({ status: 400, body: { error: { message: `${'x '.repeat(length / 2)}${key} end` } } });
  await failWith({ status: 400, body: { error: { message: 'No', code: key, type: key, param: key } } });
  await failWith({
    status: 429,
    headers: { 'retry-after': '0', 'x-echo': key },
    body: { detail: [{ loc: [key], msg: key }] },
  });
  mine.fail = undefined;
  sent.push(await errorOf(ask(rumbo, { prompt: 'hi', model: 'mine/fake-model' })), await reportsOf(rumbo));
  await rumbo.close();

  const text = lettersIn([JSON.stringify(sent), ...filesIn(storagePath)].join('\n'));
  assert.ok(text.includes('fakemodel'));
  for (const piece of keyPieces(key)) assert.ok(!text.includes(piece), piece);
});

/** Words that no source of Rumbo holds. */
const words = {
  prompt: 'pelicanprompt',
  code: 'pelicancode',
  answer: 'pelicananswer',
  title: 'pelicantitle',
};

test('no prompt, code or answer is in the log, the storage, the settings or a report, whatever became of the request', async (t) => {
  const reply = (body: Record<string, unknown>) => `${words.answer} ${JSON.stringify(body).slice(0, 2_000)}`;
  const echoed = `You wrote ${words.prompt} and ${words.code}; I answer ${words.answer}`;
  const failures: readonly FakeFailure[] = [
    { status: 400, body: { error: { message: echoed, code: 'context_length_exceeded', param: words.code } } },
    { status: 422, body: { detail: [{ loc: ['body', words.code], msg: echoed, type: words.prompt }] } },
    { status: 429, body: { error: { message: echoed } }, headers: { 'retry-after': '0' } },
    { status: 500, body: echoed },
    { status: 404, body: { error: { message: `The model ${echoed} does not exist` } } },
    { status: 200, body: { error: { message: echoed, type: words.prompt } } },
    { status: 200, body: `data: {"choices": [{"delta": {"content": "${words.answer}"` },
  ];
  const faults: readonly FakeFault[] = [
    { kind: 'reset', afterWords: 2 },
    { kind: 'end', afterWords: 2 },
    { kind: 'stall', afterWords: 2 },
  ];
  // A service for each, since one that fails is not asked again for a while.
  const services = [
    await fake(t, fakeOpenAi, { reply }),
    ...(await Promise.all(failures.map((fail) => fake(t, fakeOpenAi, { reply, fail })))),
    ...(await Promise.all(faults.map((fault) => fake(t, fakeOpenAi, { reply, fault })))),
  ];
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const home = mkdtempSync(join(tmpdir(), 'rumbo-home-'));
  const rumbo = await server(
    t,
    {
      'rumbo.providers': Object.fromEntries(services.map((each, index) => [`lab${index}`, entry(each)])),
      'rumbo.inline.enabled': true,
      'rumbo.inline.models': ['lab0/fake-model'],
    },
    { env: bareEnv({ HOME: home }), initializationOptions: { storagePath } },
  );
  const log: string[] = [];
  rumbo.connection.onNotification(LogMessageNotification.type, ({ message }) => void log.push(message));
  const file = {
    uri: `file:///shop/${words.title}.ts`,
    languageId: 'typescript',
    text: `const ${words.code} = 1;\n`,
    selection: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
  };
  const talk = [
    { role: 'user', content: words.prompt },
    { role: 'assistant', content: words.answer },
    { role: 'user', content: words.code },
  ] as const;
  const requests: readonly AskParams[] = [
    { prompt: `${words.prompt} hello` },
    { prompt: `${words.prompt} change it`, role: 'coder', file },
    { prompt: `${words.prompt} plan`, role: 'planner', file },
    { messages: [...talk] },
    { prompt: words.prompt, unknownField: words.code } as AskParams,
  ];
  for (const [index] of services.entries()) {
    const isLast = index === services.length - 1;
    for (const params of isLast ? requests.slice(0, 1) : requests) {
      // The silent one is cancelled by the user.
      const cancel = new AbortController();
      if (isLast) setTimeout(() => cancel.abort(), 500).unref();
      const pinned = { ...params, model: `lab${index}/fake-model` };
      await errorOf(ask(rumbo, pinned, { signal: cancel.signal }));
    }
  }
  // From the cache.
  await errorOf(ask(rumbo, { prompt: `${words.prompt} hello`, model: 'lab0/fake-model' }));
  // Ghost text.
  const { connection } = rumbo;
  const { uri, languageId, text } = file;
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId, version: 1, text },
  });
  const position = { line: 0, character: 6 };
  await connection.sendRequest('textDocument/inlineCompletion', {
    textDocument: { uri },
    position,
    context: { triggerKind: 1 },
  });
  await connection.sendRequest(correctTask, { prompt: `${words.prompt} ${words.code}`, task: 'planning' });
  // Status and explanations quote a service's own sentence to the user; nothing stores them.
  const reports = [
    await connection.sendRequest(metrics),
    await connection.sendRequest(modelDetails, {}),
    await connection.sendRequest(diagnostics),
  ];
  await rumbo.close();

  const stored = [storagePath, home].flatMap(filesIn);
  assert.ok(stored.length > 0, 'files');
  assert.ok(log.join('\n').split('\n').length > 8, log.join('\n'));
  for (const [index, { chats }] of services.entries()) assert.ok(chats.length > 0, `lab${index} was asked`);
  assert.match(JSON.stringify(services[0]?.chats.map(({ body }) => body)), /pelicanprompt.*pelicancode/);
  const everything = [...log, ...stored, JSON.stringify(reports)].join('\n');
  for (const [what, word] of Object.entries(words)) {
    const at = everything.indexOf(word);
    assert.equal(at, -1, `${what}: ${everything.slice(Math.max(0, at - 200), at + 100)}`);
  }
});
