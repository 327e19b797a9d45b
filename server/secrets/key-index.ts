/** Which keys are saved, for which origin. Never a key: those are in the keychain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeWhole } from '../platform/files.ts';

const Entries = z.record(z.string(), z.object({ origin: z.string() }));

/** @param folder the user's storage folder. Absent: nothing is remembered, and no keychain entry is ever looked for. */
export function keyIndex(folder: string | undefined) {
  const file = folder === undefined ? undefined : join(folder, 'keys.json');
  let entries = file ? read(file) : {};
  const save = () => {
    if (file) writeWhole(file, `${JSON.stringify(entries, null, 2)}\n`);
  };
  /** Another window may have written since. */
  const refresh = () => {
    if (file) entries = read(file);
  };
  return {
    has: (provider: string, origin: string): boolean => entries[provider]?.origin === origin,
    add(provider: string, origin: string): void {
      refresh();
      entries = { ...entries, [provider]: { origin } };
      save();
    },
    /** The origin the key had been saved for. */
    remove(provider: string): string | undefined {
      refresh();
      const { [provider]: removed, ...rest } = entries;
      entries = rest;
      if (removed) save();
      return removed?.origin;
    },
    originOf: (provider: string): string | undefined => entries[provider]?.origin,
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
