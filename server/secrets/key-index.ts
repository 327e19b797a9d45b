/** The index of saved keys: origin, store, label and limits of each. Never a key: the stores have those. */
import { type FSWatcher, mkdirSync, readFileSync, renameSync, unwatchFile, watch, watchFile } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import type { KeyOptions, LastingStoreName } from '../../shared/keys.ts';
import { writeFileAtomically } from '../platform/files.ts';

/** The slot of the first key. Files of versions with one key per provider name no slot. */
export const firstSlot = 'first';

const Details = z.object({
  store: z.enum(['keychain', 'editor']).default('keychain'),
  /** ISO 8601. Another window sees by it that the key under this slot is another one. */
  savedAt: z.string().optional(),
  label: z.string().min(1).max(60).optional(),
  requestsPerMinute: z.int().min(1).optional(),
  tokensPerMinute: z.int().min(1).optional(),
  models: z.array(z.string().min(1)).readonly().optional(),
});
/** Earlier versions read `origin` and `slots` alone. */
const Entry = z.object({
  origin: z.string(),
  slots: z.array(z.string()).min(1).default([firstSlot]),
  details: z.record(z.string(), Details).default({}),
});

/** The saved keys of one provider; a slot is part of a key's account name in its store. */
export type SavedKeys = z.infer<typeof Entry>;
type Entries = Readonly<Record<string, SavedKeys>>;

export const storeOf = ({ details }: SavedKeys, slot: string): LastingStoreName =>
  details[slot]?.store ?? 'keychain';

export function optionsOf({ details }: SavedKeys, slot: string): KeyOptions {
  const { label, requestsPerMinute, tokensPerMinute, models } = details[slot] ?? {};
  return {
    ...(label === undefined ? {} : { label }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(models === undefined ? {} : { models }),
  };
}

/** How often a file system without notifications is looked at. Milliseconds. */
const pollMs = 2_000;

/** @param folder the user's storage folder. Absent: nothing is stored, and no store's entry is ever read. */
export function keyIndex(folder: string | undefined) {
  const file = folder === undefined ? undefined : join(folder, 'keys.json');
  let entries: Entries = file ? readEntries(file).entries : {};
  return {
    /** As of the last change or reload in this process. */
    get: (provider: string): SavedKeys | undefined => entries[provider],
    /** The providers that have saved keys. */
    providers: (): readonly string[] => Object.keys(entries),
    /** Reads the file again, which another process may have written. Returns the providers whose entry differs. */
    reload(): readonly string[] {
      if (!file) return [];
      const before = entries;
      entries = readEntries(file).entries;
      const names = new Set([...Object.keys(before), ...Object.keys(entries)]);
      return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(entries[name]));
    },
    /**
     * Changes the entry of one provider; `undefined` removes it. Another window may have written since, so the change
     * applies to the file as it is now. Throws when the file cannot be written.
     */
    change(provider: string, to: (saved: SavedKeys | undefined) => SavedKeys | undefined): void {
      const read = file ? readEntries(file) : { entries, isBroken: false };
      const { [provider]: before, ...others } = read.entries;
      const after = to(before);
      if (after === before) {
        entries = read.entries;
        return;
      }
      const changed = after ? { ...others, [provider]: after } : others;
      if (file) {
        // The entries of the stores can be found by what is left of it.
        if (read.isBroken) renameSync(file, `${file}.broken`);
        writeFileAtomically(file, `${JSON.stringify(changed, null, 2)}\n`);
      }
      entries = changed;
    },
    /** Calls this with the providers whose entry another process has changed. Returns what stops it. */
    watch(onChange: (providers: readonly string[]) => void): () => void {
      if (!file) return () => {};
      return watchFileOf(file, () => {
        const changed = this.reload();
        if (changed.length > 0) onChange(changed);
      });
    },
  };
}

export type KeyIndex = ReturnType<typeof keyIndex>;

/** A broken index counts as empty, a broken entry as absent: setting a key again overwrites the store's entry. */
function readEntries(file: string): { readonly entries: Entries; readonly isBroken: boolean } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { entries: {}, isBroken: false };
  }
  try {
    const all = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const read = Object.entries(all).map(([name, value]) => [name, Entry.safeParse(value).data] as const);
    const valid = read.flatMap(([name, entry]) => (entry ? [[name, entry] as const] : []));
    return { entries: Object.fromEntries(valid), isBroken: valid.length < read.length };
  } catch {
    return { entries: {}, isBroken: true };
  }
}

/** The folder is watched, since the file is replaced and may not exist yet. */
function watchFileOf(file: string, onChange: () => void): () => void {
  let watcher: FSWatcher | undefined;
  const poll = () => void watchFile(file, { interval: pollMs, persistent: false }, onChange);
  try {
    mkdirSync(dirname(file), { recursive: true });
    watcher = watch(dirname(file), { persistent: false }, (_, name) => {
      if (name === null || name === basename(file)) onChange();
    });
    watcher.on('error', () => {
      watcher?.close();
      poll();
    });
  } catch {
    poll();
  }
  return () => {
    watcher?.close();
    unwatchFile(file);
  };
}
