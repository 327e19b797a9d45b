/** A lock among the processes of one user: a file that only one of them can make. It keeps them apart, and nothing depends on it. */
import { open, readFile, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two tries, at most. */
const maxPauseMs = 4;

/**
 * Takes the lock, and returns what gives it back. Resolves without it after `maxWaitMs`, or when the folder cannot be written.
 * A lock whose process has died is removed.
 */
export async function takeWriterLock(path: string, maxWaitMs: number): Promise<() => Promise<void>> {
  const deadline = performance.now() + maxWaitMs;
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid)).finally(() => file.close());
      return () => unlink(path).catch(() => {});
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isHeld) return async () => {};
    }
    if (performance.now() >= deadline) {
      // Its process hangs, or died before it had written its id.
      await unlink(path).catch(() => {});
      return async () => {};
    }
    if (await isAbandoned(path)) await unlink(path).catch(() => {});
    else await sleep(1 + Math.random() * (maxPauseMs - 1));
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
