/** A real engine as a process of its own, and toy models for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tinyGguf } from './tiny-gguf.ts';

export const engineProgram = process.env['RUMBO_ENGINE'] ?? '';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Milliseconds that an engine may take to end. */
const maxStopMs = 10_000;

/** Starts the engine and resolves when `url` answers; it ends with the tests of the file. */
export async function startEngine(args: readonly string[], env: NodeJS.ProcessEnv, url: string) {
  const child = spawn(engineProgram, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // In order, so that it ends its own runners; one that does not is ended.
    const late = setTimeout(() => child.kill('SIGKILL'), maxStopMs);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(late);
  };
  after(stop);
  for (let attempt = 0; attempt < 1_200; attempt++) {
    if (child.exitCode !== null) throw new Error(`The engine has ended with ${child.exitCode}.`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return { stop };
    await sleep(200);
  }
  throw new Error('The engine did not start.');
}

export const temporary = (): string => mkdtempSync(join(tmpdir(), 'rumbo-engine-'));

/** Long enough for a restart in the middle. */
export const longReply = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');

/** A file of a few hundred kilobytes. @param reply what it answers to every chat */
export function tinyModelFile(folder: string, name: string, reply: string): string {
  const file = join(folder, `${name}.gguf`);
  writeFileSync(file, tinyGguf({ name, reply, contextTokens: 32_768 }));
  return file;
}
