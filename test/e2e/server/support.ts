/** The bundled server over real JSON-RPC, set up for one test. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ResponseError } from 'vscode-languageserver-protocol/node';
import { connectServer, type ServerOptions, type TerminalServer } from '../../../scripts/terminal/server.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { ErrorData } from '../../../shared/errors.ts';
import { type AskPart, type AskResult, status } from '../../../shared/protocol.ts';
import type { Status } from '../../../shared/status.ts';
import type { FakeOptions, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { withoutDiscovery, withoutLocalEngines } from '../../support/without-local-engines.ts';

/** The environment without any keys. */
export const bareEnv = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: mkdtempSync(join(tmpdir(), 'rumbo-home-')),
  ...more,
});

export type Settings = Record<string, unknown>;

/** A provider entry for a fake. */
export const entry = ({ baseUrl }: FakeProvider, more: Settings = {}): Settings => ({
  kind: 'openai-compatible',
  baseUrl,
  source: 'local',
  ...more,
});

/** Starts a server with these settings; it ends with the test. */
export async function server(
  t: TestContext,
  settings: Settings,
  options: ServerOptions = {},
): Promise<TerminalServer> {
  const providers = { ...withoutLocalEngines, ...(settings['rumbo.providers'] as Settings | undefined) };
  const running = await connectServer({
    env: bareEnv(),
    ...options,
    initializationOptions: {
      ...options.initializationOptions,
      settings: { ...withoutDiscovery, ...settings, 'rumbo.providers': providers },
    },
  });
  t.after(() => running.close());
  return running;
}

/** A fake that ends with the test. */
export async function fake(
  t: TestContext,
  make: (options?: FakeOptions) => Promise<FakeProvider>,
  options: FakeOptions = {},
): Promise<FakeProvider> {
  const running = await make(options);
  t.after(() => running.close());
  return running;
}

export type Asked = { readonly parts: readonly AskPart[]; readonly text: string; readonly result: AskResult };

/** Asks and gathers. Rejects as `rumbo/ask` does. */
export async function ask(
  { ask }: TerminalServer,
  params: AskParams,
  { signal = new AbortController().signal, onPart = (_part: AskPart): void => {} } = {},
): Promise<Asked> {
  const parts: AskPart[] = [];
  const result = await ask(
    params,
    (part) => {
      parts.push(part);
      onPart(part);
    },
    signal,
  );
  const text = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
  return { parts, text, result };
}

/** What a request that must fail fails with. */
export async function failure(promise: Promise<unknown>): Promise<ErrorData> {
  try {
    await promise;
  } catch (error) {
    const { data } = error as ResponseError<ErrorData>;
    if (data) return data;
    throw error;
  }
  throw new Error('It should have failed.');
}

/** Waits until the status matches, some seconds at most. */
export async function until({ connection }: TerminalServer, wanted: (now: Status) => boolean): Promise<void> {
  const read = () => connection.sendRequest(status);
  for (const deadline = Date.now() + 8_000; Date.now() < deadline; ) {
    if (wanted(await read())) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`The status did not come: ${JSON.stringify(await read())}`);
}

export function writeConfig(
  settings: Settings,
  path = join(mkdtempSync(join(tmpdir(), 'rumbo-')), 'config.json'),
): string {
  writeFileSync(path, JSON.stringify({ ...withoutDiscovery, ...settings }, null, 2));
  return path;
}
