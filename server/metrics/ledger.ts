/** The ledger: one row per attempt with its cost, on disk when there is a folder. Never a prompt, never an answer. */
import { join } from 'node:path';
import type { ModelId } from '../../shared/chat.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { oncePerTurn } from '../platform/once-per-turn.ts';
import type { JournalRow } from '../platform/state/journal-entry.ts';
import { journalReader } from '../platform/state/journal-reader.ts';
import { groupOf, journalWriter } from '../platform/state/journal-writer.ts';
import { journaledUsageStore } from '../platform/state/journaled-usage-store.ts';
import { memoryUsageStore } from '../platform/state/memory-usage-store.ts';
import { journalFolders } from '../platform/state/state-folders.ts';
import type { UsageStore } from '../platform/state/usage-store.ts';
import { takeWriterLock } from '../platform/state/writer-lock.ts';
import { type Period, periodStart } from './calendar.ts';
import { type InlineUsage, inlineCounts, inlineRow, recentInlineMs } from './inline-usage.ts';
import {
  abandonedRow,
  answerRow,
  isAnswerRow,
  modelOfRow,
  spendingLineOf,
  timeOfRow,
} from './ledger-rows.ts';
import { ledgerStorage } from './ledger-storage.ts';
import { type LedgerSnapshot, latestSamples } from './ledger-tables.ts';
import type { AnswerSample } from './model-stats.ts';
import { type SpendingFilter, type SpendingSum, spendingSums } from './spending.ts';

export interface Ledger {
  /**
   * Adds a receipt; it is written to this process's journal after the current work.
   * @param lease the id of the reservation that it is the outcome of. Absent: nothing was reserved
   */
  add(receipt: Receipt, lease?: string): void;
  /** Resolves when all that was added survives the process, and after 50 ms in any case. Absent: it never does. */
  readonly whenWritten?: () => Promise<void>;
  /** Since the period began, in every window that uses this folder. */
  spending(period: Period, share?: SpendingFilter): SpendingSum;
  /** What budgets count on, in every window. */
  readonly usage: UsageStore;
  /** The latest answers whose provider reported token counts, oldest first. Empty without a folder. */
  recentSamples(count: number): readonly AnswerSample[];
  /** Ghost text: too many requests for a row each. Its cost counts in `spending`. */
  readonly inline: InlineUsage;
  /** What is wrong with its files, one sentence each. */
  problems(): readonly string[];
  dispose(): void;
}

/** Milliseconds that an answer waits for its row to survive the process. */
const maxWriteWaitMs = 50;
/** Milliseconds that a reservation waits for those of other processes. */
const maxLockWaitMs = 40;

/**
 * @param folder the user's storage folder. Absent: rows stay in memory only
 * @param now milliseconds since 1970
 * @param warn called with one sentence, once for each reason why the disk cannot be used
 */
export function createLedger(
  folder: string | undefined,
  now: () => number,
  warn: (message: string) => void,
): Ledger {
  const sums = ledgerSums(now);
  if (folder === undefined) {
    const usage = memoryUsageStore(now);
    return {
      ...booksOf(sums, sums.add, now),
      usage,
      recentSamples: () => [],
      problems: () => [],
      dispose: usage.dispose,
    };
  }
  return ledgerOnDisk(folder, sums, now, warn);
}

function ledgerOnDisk(
  folder: string,
  sums: LedgerSums,
  now: () => number,
  warn: (message: string) => void,
): Ledger {
  const problems = new Map<string, string>();
  const warnOnce = (reason: string, message: string): void => {
    if (problems.has(reason)) return;
    problems.set(reason, message);
    warn(message);
  };
  const folders = journalFolders(folder);
  const writer = journalWriter({
    folders,
    openEntries: () => usage.openEntries(),
    onFailure: (error, place, next) =>
      warnOnce(next === undefined ? 'no-journal' : 'journal', writeFailure(error, place, next)),
  });
  /** Of journals that were stored before this process read the file. */
  let stored: LedgerSnapshot['journals'] = new Map();
  /** Leases of other processes whose rows have come. */
  const recorded = new Set<string>();
  const reader = journalReader({
    folders,
    ownGroup: writer.group,
    onEntry({ entry, end }, name) {
      const isStored = end <= (stored.get(name)?.bytes ?? 0);
      usage.follow(entry, groupOf(name), isStored);
      if (entry.type !== 'row') return;
      if (entry.lease !== undefined) recorded.add(entry.lease);
      if (!isStored) sums.add(entry.row);
    },
    onStopped(group) {
      const isStored = [...stored].some(([name, { isClosed }]) => isClosed && groupOf(name) === group);
      for (const lease of usage.stop(group, isStored)) {
        const row = isStored || recorded.has(lease.id) ? undefined : abandonedRow(lease);
        if (row) sums.add(row);
      }
      storage.scheduleNow();
    },
  });
  const poll = (): void => {
    try {
      reader.poll();
    } catch {
      // What was read before holds.
    }
  };
  const pollOncePerTurn = oncePerTurn(poll);
  const usage = journaledUsageStore({
    writer: { ...writer, append: (entry) => append(entry) },
    poll,
    hasOthers: reader.hasOthers,
    takeLock: () => takeWriterLock(join(folder, 'ledger.lock'), maxLockWaitMs),
    now,
  });
  const storage = ledgerStorage({
    folder,
    journalFolders: folders,
    writer,
    reader,
    poll,
    now,
    warn: warnOnce,
  });
  const append: typeof writer.append = (entry) => {
    writer.append(entry);
    storage.schedule();
  };

  // Journals first: what another process stores meanwhile is then in one of the two, and known to be.
  try {
    reader.open();
  } catch {
    // They are read when they can be.
  }
  const snapshot = storage.read();
  if (snapshot) {
    stored = snapshot.journals;
    usage.load(snapshot.counters);
    sums.load(snapshot);
  }
  poll();
  setImmediate(() => storage.cleanUp());

  const addRow = (row: JournalRow, lease?: string): void => {
    sums.add(row);
    append({ type: 'row', row, ...(lease === undefined ? {} : { lease }) });
  };
  const books = booksOf(sums, addRow, now);
  return {
    ...books,
    usage,
    inline: {
      add: books.inline.add,
      today() {
        pollOncePerTurn();
        return books.inline.today();
      },
      lastTwoWeeks() {
        pollOncePerTurn();
        return books.inline.lastTwoWeeks();
      },
    },
    whenWritten: () => writer.written(maxWriteWaitMs),
    spending(period, share) {
      pollOncePerTurn();
      return books.spending(period, share);
    },
    recentSamples(count) {
      try {
        const database = storage.database();
        return database ? latestSamples(database, count) : [];
      } catch {
        return [];
      }
    },
    problems: () => [...problems.values()],
    dispose() {
      usage.dispose();
      writer.end();
      storage.dispose();
      reader.dispose();
    },
  };
}

/** What the rows of all processes add up to. */
function ledgerSums(now: () => number) {
  const spending = spendingSums();
  const inline = inlineCounts();
  return {
    spending,
    inline,
    add(row: JournalRow): void {
      const line = spendingLineOf(row);
      if (line.costUsd > 0 || line.requests > 0 || line.unknownPrice > 0) spending.add(line, timeOfRow(row));
      if (!isAnswerRow(row)) inline.add(modelOfRow(row), row, timeOfRow(row));
    },
    load({ today, otherDays, inlineDays }: LedgerSnapshot): void {
      for (const line of today) spending.add(line, now());
      for (const line of otherDays) spending.addToMonth(line, now());
      for (const { day, model, row } of inlineDays) inline.add(model as ModelId, row, day);
    },
  };
}

type LedgerSums = ReturnType<typeof ledgerSums>;

function booksOf(sums: LedgerSums, addRow: (row: JournalRow, lease?: string) => void, now: () => number) {
  const inline: InlineUsage = {
    add: (model, counts, ms = 0) => addRow(inlineRow(model, counts, now() - ms)),
    today: () => sums.inline.since(periodStart('day', now())),
    lastTwoWeeks: () => sums.inline.since(periodStart('day', now() - recentInlineMs)),
  };
  return {
    inline,
    add: (receipt: Receipt, lease?: string): void => addRow(answerRow(receipt), lease),
    spending: (period: Period, share?: SpendingFilter): SpendingSum => sums.spending.of(period, now(), share),
  };
}

const writeFailure = (error: unknown, folder: string, next: string | undefined): string => {
  const why = error instanceof Error ? error.message : 'unknown reason';
  return next === undefined
    ? `Spending cannot be recorded (${why}): budgets hold until this window closes, and a restart forgets what was spent since then. Free some space, or make ${folder} writable.`
    : `${folder} cannot be written (${why}), so spending is recorded in ${next} until it can. Free some space, or make the folder writable.`;
};
