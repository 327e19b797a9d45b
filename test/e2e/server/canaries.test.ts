/** Canary keys and texts: after successes, errors and cancels they are searched for in all that the server sends and stores. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogMessageNotification } from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import {
  explain,
  listModels,
  metrics,
  modelDetails,
  status,
  statusChanged,
  testProvider,
} from '../../../shared/protocol.ts';
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
