/** Canary keys through every store and command of two windows, and through what can fail: they are nowhere but in their stores and at their origin. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createProtocolConnection,
  DidChangeConfigurationNotification,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { KeyCommand, KeyReply } from '../../../shared/key-channel.ts';
import { ask, diagnostics, metrics, resetProvider, status, testProvider } from '../../../shared/protocol.ts';
import { onlyProviders } from '../../support/faults/servers.ts';
import { secretService } from '../../support/secret-service.ts';

const program = fileURLToPath(new URL('../../../dist/server.cjs', import.meta.url));
const canaries = {
  wrong: 'sk-wrong-Wq3Zt8Lp5Xn2Vc7Bm1',
  first: 'sk-first-Aq7Lm2Xc9Vb4Nn8Kp1',
  second: 'sk-second-Gt5Rf8Hy2Jk6Lz3Qw9',
  rotated: 'sk-rotated-Pd4Sm7Ck1Vx9Bn6Tr2',
  environment: 'sk-environment-Yu8Io3Pa6Sd1Fg4Hj7',
  memory: 'sk-memory-Zx5Cv2Bn9Mk1Lp6Oi3',
};
const accepted = new Set(Object.values(canaries).filter((key) => key !== canaries.wrong));

/** Repeats the key in its errors, as some services do. `seen`: the keys that came. */
async function service(t: TestContext) {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    seen.add(key);
    request.resume();
    if (!accepted.has(key)) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key}.`, code: key } }));
      return;
    }
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'm', object: 'model' }] }));
      return;
    }
    response.writeHead(302, { location: `http://127.0.0.1:9/elsewhere?key=${key}` });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

type Command = KeyCommand extends infer Each ? (Each extends KeyCommand ? Omit<Each, 'id'> : never) : never;

/** The bundled server as the editor forks it. `written`: all that it has written, JSON-RPC included. */
async function openWindow(t: TestContext, env: NodeJS.ProcessEnv, storagePath: string, settings: object) {
  const child: ChildProcess = fork(program, ['--stdio'], {
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  t.after(() => child.kill('SIGKILL'));
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => {
      written += bytes.toString('latin1');
    });
  const connection: ProtocolConnection = createProtocolConnection(
    new StreamMessageReader(child.stdout as NonNullable<typeof child.stdout>),
    new StreamMessageWriter(child.stdin as NonNullable<typeof child.stdin>),
  );
  connection.onError(() => {});
  connection.onUnhandledNotification(() => {});
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: { storagePath, settings },
  });
  await connection.sendNotification('initialized', {});
  let lastId = 0;
  return {
    pid: child.pid ?? 0,
    connection,
    written: () => written,
    command(command: Command): Promise<KeyReply> {
      const id = ++lastId;
      const { promise, resolve } = Promise.withResolvers<KeyReply>();
      const onMessage = (message: KeyReply): void => {
        if (message.type !== 'rumbo/key/reply' || message.id !== id) return;
        child.off('message', onMessage);
        resolve(message);
      };
      child.on('message', onMessage);
      child.send({ ...command, id } as KeyCommand);
      return promise;
    },
  };
}

/** The content of each file below a folder. */
const filesIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');

/** Command lines and environments of the processes that a process has started, on Linux. */
function childrenOf(pid: number): string {
  const pids = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).trim();
  return pids
    .split(/\s+/)
    .flatMap((each) => ['cmdline', 'environ'].map((name) => `/proc/${each}/${name}`))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch(({ message, data }: { message: string; data: unknown }) => ({ message, data }));

test('keys are in no output, file, report or process, and reach no other origin, whatever is done with them', async (t) => {
  const keyring = await secretService();
  t.after(() => keyring.close());
  const [mine, other] = [await service(t), await service(t)];
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const settingsAt = (baseUrl: string, more: object = {}) =>
    onlyProviders(
      {
        mine: {
          kind: 'openai-compatible',
          baseUrl,
          source: 'api',
          models: ['m'],
          keyEnv: 'MINE',
        },
      },
      more as Record<string, unknown>,
    );
  const env = { PATH: process.env['PATH'], HOME: storagePath, ...keyring.env };
  const one = await openWindow(
    t,
    { ...env, MINE: canaries.environment },
    storagePath,
    settingsAt(mine.baseUrl),
  );
  const two = await openWindow(t, env, storagePath, settingsAt(mine.baseUrl));
  const provider = 'mine';
  const reports: unknown[] = [];
  const send = async (command: Command): Promise<KeyReply> => {
    const reply = await one.command(command);
    reports.push(reply);
    return reply;
  };
  const use = async (window: typeof one): Promise<void> => {
    reports.push(
      await errorOf(window.connection.sendRequest(ask, { prompt: 'hi', model: 'mine/m', useCache: false })),
      await errorOf(window.connection.sendRequest(testProvider, { provider })),
      await window.connection.sendRequest(status),
      await window.connection.sendRequest(diagnostics),
      await window.connection.sendRequest(metrics),
      await errorOf(window.connection.sendRequest(resetProvider, { provider })),
    );
  };

  const refused = await send({ type: 'rumbo/key/set', provider, key: canaries.wrong });
  assert.equal(refused.store, undefined, refused.message);
  assert.equal((await send({ type: 'rumbo/key/set', provider, key: canaries.first })).store, 'keychain');
  const hasKey = async (): Promise<boolean> => {
    const { providers } = await two.connection.sendRequest(status);
    return providers.find(({ name }) => name === provider)?.key === 'keychain';
  };
  for (let left = 100; left > 0 && !(await hasKey()); left -= 1) await sleep(50);
  assert.ok(await hasKey(), 'the other window has the key at once');
  await send({ type: 'rumbo/key/add', provider, key: canaries.second });
  await use(one);
  await use(two);
  const { providers } = await one.connection.sendRequest(status);
  const slot = providers.find(({ name }) => name === provider)?.keys?.find((each) => each.slot)?.slot ?? '';
  assert.notEqual(slot, '');
  await send({ type: 'rumbo/key/edit', provider, slot, options: { label: 'work', models: ['m'] } });
  await send({ type: 'rumbo/key/rotate', provider, slot, key: canaries.wrong });
  await send({ type: 'rumbo/key/rotate', provider, slot, key: canaries.rotated });
  await send({ type: 'rumbo/key/import', provider });
  await use(one);
  const children = childrenOf(one.pid) + childrenOf(two.pid);
  assert.match(children, /keychain\.cjs/, 'the process of the keychain was looked into');

  // The address changes: the saved keys stay where they are.
  for (const window of [one, two])
    await window.connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: settingsAt(other.baseUrl),
    });
  await use(two);
  const { origin } = new URL(mine.baseUrl);
  await one.connection.sendRequest(status);
  const moved = await send({ type: 'rumbo/key/set', provider, key: canaries.first, origin });
  assert.match(moved.message ?? '', /address of mine has changed/);
  await one.connection.sendNotification(DidChangeConfigurationNotification.type, {
    settings: settingsAt(mine.baseUrl, { 'rumbo.keys.store': 'memory' }),
  });
  await one.connection.sendRequest(status);
  const unsaved = { type: 'rumbo/key/add', provider, key: canaries.memory, origin } as const;
  assert.equal((await send(unsaved)).store, 'memory');
  keyring.lock();
  await send({ type: 'rumbo/key/remove', provider });
  await send({ type: 'rumbo/key/remove-everything' });
  await use(one);

  for (const key of Object.values(canaries))
    if (key !== canaries.environment) assert.ok(mine.seen.has(key), key);
  // The variable is named in the settings: its key follows the address that stands beside it.
  assert.deepEqual(
    [...other.seen].filter((key) => key !== '' && key !== canaries.environment),
    [],
  );
  const places = {
    'output of the first window': one.written(),
    'output of the second window': two.written(),
    files: filesIn(storagePath),
    reports: JSON.stringify(reports),
    'other processes': children,
  };
  for (const [place, content] of Object.entries(places)) {
    assert.ok(content.length > 100, `${place} were searched`);
    for (const [name, key] of Object.entries(canaries)) {
      const [, , letters = ''] = key.split('-');
      for (const piece of [letters, Buffer.from(key).toString('base64').slice(0, -4), letters.slice(0, 8)])
        assert.ok(!content.includes(piece), `${name} is in ${place}`);
    }
  }
});
