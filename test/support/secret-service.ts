/** A Secret Service of its own, as a desktop has one: dbus, gnome-keyring, and secret-tool to read it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface SecretService {
  /** What a program needs in its environment to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** The attributes and secrets that a service has saved, as secret-tool prints them. */
  search(service: string): string;
  /** Locks the login keyring, as the desktop does after a pause; nothing can show its unlock dialog. */
  lock(): void;
  /** Stops its process without ending it, so that no call returns, and lets it go on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

const secrets = 'org.freedesktop.secrets';

export async function secretService(): Promise<SecretService> {
  const home = mkdtempSync(join(tmpdir(), 'rumbo-keyring-'));
  // A password that is not empty: without one there is no login keyring.
  const script =
    'printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null && echo "$DBUS_SESSION_BUS_ADDRESS" && exec cat >/dev/null';
  const session = spawn('dbus-run-session', ['--', 'sh', '-c', script], {
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: home },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(session, 'exit');
  const [address] = (await Promise.race([
    once(createInterface(session.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('No Secret Service: apt-get install gnome-keyring dbus'))),
  ])) as [string];
  const env = { DBUS_SESSION_BUS_ADDRESS: address };
  const call = (destination: string, path: string, method: string, ...args: readonly string[]): string =>
    execFileSync(
      'dbus-send',
      ['--session', '--print-reply', `--dest=${destination}`, path, method, ...args],
      {
        env: { ...process.env, ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  const bus = 'org.freedesktop.DBus';
  /** Its name has an owner once a program has asked for it. */
  const processId = (): number => {
    const reply = call(
      bus,
      '/org/freedesktop/DBus',
      `${bus}.GetConnectionUnixProcessID`,
      `string:${secrets}`,
    );
    return Number(/uint32 (\d+)/.exec(reply)?.[1]);
  };
  let frozen: number | undefined;
  return {
    env,
    search: (service) =>
      execFileSync('secret-tool', ['search', '--all', '--unlock', 'service', service], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    lock: () =>
      void call(
        secrets,
        '/org/freedesktop/secrets',
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      ),
    freeze() {
      frozen = processId();
      process.kill(frozen, 'SIGSTOP');
    },
    thaw() {
      if (frozen !== undefined) process.kill(frozen, 'SIGCONT');
    },
    async close() {
      session.stdin.end();
      await ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** An environment in which no Secret Service can be reached. */
export const noSecretService = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
