/** Starts what the benchmarks use: a model service and Rumbo's server, each in its own process as in reality. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engines } from '../../server/engines/table.ts';
import { connectServer, type TerminalServer } from '../terminal/server.ts';

export type Laboratory = {
  /** Of the model service, without a slash. Below `/whole` the answer is sent at once, below `/paced` first its first word. */
  readonly origin: string;
  /**
   * A server with the providers `whole` and `paced`.
   * @param program the bundle of another build. Absent: the one in dist
   * @param env added to its environment
   */
  startServer(program?: string, env?: NodeJS.ProcessEnv): Promise<TerminalServer>;
  close(): void;
};

const locals = engines.filter(({ source, baseUrl }) => source === 'local' && baseUrl !== undefined);

export const model = 'fake-model';

export async function laboratory(): Promise<Laboratory> {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-bench-'));
  const fake = fork(fileURLToPath(new URL('fake.ts', import.meta.url)));
  const [port] = await once(fake, 'message');
  const origin = `http://127.0.0.1:${port}`;
  const provider = (path: string) => ({
    kind: 'openai-compatible',
    baseUrl: `${origin}/${path}/v1`,
    source: 'local',
  });
  const providers = {
    whole: provider('whole'),
    paced: provider('paced'),
    // A local provider would be polled for its models.
    ...Object.fromEntries(locals.map(({ kind }) => [kind, { enabled: false }])),
  };
  return {
    origin,
    startServer: (program, env = {}) =>
      connectServer({
        ...(program === undefined ? {} : { program }),
        env: { PATH: process.env['PATH'], HOME: folder, ...env },
        initializationOptions: {
          // Its own: rows of one build would slow another one down.
          storagePath: mkdtempSync(join(folder, 'storage-')),
          settings: { 'rumbo.providers': providers, 'rumbo.local.discoverEveryMinutes': 0 },
        },
      }),
    close() {
      fake.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
