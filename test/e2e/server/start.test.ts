/** The first moments of the bundled server: it answers `initialize` before the rest is loaded, and loses nothing sent meanwhile. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Message, StreamMessageReader } from 'vscode-languageserver-protocol/node';
import { node22 } from '../../support/node-22.ts';
import { withoutDiscovery, withoutLocalEngines } from '../../support/without-local-engines.ts';
import { bareEnv } from './support.ts';

const program = fileURLToPath(new URL('../../../dist/server.cjs', import.meta.url));
const settings = { ...withoutDiscovery, 'rumbo.providers': withoutLocalEngines };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { processId: null, rootUri: null, capabilities: {}, initializationOptions: { settings } },
};
const initialized = { jsonrpc: '2.0', method: 'initialized', params: {} };
const status = { jsonrpc: '2.0', id: 2, method: 'rumbo/status' };

const framed = (message: object): string => {
  const body = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

/** Sends the messages in one write. Resolves with the answer to `rumbo/status`. */
function statusAfter(t: TestContext, node: string, env: NodeJS.ProcessEnv): Promise<Message> {
  const server = spawn(node, [program, '--stdio'], { env });
  t.after(() => server.kill());
  server.stdin.write([initialize, initialized, status].map(framed).join(''));
  return new Promise((resolve, reject) => {
    server.on('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
    new StreamMessageReader(server.stdout).listen((message) => {
      if ('id' in message && message.id === status.id) resolve(message);
    });
  });
}

for (const [version, find] of [
  ['22', node22],
  ['24', async () => process.execPath],
] as const) {
  test(`under Node ${version} a request in the same write as initialize is answered`, async (t) => {
    const answer = await statusAfter(t, await find(), bareEnv());
    assert.ok('result' in answer, JSON.stringify(answer));
  });
}

test('compiled code is cached in the folder of the user', async (t) => {
  const caches = mkdtempSync(join(tmpdir(), 'rumbo-caches-'));
  await statusAfter(t, process.execPath, bareEnv({ XDG_CACHE_HOME: caches }));
  assert.deepEqual(readdirSync(caches), ['rumbo']);
});

test('a cache folder that cannot be created does not stop the start', async (t) => {
  const caches = join(mkdtempSync(join(tmpdir(), 'rumbo-caches-')), 'file');
  writeFileSync(caches, '');
  const answer = await statusAfter(t, process.execPath, bareEnv({ XDG_CACHE_HOME: caches }));
  assert.ok('result' in answer, JSON.stringify(answer));
});
