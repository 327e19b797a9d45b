/** Slow and faulty clients: the server reports errors as sentences, honours a cancel, and keeps running. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CancellationTokenSource,
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { type InitializationOptions, status } from '../../../shared/protocol.ts';
import { withoutDiscovery, withoutLocalEngines } from '../../support/without-local-engines.ts';
import { bareEnv, failure, type Settings } from './support.ts';

const program = fileURLToPath(new URL('../../../dist/server.cjs', import.meta.url));

/** A client of its own making. @param configuration answers `workspace/configuration`; absent: it has none */
async function client(
  t: TestContext,
  options: InitializationOptions,
  configuration?: () => unknown,
): Promise<ProtocolConnection> {
  const child: ChildProcess = spawn(process.execPath, [program, '--stdio'], {
    env: bareEnv(),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  t.after(() => child.kill());
  assert.ok(child.stdout && child.stdin);
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  t.after(() => connection.dispose());
  if (configuration) connection.onRequest('workspace/configuration', configuration);
  connection.listen();
  const capabilities = { workspace: { configuration: configuration !== undefined } };
  const params = { processId: process.pid, rootUri: null, capabilities, initializationOptions: options };
  await connection.sendRequest('initialize', params);
  await connection.sendNotification('initialized', {});
  return connection;
}

const alone: InitializationOptions = {
  settings: { ...withoutDiscovery, 'rumbo.providers': withoutLocalEngines },
};

test('params of null are treated as absent params', async (t) => {
  const connection = await client(t, alone);
  for (const method of ['rumbo/ask', 'rumbo/explain', 'rumbo/providers/test']) {
    const { kind } = await failure(connection.sendRequest(method, null));
    assert.equal(kind, 'invalid-request', method);
  }
  assert.ok(Array.isArray(await connection.sendRequest('rumbo/models/list', null)));
});

test('a request is cancelled while the settings have not arrived', async (t) => {
  const connection = await client(t, {}, () => new Promise(() => {}));
  const cancel = new CancellationTokenSource();
  const answer = failure(connection.sendRequest('rumbo/ask', { prompt: 'hi' }, cancel.token));
  setTimeout(() => cancel.cancel(), 100);
  assert.equal((await answer).kind, 'cancelled');
});

test('a request after a change of settings uses the new ones, however late the client sends them', async (t) => {
  const versions = (['cost', 'quality', 'priority'] as const).map((strategy) => ({
    ...(alone.settings as Settings),
    'rumbo.routing.strategy': strategy,
  }));
  let requestCount = 0;
  const connection = await client(t, {}, async () => {
    const mine = versions[requestCount++];
    // The older answer comes last.
    await sleep(requestCount === 2 ? 300 : requestCount === 3 ? 150 : 0);
    return [mine];
  });
  const strategy = async () => (await connection.sendRequest(status)).strategy;
  assert.equal(await strategy(), 'cost');
  await connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  assert.equal(await strategy(), 'priority');
  await sleep(300);
  assert.equal(await strategy(), 'priority');
});

test('when the client fails to send the settings the strictest ones apply, and the status reports it', async (t) => {
  const connection = await client(t, {}, () => {
    throw new Error('not now');
  });
  const { problems, budgets } = await connection.sendRequest(status);
  assert.match(problems.join(), /could not be read/);
  assert.equal(budgets[0]?.limitUsd, 0);
});
