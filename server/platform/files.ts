/** Files on this machine: written so that a crash leaves the old one or the new one, and found where links lead. */
import { mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Replaces a file whole, readable by its owner only. Throws what the file system throws. */
export function writeFileAtomically(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, file);
}

/** What the editor calls otherwise though its path is one of this machine: a file to be, a cell of a notebook. */
const fileLike = /^(?:untitled|vscode-notebook-cell):/i;

/** Where the URI of a file leads when every link is followed; the URI itself when it is no file here. */
export function realPathOf(uri: string): string {
  try {
    return linkedFrom(fileURLToPath(uri.replace(fileLike, 'file:')));
  } catch {
    return uri;
  }
}

/** What is not there, or not any more, would be where its folder is. */
function linkedFrom(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const folder = dirname(path);
    if (folder === path) throw error;
    return join(linkedFrom(folder), basename(path));
  }
}
