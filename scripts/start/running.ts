/** One `npm start` at a time uses the profile; cleans up after one that was killed. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from '../set-up/folders.ts';
import { isAlive, oneAtATime } from '../set-up/lock.mjs';

interface Running {
  /** Of the `npm start`. */
  owner: number;
  url?: string;
  /** Of code-server. */
  pid?: number;
}

export interface Claim {
  /** Records where the editor is, for another `npm start`. */
  recordAddress(address: Omit<Running, 'owner'>): void;
  release(): void;
}

/** The profile belongs to this process now, or `other` names the process that uses it. */
export function claim(): Promise<Claim | { other: string }> {
  const file = join(folders.own, 'running.json');
  mkdirSync(folders.own, { recursive: true });
  return oneAtATime(`${file}.lock`, async () => {
    const before = existsSync(file) ? read(file) : undefined;
    if (before && runs(before.owner, 'start')) return { other: message(before) };
    if (before?.pid !== undefined && runs(before.pid, 'code-server')) process.kill(-before.pid, 'SIGTERM');

    const write = (running: Running) => writeFileSync(file, JSON.stringify(running));
    write({ owner: process.pid });
    return {
      recordAddress: (address) => write({ owner: process.pid, ...address }),
      release: () => rmSync(file, { force: true }),
    };
  });
}

function read(file: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Running;
  } catch {
    return undefined; // Written half-way by a process that was killed.
  }
}

const message = ({ owner, url }: Running): string =>
  url
    ? `Rumbo is open already: ${url} (reload the window for a new build). Process ${owner} uses it.`
    : `Rumbo is open already, or about to be: process ${owner} uses it.`;

/** Whether that process lives and runs this program: process ids are reused. */
function runs(pid: number, name: string): boolean {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes(name);
}
