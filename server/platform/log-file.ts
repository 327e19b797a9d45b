/**
 * The log as a file of JSON lines, for servers without an editor and for looking back: it rotates, and a disk that
 * refuses it is left alone. Its lines hold no key and no text of the user.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLevel } from '../../shared/log-levels.ts';

export type LogFile = {
  write(level: LogLevel, message: string): void;
  /** Writes what waits. */
  dispose(): void;
};

export type LogFileOptions = {
  /** Bytes of one file. Absent: a million. */
  readonly maxBytes?: number;
  /** Files in all. Absent: three. */
  readonly maxFiles?: number;
};

/** Milliseconds in which lines are gathered. */
const everyMs = 200;
/** Lines that wait at most; further ones are dropped, since the disk is slow or full. */
const maxWaiting = 1_000;

/** @param folder is created when the first line is written */
export function logFile(
  folder: string,
  { maxBytes = 1_000_000, maxFiles = 3 }: LogFileOptions = {},
): LogFile {
  const fileAt = (age: number) => join(folder, age === 0 ? 'rumbo.log' : `rumbo.${age}.log`);
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isWriting = false;

  const rotate = async (): Promise<void> => {
    const size = await stat(fileAt(0)).then(
      (found) => found.size,
      () => 0,
    );
    if (size < maxBytes) return;
    // Another window may be doing the same.
    for (let age = maxFiles - 1; age > 0; age--) await rename(fileAt(age - 1), fileAt(age)).catch(() => {});
  };
  const flush = async (): Promise<void> => {
    timer = undefined;
    if (isWriting || lines.length === 0) return;
    isWriting = true;
    const text = lines.join('');
    lines = [];
    try {
      mkdirSync(folder, { recursive: true });
      await rotate();
      await appendFile(fileAt(0), text, { mode: 0o600 });
    } catch {
      // The console has the same lines.
    }
    isWriting = false;
    if (lines.length > 0) schedule();
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => void flush(), everyMs);
    timer.unref();
  };

  return {
    write(level, message) {
      if (lines.length >= maxWaiting) return;
      lines.push(lineOf(level, message));
      schedule();
    },
    dispose() {
      clearTimeout(timer);
      if (lines.length === 0) return;
      try {
        mkdirSync(folder, { recursive: true });
        appendFileSync(fileAt(0), lines.join(''), { mode: 0o600 });
      } catch {
        // As above.
      }
      lines = [];
    },
  };
}

/** `[1a2b3c4d] ` at its beginning is the id of a request. */
const label = /^\[([\da-f]{8})\] /;

function lineOf(level: LogLevel, message: string): string {
  const [prefix = '', request] = label.exec(message) ?? [];
  const at = new Date().toISOString();
  return `${JSON.stringify({ at, level, ...(request ? { request } : {}), message: message.slice(prefix.length) })}\n`;
}
