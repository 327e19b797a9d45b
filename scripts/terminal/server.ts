/** Runs the bundled server as a child process and sends it requests over JSON-RPC. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  CancellationTokenSource,
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { AskParams } from '../../shared/ask.ts';
import { oneArena } from '../../shared/environment.ts';
import * as protocol from '../../shared/protocol.ts';

/** The server could not start or has ended; the message is its own sentence. */
export class ServerError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export type TerminalServer = {
  readonly connection: ProtocolConnection;
  /** The server's process id. */
  readonly pid: number;
  /** Sends `rumbo/ask`; `signal` cancels it on the server too. */
  ask(
    params: AskParams,
    onPart: (part: protocol.AskPart) => void,
    signal: AbortSignal,
  ): Promise<protocol.AskResult>;
  close(): Promise<void>;
};

export type ServerOptions = {
  /** Absolute path of another build of the server. Absent: the one in dist. */
  readonly program?: string;
  /** Absolute path of a configuration file. Absent: the settings come with `initialize`, else the defaults hold. */
  readonly config?: string | undefined;
  /** Absent: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** The Node that runs it. Absent: this process's own. */
  readonly node?: string;
  readonly initializationOptions?: protocol.InitializationOptions;
};

const bundled = fileURLToPath(new URL('../../dist/server.cjs', import.meta.url));

/** Rejects with `ServerError`. */
export async function connectServer(options: ServerOptions = {}): Promise<TerminalServer> {
  const { config, env = process.env, node = process.execPath, program = bundled } = options;
  const { initializationOptions = {} } = options;
  const args = [program, '--stdio', ...(config === undefined ? [] : ['--config', config])];
  const child = spawn(node, args, {
    env: { ...oneArena, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // This process handles Ctrl-C: we cancel the request and end the server in order.
    detached: true,
  });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-4_000);
  });
  child.stdin.on('error', () => {});
  const gone = new Promise<never>((_resolve, reject) => {
    child.on('error', (cause) =>
      reject(new ServerError(`Rumbo’s server did not start: ${cause.message}`, 1)),
    );
    child.on('exit', (code) => {
      // A sentence about a file or its Node is meant for the user; the trace of a crash is not.
      const meant = code === 2 || !/^\s+at /m.test(complaint);
      const reason =
        (meant && complaint.trim()) || 'Rumbo’s server stopped unexpectedly. Run the command again.';
      reject(new ServerError(reason, code === 2 ? 2 : 1));
    });
  });
  gone.catch(() => {});

  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onError(() => {});
  connection.listen();
  const initialize = connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions,
  });
  await Promise.race([initialize, gone]);
  await connection.sendNotification('initialized', {});

  return {
    connection,
    pid: child.pid ?? 0,
    async ask(params, onPart, signal) {
      const partialResultToken = randomUUID();
      const cancel = new CancellationTokenSource();
      const abort = () => cancel.cancel();
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      const parts = connection.onProgress(protocol.askPart, partialResultToken, onPart);
      try {
        const answer = connection.sendRequest(protocol.ask, { ...params, partialResultToken }, cancel.token);
        return await Promise.race([answer, gone]);
      } finally {
        parts.dispose();
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.on('exit', resolve));
      const late = setTimeout(() => child.kill('SIGKILL'), 2_000);
      connection.sendRequest('shutdown').then(
        () => connection.sendNotification('exit'),
        () => child.kill('SIGKILL'),
      );
      await ended;
      clearTimeout(late);
      connection.dispose();
    },
  };
}
