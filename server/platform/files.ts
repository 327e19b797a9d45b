/** Files on this machine: written so that a crash leaves the old one or the new one, and found where links lead. */
import { mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Replaces a file whole, readable by its owner only. Throws what the file system throws. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, file);
}

/** Where a `file:` URI leads when every link is followed; the URI itself when it is no file here. */
export function realPathOf(uri: string): string {
  try {
    return realpathSync.native(fileURLToPath(uri));
  } catch {
    return uri;
  }
}
