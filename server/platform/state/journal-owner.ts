/** Which process writes a journal, and whether it still runs. */
import { hostname, uptime } from 'node:os';
import type { JournalOwner } from './journal-entry.ts';

/** Milliseconds by which two readings of the start of a machine may differ. */
const bootToleranceMs = 60_000;

const bootedAtMs = (): number => Math.round(Date.now() - uptime() * 1_000);

export const thisProcess = (): JournalOwner => ({
  pid: process.pid,
  host: hostname(),
  bootedAtMs: bootedAtMs(),
});

/** Whether the process may still write. A process of another machine may, as far as this one can tell. */
export function mayBeRunning({ pid, host, bootedAtMs: itsBoot }: JournalOwner): boolean {
  if (host !== hostname()) return true;
  // A clock that was set looks like a start, too: then the process id decides.
  if (Math.abs(itsBoot - bootedAtMs()) > bootToleranceMs && pid !== process.pid && !hasProcess(pid))
    return false;
  return hasProcess(pid);
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
