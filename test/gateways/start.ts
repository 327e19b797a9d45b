/** Starts real gateways on loopback, in front of a fake service; each ends with its test. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { portkeyServer, pythonPrograms } from './install.ts';

/** The value for `rumbo.providers.<name>.baseUrl`. */
type GatewayAddress = { readonly baseUrl: string };

const startTimeoutMs = 120_000;

/** @param config LiteLLM's own, as JSON, which is YAML too */
export async function startLiteLlm(t: TestContext, config: object): Promise<GatewayAddress> {
  const programs = await pythonPrograms('litellm');
  const port = await freePort();
  const file = temporaryFile('litellm.yaml', JSON.stringify(config));
  start(t, join(programs, 'litellm'), ['--config', file, '--host', '127.0.0.1', '--port', `${port}`], {
    LITELLM_LOG: 'ERROR',
    // It would download its price table.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  });
  await answers(`http://127.0.0.1:${port}/health/liveliness`);
  return { baseUrl: `http://127.0.0.1:${port}/v1` };
}

/** Version 1.15.2 changes headers that Node's `fetch` does not let it change, so that it streams nothing. */
const mutableHeaders = `const original = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const { body, status, statusText, headers } = await original(...request);
  return new Response(body, { status, statusText, headers: new Headers(headers) });
};`;

export async function startPortkey(t: TestContext): Promise<GatewayAddress> {
  const main = await portkeyServer();
  const port = await freePort();
  const repair = temporaryFile('mutable-headers.mjs', mutableHeaders);
  start(t, process.execPath, ['--import', repair, main, `--port=${port}`, '--headless']);
  await answers(`http://127.0.0.1:${port}/`);
  return { baseUrl: `http://127.0.0.1:${port}/v1` };
}

/** The package holds the whole gateway, which Python code starts at a port of its own choice. */
const tensorzeroStarter = `import sys, time
from tensorzero.tensorzero import _start_http_gateway
gateway = _start_http_gateway(config_file=sys.argv[1], clickhouse_url=None, postgres_url=None, valkey_url=None, async_setup=False)
print('ADDRESS ' + gateway.base_url, flush=True)
time.sleep(3600)`;

/** @param config TensorZero's own, as TOML */
export async function startTensorZero(t: TestContext, config: string): Promise<GatewayAddress> {
  const programs = await pythonPrograms('others');
  const file = temporaryFile('tensorzero.toml', config);
  const output = start(t, join(programs, 'python'), ['-c', tensorzeroStarter, file], {
    OPENAI_API_KEY: 'sk-of-the-gateway',
  });
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(100)) {
    const baseUrl = /^ADDRESS (\S+)$/m.exec(output())?.[1];
    if (baseUrl) return { baseUrl };
  }
  throw new Error(`TensorZero did not start: ${output().slice(-2_000)}`);
}

/** @param worker the root of a service that answers at `/health` */
export async function startVllmRouter(t: TestContext, worker: string): Promise<GatewayAddress> {
  const programs = await pythonPrograms('others');
  const port = await freePort();
  start(t, join(programs, 'vllm-router'), [
    ...['--host', '127.0.0.1', '--port', `${port}`, '--prometheus-port', `${await freePort()}`],
    ...['--worker-urls', worker],
  ]);
  await answers(`http://127.0.0.1:${port}/health`);
  return { baseUrl: `http://127.0.0.1:${port}/v1` };
}

/** Starts a process that ends with the test; returns what it has printed. */
function start(t: TestContext, program: string, args: readonly string[], env = {}): () => string {
  let output = '';
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env } });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output = `${output}${data.toString()}`.slice(-100_000);
    });
  t.after(() => child.kill());
  return () => output;
}

async function answers(url: string): Promise<void> {
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(200)) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response && response.status < 500) return;
  }
  throw new Error(`No gateway answers at ${url}.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('There is no port.');
  return address.port;
}

function temporaryFile(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rumbo-gateway-')), name);
  writeFileSync(path, text);
  return path;
}
