/** Which process writes a journal, and whether it still runs. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { JournalOwner } from './journal-entry.ts';

/** Linux names each start of a machine. Empty: not known. https://man7.org/linux/man-pages/man4/random.4.html */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
const bootId = readBootId();

export const thisProcess = (): JournalOwner => ({ pid: process.pid, host: hostname(), boot: bootId });

/** Whether the process may still write. One of another machine may, as far as this one can tell. */
export function mayBeRunning({ pid, host, boot }: JournalOwner): boolean {
  if (host !== hostname()) return true;
  // Process ids are used again after a start.
  return boot === bootId && hasProcess(pid);
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
