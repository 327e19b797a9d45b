/** Starts code-server on loopback with a profile of its own, and ends it. https://coder.com/docs/code-server */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetUpError } from '../set-up/report.mjs';

export interface LaunchOptions {
  /** Of `installCodeServer`. */
  entry: string;
  /** Holds the editor's settings (`data/User/settings.json`), extensions (`extensions`) and log. */
  profile: string;
  /** More arguments for code-server. */
  args?: readonly string[];
  /** Added to this process's environment; `undefined` removes a variable. */
  env?: Readonly<Record<string, string | undefined>>;
}

export interface CodeServer {
  origin: string;
  port: number;
  pid: number;
  /** Resolves with one sentence if it ends without `close`. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

const startMs = 60_000;
const stopMs = 5_000;

export const userDataOf = (profile: string): string => join(profile, 'data');
export const extensionsOf = (profile: string): string => join(profile, 'extensions');
export const logOf = (profile: string): string => join(profile, 'code-server.log');

/** Resolves when it responds. Rejects with `SetUpError` when it does not. */
export async function launchCodeServer(options: LaunchOptions): Promise<CodeServer> {
  const { entry, profile, args = [] } = options;
  mkdirSync(profile, { recursive: true });
  const child = spawn(
    process.execPath,
    [entry, ...isolated(profile), '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-proxy', ...args],
    // A process group of its own, so that remaining children can be ended too.
    { env: environment(options), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const log = createWriteStream(logOf(profile));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const exit = once(child, 'exit').then(() => {});
  const failure = () => new SetUpError(`code-server did not start; its log is ${logOf(profile)}.`);
  try {
    const origin = await Promise.race([
      listening(child),
      exit.then(() => Promise.reject(failure())),
      sleep(startMs, null, { ref: false }).then(() => Promise.reject(failure())),
    ]);
    let stopping = false;
    return {
      origin,
      port: Number(new URL(origin).port),
      pid: child.pid ?? 0,
      ended: new Promise((resolve) => {
        void exit.then(() => {
          if (!stopping) resolve(`code-server has ended; its log is ${logOf(profile)}.`);
        });
      }),
      async stop() {
        stopping = true;
        await end(child, exit);
      },
    };
  } catch (error) {
    await end(child, exit);
    throw error;
  }
}

/** Installs a packaged extension into the profile. */
export function installVsix({ entry, profile, env }: LaunchOptions, vsix: string): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [entry, ...isolated(profile), '--install-extension', vsix],
    { env: environment({ entry, profile, ...(env ? { env } : {}) }), encoding: 'utf8' },
  );
  if (status !== 0) throw new SetUpError(`${vsix} could not be installed: ${stdout}${stderr}`.trim());
}

const isolated = (profile: string): string[] => [
  ...['--config', join(profile, 'code-server.yaml')],
  ...['--user-data-dir', userDataOf(profile), '--extensions-dir', extensionsOf(profile)],
  ...[
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    '--ignore-last-opened',
  ],
];

/** Without the variables of an editor or a test run that started this process, and without a marketplace. */
function environment({ profile, env }: LaunchOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|INIT_CWD$)/.test(name),
  );
  const home = join(profile, 'home');
  return {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...env,
  };
}

async function listening(child: ChildProcess): Promise<string> {
  const origin = await new Promise<string>((resolve) => {
    let output = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      const address = output.match(/listening on (http:\/\/127\.0\.0\.1:\d+)/)?.[1];
      if (address) resolve(address);
    });
  });
  while (!(await fetch(`${origin}/healthz`).catch(() => undefined))?.ok) await sleep(100);
  return origin;
}

/** It ends most of its children itself; the others are in its group. */
async function end(child: ChildProcess, exit: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  child.kill('SIGTERM');
  await Promise.race([exit, sleep(stopMs, null, { ref: false })]);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!signalGroup(child.pid, signal)) return;
    await sleep(200);
  }
}

/** @returns whether the process was still running */
function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
