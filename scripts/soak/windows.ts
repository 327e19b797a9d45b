/** Windows of one user for the chaos of the soak: servers that share a storage folder and can be killed or suspended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DidChangeConfigurationNotification } from 'vscode-languageserver-protocol/node';
import { type AskResult, status } from '../../shared/protocol.ts';
import type { Status } from '../../shared/status.ts';
import { connectServer, type TerminalServer } from '../terminal/server.ts';

export type Window = {
  /** `undefined`: it was refused, or its window was killed. */
  ask(prompt: string): Promise<AskResult | undefined>;
  status(): Promise<Status>;
  change(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends the server without a word and starts another on the same folder. */
  kill(): Promise<void>;
  suspend(ms: number): Promise<void>;
  close(): Promise<void>;
};

export type WindowOptions = {
  /** Absolute path, shared by all windows. */
  readonly folder: string;
  /** Absolute path of a file that holds the milliseconds by which the clocks are off. */
  readonly clockFile: string;
  readonly model: string;
  /** The settings that hold now; asked again for each server that starts. */
  readonly settings: () => Readonly<Record<string, unknown>>;
  /** Called with each message that a server refuses a request with. */
  readonly refused: (message: string) => void;
};

const clock = fileURLToPath(new URL('clock.cjs', import.meta.url));

export async function openWindow(options: WindowOptions): Promise<Window> {
  const { folder, clockFile, model, settings, refused } = options;
  const start = (): Promise<TerminalServer> =>
    connectServer({
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TZ: process.env['TZ'],
        NODE_OPTIONS: `--require ${clock}`,
        RUMBO_CLOCK_FILE: clockFile,
      },
      initializationOptions: { storagePath: folder, settings: settings() },
    });
  let running = start();
  await running;
  return {
    async ask(prompt) {
      const server = await running;
      try {
        return await server.ask({ prompt, model, useCache: false }, () => {}, new AbortController().signal);
      } catch (error) {
        if (server === (await running)) refused(error instanceof Error ? error.message : String(error));
        return;
      }
    },
    status: async () => (await running).connection.sendRequest(status),
    change: async (values) =>
      (await running).connection.sendNotification(DidChangeConfigurationNotification.type, {
        settings: values,
      }),
    async kill() {
      const { pid } = await running;
      running = sleep(20).then(start);
      process.kill(pid, 'SIGKILL');
      await running;
    },
    async suspend(ms) {
      const { pid } = await running;
      process.kill(pid, 'SIGSTOP');
      await sleep(ms);
      process.kill(pid, 'SIGCONT');
    },
    close: async () => (await running).close(),
  };
}
