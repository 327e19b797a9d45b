/** The OS keychain, accessed through a process that is killed when the keychain hangs. */
import { type ChildProcess, fork } from 'node:child_process';
import { noResponse, type SecretStore, secretTimeoutMs } from './secret-store.ts';

export type KeychainCall =
  | { readonly id: number; readonly do: 'get' | 'remove'; readonly account: string }
  | { readonly id: number; readonly do: 'set'; readonly account: string; readonly secret: string };

export type KeychainReply = {
  readonly id: number;
  readonly value?: string | boolean | null;
  /** The keychain's own message. Present when it failed. */
  readonly error?: string;
};

/** The process exits after this long without work. */
const idleMs = 60_000;

/** Environment variables that a keychain needs: session, user, language. None contains a key. */
const forwardedVariables =
  /^(?:HOME|USER|LOGNAME|LANG|LC_\w+|PATH|TMPDIR|TEMP|TMP|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|GNOME_KEYRING_CONTROL|SYSTEMROOT|WINDIR|USERPROFILE|APPDATA|LOCALAPPDATA|USERNAME|USERDOMAIN|COMSPEC)$/i;

/** @param program path of the bundled keychain process */
export function osKeychain(
  program: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): SecretStore {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  const waiting = new Map<number, { resolve: (reply: KeychainReply) => void; timer: NodeJS.Timeout }>();

  const stop = (reason: string) => {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
    for (const [id, { resolve, timer }] of waiting) {
      clearTimeout(timer);
      resolve({ id, error: reason });
    }
    waiting.clear();
  };

  const start = (): ChildProcess => {
    const started = fork(program, [], {
      env: {
        ...Object.fromEntries(Object.entries(env).filter(([name]) => forwardedVariables.test(name))),
        // Inside VS Code the executable is Electron.
        ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
      },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'json',
    });
    started.on('message', (reply: KeychainReply) => {
      const call = waiting.get(reply.id);
      if (!call) return;
      clearTimeout(call.timer);
      waiting.delete(reply.id);
      call.resolve(reply);
    });
    const onEnd = () => {
      if (child === started) stop('The keychain process stopped.');
    };
    started.on('exit', onEnd);
    started.on('error', onEnd);
    started.unref();
    started.channel?.unref();
    return started;
  };

  const call = async (message: KeychainCall): Promise<KeychainReply['value']> => {
    child ??= start();
    clearTimeout(idle);
    const target = child;
    const reply = await new Promise<KeychainReply>((resolve) => {
      const timer = setTimeout(() => stop(noResponse), secretTimeoutMs[message.do]);
      waiting.set(message.id, { resolve, timer });
      target.send(message);
    });
    idle = setTimeout(() => waiting.size === 0 && stop('idle'), idleMs);
    idle.unref();
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.value;
  };

  return {
    get: async (account) => {
      const value = await call({ id: ++lastId, do: 'get', account });
      return typeof value === 'string' ? value : undefined;
    },
    set: async (account, secret) => void (await call({ id: ++lastId, do: 'set', account, secret })),
    remove: async (account) => (await call({ id: ++lastId, do: 'remove', account })) === true,
    dispose: () => stop('Rumbo is shutting down.'),
  };
}
