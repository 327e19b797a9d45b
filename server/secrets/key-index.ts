/** Which keys are saved, for which origin. Never a key: those are in the keychain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../platform/files.ts';

/** The only slot there was before a provider could have several keys; files of that time name none. */
export const firstSlot = 'first';

const Entries = z.record(
  z.string(),
  z.object({ origin: z.string(), slots: z.array(z.string()).min(1).default([firstSlot]) }),
);
/** The saved keys of one provider: each has a slot, which names its place in the keychain. */
export type SavedKeys = z.infer<typeof Entries>[string];

/** @param folder the user's storage folder. Absent: nothing is remembered, and no keychain entry is ever looked for. */
export function keyIndex(folder: string | undefined) {
  const file = folder === undefined ? undefined : join(folder, 'keys.json');
  let entries = file ? read(file) : {};
  return {
    /** As of the last change or look that was made here. */
    get: (provider: string): SavedKeys | undefined => entries[provider],
    /** As of now, whoever wrote it. */
    reload(provider: string): SavedKeys | undefined {
      if (file) entries = read(file);
      return entries[provider];
    },
    /**
     * Changes what is saved for one provider; `undefined` forgets it. Another window may have written since, so the
     * change is made to what the file says now. Throws when the file cannot be written.
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

/** A broken index loses no key: the user is asked to set it again, which overwrites the entry. */
function read(file: string): z.infer<typeof Entries> {
  try {
    return Entries.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
