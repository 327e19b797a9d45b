/** Starts the practice engine as a child process that ends with this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { folders, projectFolder } from '../set-up/folders.ts';
import { type Report, SetUpError } from '../set-up/report.mjs';
import { installPracticeEngine } from './install.ts';

export interface PracticeEngine {
  baseUrl: string;
  /** Settings that make it a provider, as in a config file or settings.json. */
  config: PracticeConfig;
  /** Resolves when it has ended, by itself or by `close`. */
  ended: Promise<void>;
  close(): Promise<void>;
}
export type PracticeConfig = Readonly<Record<'rumbo.providers', { practice: object }>>;

export interface StartOptions {
  report: Report;
  /** Limits the speed of answers. Absent: none. */
  tokensPerSecond?: number;
  /** Absent: a free one. */
  port?: number;
}

/** Rejects with `SetUpError` where it is not available. */
export async function startPracticeEngine({
  report,
  tokensPerSecond,
  port,
}: StartOptions): Promise<PracticeEngine> {
  const library = await installPracticeEngine(report);
  const args = [
    ...['--library', library, '--models', join(folders.practice, 'models')],
    ...(tokensPerSecond === undefined ? [] : ['--tokens-per-second', String(tokensPerSecond)]),
    ...(port === undefined ? [] : ['--port', String(port)]),
  ];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    cwd: projectFolder,
    env: withoutNodeOptions(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const baseUrl = await listening(child);
  child.unref();
  child.channel?.unref();
  return {
    baseUrl,
    config: practiceConfig(baseUrl),
    ended: child.exitCode === null ? once(child, 'exit').then(() => undefined) : Promise.resolve(),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.ref();
      child.kill();
      await exit;
    },
  };
}

export const practiceConfig = (baseUrl: string): PracticeConfig => ({
  'rumbo.providers': {
    practice: {
      kind: 'llama-cpp',
      label: 'Practice engine',
      baseUrl,
      source: 'local',
      note: 'Canned replies from a toy model, to try Rumbo out.',
      standby: true,
    },
  },
});

async function listening(child: ChildProcess): Promise<string> {
  let stderr = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr = (stderr + bytes.toString()).slice(-4000);
  });
  const message = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (message) return (message[0] as { baseUrl: string }).baseUrl;
  const line = stderr.match(/^(?:\w*Error: |GGML_ASSERT).*/m)?.[0] ?? stderr.trim().split('\n').at(-1);
  throw new SetUpError(`The practice engine did not start: ${line || 'without a message'}`);
}

/** The parent's debugger or test runner must not apply to the child. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...rest } = process.env;
  return rest;
}
