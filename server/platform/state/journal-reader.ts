/** Follows the journals of all processes: what they append is read when it is asked for. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../files.ts';
import { type JournalOwner, type PlacedEntry, parseJournal } from './journal-entry.ts';
import { mayBeRunning } from './journal-owner.ts';
import { groupOf, isJournalName } from './journal-writer.ts';
import { isOwnFolder } from './state-folders.ts';

export type JournalReaderDeps = {
  readonly folders: readonly string[];
  /** The process whose journal is not read: it knows what it wrote. */
  readonly ownGroup: string;
  readonly onEntry: (placed: PlacedEntry, name: string) => void;
  /** A process has stopped; all that its journals hold was read. Called once. */
  readonly onStopped: (group: string) => void;
};

type OpenJournal = { readonly name: string; readonly path: string; readonly fd: number; bytes: number };

/** Milliseconds between two looks at whether a process still runs. */
const livenessEveryMs = 1_000;
/** Milliseconds in which a folder may get two files without a visible change. */
const folderTimeStepMs = 2_000;

export function journalReader({ folders, ownGroup, onEntry, onStopped }: JournalReaderDeps) {
  const journals = new Map<string, OpenJournal>();
  const owners = new Map<string, JournalOwner>();
  const stopped = new Set<string>();
  /** By folder: when it last changed, and when it was listed. */
  const listings = new Map<string, { readonly changedAtMs: number; readonly listedAtMs: number }>();
  let checkedAt = Number.NEGATIVE_INFINITY;

  /** Opens journals that are new, and returns the paths of all; `undefined`: no folder has changed. */
  const list = (): ReadonlySet<string> | undefined => {
    const paths = new Set<string>();
    let isChanged = false;
    for (const folder of folders) {
      const changedAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
      if (changedAtMs === undefined) continue;
      const last = listings.get(folder);
      if (last?.changedAtMs !== changedAtMs || last.listedAtMs - changedAtMs < folderTimeStepMs)
        isChanged = true;
    }
    if (!isChanged) return undefined;
    for (const [index, folder] of folders.entries()) {
      const listedAtMs = Date.now();
      const changedAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
      if (changedAtMs === undefined || (index > 0 && !isOwnFolder(folder))) continue;
      for (const name of namesIn(folder).filter(isJournalName).toSorted()) {
        if (groupOf(name) === ownGroup) continue;
        const path = join(folder, name);
        paths.add(path);
        if (!journals.has(path)) journals.set(path, { name, path, fd: openSync(path, 'r'), bytes: 0 });
      }
      listings.set(folder, { changedAtMs, listedAtMs });
    }
    return paths;
  };
  const readNew = (journal: OpenJournal): void => {
    const { size } = fstatSync(journal.fd);
    if (size <= journal.bytes) return;
    const bytes = Buffer.alloc(size - journal.bytes);
    const count = readSync(journal.fd, bytes, 0, bytes.length, journal.bytes);
    for (const placed of parseJournal(bytes.subarray(0, count), journal.bytes)) {
      journal.bytes = placed.end;
      const group = groupOf(journal.name);
      if (placed.entry.type === 'owner') owners.set(group, placed.entry);
      else if (placed.entry.type === 'end') stopped.add(group);
      else onEntry(placed, journal.name);
    }
  };
  const close = (journal: OpenJournal): void => {
    closeSync(journal.fd);
    journals.delete(journal.path);
  };
  /** Groups that have an open journal. */
  const groups = (): Set<string> => new Set([...journals.values()].map(({ name }) => groupOf(name)));

  return {
    /** Opens what is there, without reading it. Throws what the file system throws. */
    open: (): void => void list(),
    /** Reads what all processes have appended. Throws what the file system throws. */
    poll(): void {
      const present = list();
      const isStoppedBefore = new Set(stopped);
      for (const journal of journals.values()) readNew(journal);
      // Another process has stored it away.
      if (present)
        for (const journal of [...journals.values()]) if (!present.has(journal.path)) close(journal);
      const now = performance.now();
      if (present || now - checkedAt > livenessEveryMs) {
        checkedAt = now;
        const open = groups();
        for (const [group, owner] of owners) if (!open.has(group) || !mayBeRunning(owner)) stopped.add(group);
      }
      for (const group of stopped) {
        if (isStoppedBefore.has(group)) continue;
        // It may have written between the reading and its end.
        for (const journal of journals.values()) if (groupOf(journal.name) === group) readNew(journal);
        onStopped(group);
      }
    },
    /** Whether other processes may write. */
    hasOthers: (): boolean => [...groups()].some((group) => !stopped.has(group)),
    /** The files of processes that have stopped, by process. */
    stoppedFiles(): ReadonlyMap<string, readonly { readonly name: string; readonly path: string }[]> {
      const files = new Map<string, { name: string; path: string }[]>();
      for (const { name, path } of journals.values()) {
        const group = groupOf(name);
        if (stopped.has(group)) files.set(group, [...(files.get(group) ?? []), { name, path }]);
      }
      return files;
    },
    dispose(): void {
      for (const journal of [...journals.values()]) close(journal);
    },
  };
}

export type JournalReader = ReturnType<typeof journalReader>;
