/** This process's own journal: appended without waiting, whole turns of the event loop at once. It survives the process. */
import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, write, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withTimeout } from '../with-timeout.ts';
import type { JournalEntry } from './journal-entry.ts';
import { thisProcess } from './journal-owner.ts';
import { makeJournalFolder } from './state-folders.ts';

export type JournalWriterDeps = {
  /** Best first; the next one is used when writing fails. */
  readonly folders: readonly string[];
  /** Entries that a new file begins with: what earlier ones have left open. */
  readonly openEntries: () => readonly JournalEntry[];
  /** Called when a folder cannot be written. @param next the folder that is used instead. Absent: there is none */
  readonly onFailure: (error: unknown, folder: string, next: string | undefined) => void;
};

export type JournalPlace = { readonly name: string; readonly path: string };

export type JournalFile = JournalPlace & {
  /** Bytes that are written. */
  readonly bytes: number;
};

/** Milliseconds until a failed write is repeated. */
const retryMs = 1_000;
/** Bytes after which a new file begins: a process that starts reads them all. */
const maxFileBytes = 2_000_000;
/** Journals are named after the process: `ledger-4711-1a2b3c4d-0.jsonl`. */
const namePrefix = 'ledger-';
const nameSuffix = '.jsonl';

/** The processes's part of a journal's name: its files are read together. */
export const groupOf = (name: string): string => name.slice(0, name.lastIndexOf('-'));
export const isJournalName = (name: string): boolean =>
  name.startsWith(namePrefix) && name.endsWith(nameSuffix);

export function journalWriter({ folders, openEntries, onFailure }: JournalWriterDeps) {
  const group = `${namePrefix}${process.pid}-${randomUUID().slice(0, 8)}`;
  let folderIndex = 0;
  let fileCount = 0;
  let file: { readonly path: string; readonly fd: number; bytes: number } | undefined;
  /** Lines that are being written. */
  let writingCount = 0;
  let isScheduled = false;
  let retry: NodeJS.Timeout | undefined;
  /** Files that have not been rotated. */
  const files: JournalPlace[] = [];
  /** Lines that are not in a file yet. */
  const lines: string[] = [];
  const waits = lineWaits();
  let appendedCount = 0;
  let writtenCount = 0;

  const open = (): typeof file => {
    for (; ; folderIndex += 1) {
      const folder = folders[folderIndex];
      if (folder === undefined) {
        folderIndex = 0;
        return undefined;
      }
      try {
        makeJournalFolder(folder, { isSubstitute: folderIndex > 0 });
        const path = join(folder, `${group}-${fileCount}${nameSuffix}`);
        const fd = openSync(path, 'ax', 0o600);
        fileCount += 1;
        files.push({ path, name: basename(path) });
        const first = [{ type: 'owner' as const, ...thisProcess() }, ...openEntries()].map(lineOf).join('');
        return { path, fd, bytes: writeSync(fd, first) };
      } catch (error) {
        onFailure(error, folder, folders[folderIndex + 1]);
      }
    }
  };
  const schedule = (): void => {
    if (isScheduled || writingCount > 0 || retry) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      writeLines();
    });
  };
  const retryLater = (): void => {
    retry ??= setTimeout(() => {
      retry = undefined;
      writeLines();
    }, retryMs).unref();
  };
  const failed = (error: unknown): void => {
    const folder = folders[folderIndex] ?? '';
    if (file) {
      // A part of the lines would be counted twice.
      cutTo(file.fd, file.bytes);
      closeSync(file.fd);
      file = undefined;
    }
    folderIndex += 1;
    onFailure(error, folder, folders[folderIndex]);
    if (folderIndex < folders.length) {
      writeLines();
      return;
    }
    folderIndex = 0;
    retryLater();
  };
  const advance = (count: number, bytes: number): void => {
    if (file) file.bytes += bytes;
    lines.splice(0, count);
    writtenCount += count;
    waits.end(writtenCount);
  };
  function writeLines(): void {
    if (writingCount > 0 || lines.length === 0) return;
    file ??= open();
    if (!file) {
      retryLater();
      return;
    }
    const count = lines.length;
    writingCount = count;
    const bytes = Buffer.from(lines.join(''));
    write(file.fd, bytes, 0, bytes.length, null, (error, writtenBytes) => {
      writingCount = 0;
      if (error || writtenBytes < bytes.length) {
        failed(error ?? new Error('The disk is full.'));
        return;
      }
      advance(count, writtenBytes);
      writeLines();
    });
  }

  return {
    /** The name of this process among journals. */
    group,
    append(entry: JournalEntry): void {
      lines.push(lineOf(entry));
      appendedCount += 1;
      schedule();
    },
    /** Resolves when all that was appended is in the file, at the latest after `maxWaitMs`. */
    written: (maxWaitMs: number): Promise<void> =>
      writtenCount >= appendedCount || retry
        ? Promise.resolve()
        : waits.until(appendedCount, writtenCount + writingCount, maxWaitMs),
    /** Absent: nothing was written yet. */
    current: (): JournalFile | undefined =>
      file && { path: file.path, name: basename(file.path), bytes: file.bytes },
    /** Those that hold what was not settled, and what followed. Empty: a write is under way. */
    files: (): readonly JournalPlace[] => (writingCount > 0 ? [] : files),
    /** Begins a new file when the current one is large; call when all of it is stored elsewhere. Returns the old one. */
    rotate(): JournalFile | undefined {
      if (!file || file.bytes < maxFileBytes || writingCount > 0) return undefined;
      const old = { path: file.path, name: basename(file.path), bytes: file.bytes };
      const next = open();
      if (!next) return undefined;
      closeSync(file.fd);
      file = next;
      files.splice(0, files.length - 1);
      return old;
    },
    /** Writes what is left, and that the process has stopped. */
    end(): void {
      clearTimeout(retry);
      if (lines.length === 0 && !file) return;
      lines.push(lineOf({ type: 'end' }));
      file ??= open();
      if (!file) return;
      const bytes = Buffer.from(lines.slice(writingCount).join(''));
      try {
        const writtenBytes = writeSync(file.fd, bytes);
        if (writtenBytes < bytes.length) throw new Error('The disk is full.');
        lines.length = writingCount;
        if (writingCount === 0) file.bytes += writtenBytes;
      } catch (error) {
        cutTo(file.fd, file.bytes);
        onFailure(error, folders[folderIndex] ?? '', undefined);
      }
    },
  };
}

export type JournalWriter = ReturnType<typeof journalWriter>;

/** Waits for lines, counted from the first that was appended. Lines of one moment are written together, and waited for together. */
function lineWaits() {
  const waits: {
    /** The last line that is waited for. */
    line: number;
    readonly maxWaitMs: number;
    readonly resolve: () => void;
    readonly ended: Promise<void>;
  }[] = [];
  return {
    /** @param begun the last line whose write has begun: what follows is written together */
    until(line: number, begun: number, maxWaitMs: number): Promise<void> {
      const last = waits.at(-1);
      if (last && last.line > begun && last.maxWaitMs === maxWaitMs) {
        last.line = line;
        return last.ended;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const ended = withTimeout(promise, maxWaitMs);
      waits.push({ line, maxWaitMs, resolve, ended });
      return ended;
    },
    /** @param line the last that is written */
    end(line: number): void {
      while (waits[0] && waits[0].line <= line) waits.shift()?.resolve();
    },
  };
}

const lineOf = (entry: JournalEntry): string => `${JSON.stringify(entry)}\n`;

function cutTo(fd: number, bytes: number): void {
  try {
    ftruncateSync(fd, bytes);
  } catch {
    // A read-only disk has taken nothing.
  }
}
