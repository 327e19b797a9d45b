/** The invariants that the server alone can break. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogMessageNotification } from 'vscode-languageserver-protocol/node';
import { explain, listModels, metrics, status } from '../../../shared/protocol.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { ask, bareEnv, entry, failure, fake, server } from './support.ts';

const secret = 'sk-canary-000-111-222';

test('1. no key is in status, metrics, logs, receipts, errors or files, and it goes only to its own origin', async (t) => {
  const mine = await fake(t, fakeOpenAi, { key: secret });
  const other = await fake(t, fakeOpenAi);
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const rumbo = await server(
    t,
    { 'rumbo.providers': { mine: entry(mine, { keyEnv: 'MINE' }), other: entry(other) } },
    { env: bareEnv({ MINE: secret, OPENAI_API_KEY: secret }), initializationOptions: { storagePath } },
  );
  const log: string[] = [];
  rumbo.connection.onNotification(LogMessageNotification.type, ({ message }) => void log.push(message));
  const sent = [
    await ask(rumbo, { prompt: 'hi', model: 'mine/fake-model' }),
    await ask(rumbo, { prompt: 'hi', model: 'other/fake-model' }),
    await rumbo.connection.sendRequest(status),
    await rumbo.connection.sendRequest(metrics),
    await rumbo.connection.sendRequest(listModels, { refresh: true }),
    await rumbo.connection.sendRequest(explain, { prompt: 'hi' }),
  ];
  mine.key = 'another';
  sent.push((await failure(ask(rumbo, { prompt: 'again', model: 'mine/fake-model' }))) as never);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(!JSON.stringify(sent).includes(secret));
  assert.ok(!log.join('\n').includes(secret));
  for (const name of readdirSync(storagePath))
    assert.ok(!readFileSync(join(storagePath, name)).includes(secret), name);
  assert.ok(mine.chats.some(({ headers }) => headers['authorization'] === `Bearer ${secret}`));
  for (const { headers, path } of other.requests) {
    assert.ok(!JSON.stringify(headers).includes(secret) && !path.includes(secret));
  }
  const commandLine = readFileSync(`/proc/${rumbo.pid}/cmdline`, 'utf8');
  assert.ok(!commandLine.includes(secret));
});

test('1. a key of the environment does not follow an address that was changed', async (t) => {
  const elsewhere = await fake(t, fakeOpenAi, { models: ['gpt-6-sol'] });
  const rumbo = await server(
    t,
    { 'rumbo.providers': { openai: { baseUrl: elsewhere.baseUrl } } },
    { env: bareEnv({ OPENAI_API_KEY: secret }) },
  );
  const data = await failure(ask(rumbo, { prompt: 'hi', model: 'openai/gpt-6-sol' }));
  assert.match(data.message, /no API key/);
  assert.equal(elsewhere.requests.length, 0);
});

test('3. a cloud provider is not contacted before it is used, nor by explain, status or a refresh of all', async (t) => {
  const cloud = await fake(t, fakeOpenAi);
  const rumbo = await server(t, { 'rumbo.providers': { cloud: entry(cloud, { source: 'api' }) } });
  await rumbo.connection.sendRequest(status);
  await rumbo.connection.sendRequest(explain, { prompt: 'hi' });
  await rumbo.connection.sendRequest(listModels, { refresh: true });
  assert.equal(cloud.requests.length, 0);
  await rumbo.connection.sendRequest(listModels, { provider: 'cloud', refresh: true });
  assert.equal(cloud.requests.length, 1);
});

test('4. a locked model gets no request even when it is the only one', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { lab: entry(one) },
    'rumbo.models': { 'lab/fake-model': { locked: true } },
  });
  await failure(ask(rumbo, { prompt: 'hi' }));
  await failure(ask(rumbo, { prompt: 'hi', model: 'lab/fake-model' }));
  assert.equal(one.chats.length, 0);
});

test('a local-only file stays on the user’s machines', async (t) => {
  const cloud = await fake(t, fakeOpenAi);
  const home = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { cloud: entry(cloud, { source: 'api', models: ['fake-model'] }), home: entry(home) },
    'rumbo.models': { 'cloud/fake-model': { tier: 5 } },
    'rumbo.privacy.localOnly': ['**/secrets/**'],
    'rumbo.routing.strategy': 'priority',
    'rumbo.routing.priorityOrder': ['cloud', 'home'],
  });
  const file = { uri: 'file:///home/ana/secrets/plan.md', languageId: 'markdown', text: 'x' };
  const { result } = await ask(rumbo, { prompt: 'hi', file });
  assert.equal(result.receipt.model, 'home/fake-model');
  await failure(ask(rumbo, { prompt: 'hi', file, model: 'cloud/fake-model' }));
  assert.equal(cloud.requests.filter(({ method }) => method === 'POST').length, 0);
});

test('7. the server listens on no socket', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(one) } });
  await ask(rumbo, { prompt: 'hi' });
  const own = new Set(
    readdirSync(`/proc/${rumbo.pid}/fd`).flatMap((fd) => {
      try {
        return [/socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${rumbo.pid}/fd/${fd}`))?.[1] ?? ''];
      } catch {
        return [];
      }
    }),
  );
  const listening = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    readFileSync(`/proc/${rumbo.pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , , state, , , , , , inode = '']) =>
          (table.startsWith('udp') || state === '0A') && inode !== '' && own.has(inode),
      ),
  );
  assert.deepEqual(listening, []);
});
