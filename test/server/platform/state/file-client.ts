/** One process's usage counters in a folder, without the ledger around them. */
import { join } from 'node:path';
import { journalReader } from '../../../../server/platform/state/journal-reader.ts';
import { groupOf, journalWriter } from '../../../../server/platform/state/journal-writer.ts';
import { journaledUsageStore } from '../../../../server/platform/state/journaled-usage-store.ts';
import { takeWriterLock } from '../../../../server/platform/state/writer-lock.ts';

/**
 * @param folder where its journal is
 * @param folders where journals are, this one first. Absent: only there
 */
export function fileClient(folder: string, now: () => number, folders: readonly string[] = [folder]) {
  const failures: string[] = [];
  const writer = journalWriter({
    folders,
    openEntries: () => store.openEntries(),
    onFailure: (_error, place, next) => void failures.push(`${place} → ${next}`),
  });
  const reader = journalReader({
    folders,
    ownGroup: writer.group,
    onEntry: ({ entry }, name) => store.follow(entry, groupOf(name), false),
    onStopped: (group) => void store.stop(group, false),
  });
  const store = journaledUsageStore({
    writer,
    poll: reader.poll,
    hasOthers: reader.hasOthers,
    takeLock: () => takeWriterLock(join(folder, 'lock'), 40),
    now,
  });
  return { store, writer, reader, failures };
}
