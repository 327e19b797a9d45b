/** Stores journals in the ledger's file: each entry once, whichever process does it and however often it is interrupted. */
import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { namesIn } from '../platform/files.ts';
import { type JournalEntry, type PlacedEntry, parseJournal } from '../platform/state/journal-entry.ts';
import { groupOf, isJournalName, type JournalPlace } from '../platform/state/journal-writer.ts';
import { abandonedRow } from './ledger-rows.ts';
import {
  addToCounter,
  insertReservation,
  insertRow,
  inTransaction,
  markStored,
  storedJournal,
} from './ledger-tables.ts';

/** What the names of journals end with that are stored: a damaged file of the ledger is restored from them. */
const storedSuffix = '.stored';
/** How long they are there, in milliseconds, and how many at most. */
const maxStoredMs = 32 * 24 * 3_600_000;
const maxStoredBytes = 16_000_000;
const maxStoredCount = 100;

/** Stores what this process has written so far. @param bytes that are written */
export function storeOwnJournal(database: DatabaseSync, { name, path }: JournalPlace, bytes: number): void {
  inTransaction(database, () => {
    const { bytes: storedBytes } = storedJournal(database, name);
    if (storedBytes >= bytes) return;
    const added = parseJournal(readPart(path, storedBytes, bytes), storedBytes);
    addEntries(database, added, storedBytes);
    markStored(database, name, { bytes, isClosed: false });
  });
}

function readPart(path: string, from: number, to: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const part = Buffer.alloc(to - from);
    return part.subarray(0, readSync(fd, part, 0, part.length, from));
  } finally {
    closeSync(fd);
  }
}

/** Stores all that a stopped process has left, and what it had in flight at the full amount. */
export function storeStoppedJournals(database: DatabaseSync, files: readonly JournalPlace[]): void {
  const read = files.map((file) => ({ ...file, entries: parseJournal(readFileSync(file.path), 0) }));
  inTransaction(database, () => {
    const isStored = read.every(({ name }) => storedJournal(database, name).isClosed);
    if (isStored) return;
    for (const { name, entries } of read) addEntries(database, entries, storedJournal(database, name).bytes);
    for (const lease of openLeases(read.flatMap(({ entries }) => entries.map(({ entry }) => entry)))) {
      for (const [key, endsAtMs] of lease.keys) addToCounter(database, key, lease.amount, endsAtMs);
      const { id, at, amount, details, isRecorded } = lease;
      const model = details?.['model'];
      insertReservation(database, { id, at, amount, model: typeof model === 'string' ? model : null });
      const row = isRecorded ? undefined : abandonedRow(lease);
      if (row) insertRow(database, row);
    }
    for (const { name, entries } of read)
      markStored(database, name, { bytes: entries.at(-1)?.end ?? 0, isClosed: true });
  });
}

/** @param storedBytes entries up to here are stored */
function addEntries(database: DatabaseSync, entries: readonly PlacedEntry[], storedBytes: number): void {
  for (const { entry, end } of entries) {
    if (end <= storedBytes) continue;
    if (entry.type === 'row') insertRow(database, entry.row);
    if (entry.type === 'settle' && entry.amount !== 0)
      for (const [key, endsAtMs] of entry.keys) addToCounter(database, key, entry.amount, endsAtMs);
  }
}

type ReserveEntry = Extract<JournalEntry, { type: 'reserve' }>;

/** What was reserved and not settled. `isRecorded`: it has a row. */
function openLeases(entries: readonly JournalEntry[]): (ReserveEntry & { readonly isRecorded: boolean })[] {
  const settled = new Set<string>();
  const recorded = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'settle') settled.add(entry.id);
    if (entry.type === 'row' && entry.lease !== undefined) recorded.add(entry.lease);
  }
  const open = new Map<string, ReserveEntry>();
  for (const entry of entries)
    if (entry.type === 'reserve' && !settled.has(entry.id)) open.set(entry.id, entry);
  return [...open.values()].map((entry) => ({ ...entry, isRecorded: recorded.has(entry.id) }));
}

/** Puts a journal away that is stored whole. */
export function putAwayJournal({ path }: JournalPlace): void {
  try {
    renameSync(path, `${path}${storedSuffix}`);
  } catch {
    // It stays as it is, marked as stored.
  }
}

/** The journals in these folders, also those that are put away. */
export const allJournals = (folders: readonly string[]): readonly JournalPlace[] => [
  ...folders.flatMap((folder) =>
    namesIn(folder)
      .filter(isJournalName)
      .map((name) => ({ name, path: join(folder, name) })),
  ),
  ...storedIn(folders),
];

/** Those that are put away; their names are those that they had before. */
const storedIn = (folders: readonly string[]): readonly JournalPlace[] =>
  folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.endsWith(storedSuffix) && isJournalName(name.slice(0, -storedSuffix.length)))
      .map((name) => ({ name: name.slice(0, -storedSuffix.length), path: join(folder, name) })),
  );

/** Journals that are put away, by process, and the processes that have others. */
export function journalsByProcess(folders: readonly string[]): {
  readonly stored: ReadonlyMap<string, readonly JournalPlace[]>;
  readonly current: ReadonlySet<string>;
} {
  const stored = new Map<string, JournalPlace[]>();
  for (const place of storedIn(folders)) {
    const group = groupOf(place.name);
    stored.set(group, [...(stored.get(group) ?? []), place]);
  }
  return { stored, current: new Set(folders.flatMap(namesIn).filter(isJournalName).map(groupOf)) };
}

/** Deletes journals that were put away long ago, or are too many. */
export function deleteOldJournals(folders: readonly string[], now: number): void {
  let bytes = 0;
  const files = storedIn(folders)
    .map(({ path }) => ({ path, ...timeAndSize(path) }))
    .toSorted((one, other) => other.changedAtMs - one.changedAtMs);
  for (const [index, { path, size, changedAtMs }] of files.entries()) {
    bytes += size;
    if (index >= maxStoredCount || bytes > maxStoredBytes || changedAtMs < now - maxStoredMs)
      rmSync(path, { force: true });
  }
}

function timeAndSize(path: string): { readonly changedAtMs: number; readonly size: number } {
  const { mtimeMs = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return { changedAtMs: mtimeMs, size };
}
