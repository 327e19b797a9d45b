/** Sees to it that one `npm start` at a time has the profile, and tidies up after one that was killed. */
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
  /** Lets another `npm start` know where the editor is. */
  tell(address: Omit<Running, 'owner'>): void;
  giveBack(): void;
}

/** The profile is this process's now, or `other` says who has it. */
export function claim(): Promise<Claim | { other: string }> {
  const file = join(folders.own, 'running.json');
  mkdirSync(folders.own, { recursive: true });
  return oneAtATime(`${file}.lock`, async () => {
    const before = existsSync(file) ? read(file) : undefined;
    if (before && is(before.owner, 'start')) return { other: sentence(before) };
    if (before?.pid !== undefined && is(before.pid, 'code-server')) process.kill(-before.pid, 'SIGTERM');

    const write = (running: Running) => writeFileSync(file, JSON.stringify(running));
    write({ owner: process.pid });
    return {
      tell: (address) => write({ owner: process.pid, ...address }),
      giveBack: () => rmSync(file, { force: true }),
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

const sentence = ({ owner, url }: Running): string =>
  url
    ? `Rumbo is open already: ${url} (reload the window for a new build). Process ${owner} keeps it.`
    : `Rumbo is open already, or about to be: process ${owner} keeps it.`;

/** Whether that process lives and is what we take it for: numbers are given out again. */
function is(pid: number, name: string): boolean {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes(name);
}
