/** Files on this machine: atomic writes, and paths with links resolved. */
import { mkdirSync, readdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Replaces a file, readable by its owner only; after a crash the old or the new content is there. Throws what the file system throws. */
export function writeFileAtomically(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
}

/** Schemes of the editor whose path is one of this machine: an unsaved file, a notebook cell. */
const fileLike = /^(?:untitled|vscode-notebook-cell):/i;

/** The path of a file URI with all links resolved; the URI itself when it is not a local file. */
export function realPathOf(uri: string): string {
  try {
    return resolveLinks(fileURLToPath(uri.replace(fileLike, 'file:')));
  } catch {
    return uri;
  }
}

/** A file that does not exist is resolved by its folder. */
function resolveLinks(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const folder = dirname(path);
    if (folder === path) throw error;
    return join(resolveLinks(folder), basename(path));
  }
}

/** What a folder holds. Empty: it cannot be listed; it may be absent or a file. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
