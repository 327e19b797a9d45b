/** Keeps the ledger's file up to date with the journals, off every request's path: what cannot be stored now is stored later. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { JournalReader } from '../platform/state/journal-reader.ts';
import type { JournalPlace, JournalWriter } from '../platform/state/journal-writer.ts';
import { openLedgerDatabase } from './ledger-database.ts';
import {
  deleteOldCounters,
  inTransaction,
  type LedgerSnapshot,
  readSnapshot,
  storedJournal,
} from './ledger-tables.ts';
import { isDamage, readCopy, repairLedger } from './repair-ledger.ts';
import {
  allJournals,
  deleteOldJournals,
  journalsByProcess,
  putAwayJournal,
  storeOwnJournal,
  storeStoppedJournals,
} from './store-journals.ts';

export type LedgerStorageDeps = {
  readonly folder: string;
  readonly journalFolders: readonly string[];
  readonly writer: Pick<JournalWriter, 'current' | 'rotate' | 'files'>;
  readonly reader: Pick<JournalReader, 'stoppedFiles'>;
  /** Reads what other processes have appended. Never throws. */
  readonly poll: () => void;
  readonly now: () => number;
  /** Called with one sentence and one action, once for each of a few reasons. */
  readonly warn: (reason: string, message: string) => void;
};

/** Milliseconds from the first entry to storing all that came until then. */
const storeAfterMs = 100;
/** Milliseconds until a failure is tried again: soon at first, since most locks are short; by chance, since windows meet. */
const retryMs = { soon: 20, later: 2_000 } as const;
const maxRetryMs = 250;
/** Failures in a row before the user is warned: seconds. */
const failuresBeforeWarning = 20;
/** Milliseconds between looks at what stopped processes have left. */
const upkeepEveryMs = 60_000;
const keptCounterMs = 62 * 24 * 3_600_000;

export function ledgerStorage(deps: LedgerStorageDeps) {
  const { folder, journalFolders, writer, reader, poll, now, warn } = deps;
  const file = join(folder, 'ledger.sqlite');
  let database: DatabaseSync | undefined;
  let fileId = '';
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  const open = (): DatabaseSync => {
    // Another process has repaired it, or the user has deleted it: what is written to the old one is lost.
    if (database && idOf(file) !== fileId) {
      database.close();
      database = undefined;
    }
    if (database) return database;
    try {
      database = openLedgerDatabase(file, now());
      fileId = idOf(file);
      storeUnknown(database);
    } catch (error) {
      if (!isDamage(error)) throw error;
      repair();
    }
    return database as DatabaseSync;
  };
  const repair = (): void => {
    database?.close();
    database = openWhole(file, now());
    // Another process was quicker.
    fileId = idOf(file);
    if (database) return;
    const { backup, rowCount, ...repaired } = repairLedger(file, allJournals(journalFolders), now());
    database = repaired.database;
    fileId = idOf(file);
    storeUnknown(database);
    warn(
      'damaged',
      `The ledger’s file was damaged: Rumbo kept it as ${backup} and restored ${rowCount} rows of it, and what its journals hold. Compare this month’s spending with your providers’ pages.`,
    );
  };
  /** Journals that were stored in a file before this one. */
  const storeUnknown = (opened: DatabaseSync): void => {
    const { stored, current } = journalsByProcess(journalFolders);
    for (const [group, files] of stored) {
      if (files.every(({ name }) => storedJournal(opened, name).bytes > 0)) continue;
      if (current.has(group))
        for (const each of files) storeOwnJournal(opened, each, statSync(each.path).size);
      else storeStoppedJournals(opened, files);
    }
  };
  const store = (): void => {
    const opened = open();
    const own = writer.current();
    if (own) {
      storeOwnJournal(opened, own, own.bytes);
      const old = writer.rotate();
      if (old) putAwayJournal(old);
    }
    for (const files of reader.stoppedFiles().values()) {
      storeStoppedJournals(opened, files);
      for (const each of files) putAwayJournal(each);
    }
  };
  /** Returns whether all is stored. */
  const tryStore = (): boolean => {
    try {
      store();
      failures = 0;
      return true;
    } catch (error) {
      if (isDamage(error) && tryRepair()) return true;
      failures += 1;
      if (failures === failuresBeforeWarning) warn('unavailable', unavailableMessage(file, error));
      return false;
    }
  };
  /** This process has stopped. */
  const storeEnd = (files: readonly JournalPlace[]): void => {
    if (!database || files.length === 0) return;
    try {
      storeStoppedJournals(database, files);
      for (const each of files) putAwayJournal(each);
    } catch {
      // The next start stores it.
    }
  };
  const tryRepair = (): boolean => {
    try {
      repair();
      return true;
    } catch {
      return false;
    }
  };
  const run = (): void => {
    timer = undefined;
    poll();
    if (!tryStore()) schedule(failures < failuresBeforeWarning ? soonMs(failures) : retryMs.later);
  };
  const schedule = (ms: number): void => {
    timer ??= setTimeout(run, ms).unref();
  };
  const upkeep = setInterval(() => {
    poll();
    if (reader.stoppedFiles().size > 0) schedule(0);
  }, upkeepEveryMs).unref();

  return {
    /** What is stored now, also where the file cannot be written. Call before anything is stored. */
    read(): LedgerSnapshot | undefined {
      try {
        return readSnapshot(open(), now());
      } catch {
        return readCopy(file, now());
      }
    },
    /** The file. `undefined`: it cannot be used now. */
    database: (): DatabaseSync | undefined => database,
    /** There is something to store. */
    schedule: (): void => schedule(storeAfterMs),
    /** A process has stopped. */
    scheduleNow: (): void => schedule(0),
    /** Deletes what is old. Never throws. */
    cleanUp(): void {
      try {
        deleteOldJournals(journalFolders, now());
        const opened = database;
        if (opened) inTransaction(opened, () => deleteOldCounters(opened, now() - keptCounterMs));
      } catch {
        // Another time.
      }
    },
    /** Stores all now, as far as that is possible, and closes the file. */
    dispose(): void {
      clearTimeout(timer);
      clearInterval(upkeep);
      if (tryStore()) storeEnd(writer.files());
      database?.close();
    },
  };
}

/** Tells a file from another one of the same name. Empty: there is none. */
function idOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino}` : '';
}

/** The file, where all of it reads. */
function openWhole(file: string, now: number): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = openLedgerDatabase(file, now);
    if (database.prepare('pragma quick_check(1)').get()?.['quick_check'] === 'ok') return database;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  database?.close();
  return undefined;
}

const soonMs = (failures: number): number =>
  (Math.random() + 0.5) * Math.min(maxRetryMs, retryMs.soon * failures);

const unavailableMessage = (file: string, error: unknown): string =>
  `${file} cannot be written (${error instanceof Error ? error.message : 'unknown reason'}). Spending is kept in a journal and counts; close the program that uses the file, or free some space, and it is stored.`;
