/** The index of saved keys and their origins. Never a key: the keychain has those. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../platform/files.ts';

/** The slot of the first key. Files of versions with one key per provider name no slot. */
export const firstSlot = 'first';

const Entries = z.record(
  z.string(),
  z.object({ origin: z.string(), slots: z.array(z.string()).min(1).default([firstSlot]) }),
);
/** The saved keys of one provider; a slot is part of a key's account name in the keychain. */
export type SavedKeys = z.infer<typeof Entries>[string];

/** @param folder the user's storage folder. Absent: nothing is stored, and no keychain entry is ever read. */
export function keyIndex(folder: string | undefined) {
  const file = folder === undefined ? undefined : join(folder, 'keys.json');
  let entries = file ? readEntries(file) : {};
  return {
    /** As of the last change or reload in this process. */
    get: (provider: string): SavedKeys | undefined => entries[provider],
    /** As in the file now, also when another process wrote it. */
    reload(provider: string): SavedKeys | undefined {
      if (file) entries = readEntries(file);
      return entries[provider];
    },
    /**
     * Changes the entry of one provider; `undefined` removes it. Another window may have written since, so the change
     * applies to the file as it is now. Throws when the file cannot be written.
     */
    change(provider: string, to: (saved: SavedKeys | undefined) => SavedKeys | undefined): void {
      const before = this.reload(provider);
      const { [provider]: _, ...others } = entries;
      const after = to(before);
      if (after === before) return;
      const changed = after ? { ...others, [provider]: after } : others;
      if (file) writeFileAtomically(file, `${JSON.stringify(changed, null, 2)}\n`);
      entries = changed;
    },
  };
}

export type KeyIndex = ReturnType<typeof keyIndex>;

/** A broken index counts as empty: setting a key again overwrites the keychain entry. */
function readEntries(file: string): z.infer<typeof Entries> {
  try {
    return Entries.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
