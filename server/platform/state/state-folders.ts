/** Where state is kept, and where instead while that folder cannot be written. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folders for journals of this state, best first; the others hold what the first one cannot take. Each is found again
 * at the next start.
 * @param folder the user's storage folder
 */
export const journalFolders = (folder: string): readonly string[] => [
  folder,
  ...[process.env['XDG_RUNTIME_DIR'], tmpdir()].flatMap((place) =>
    place ? [substituteFolder(place, folder)] : [],
  ),
];

function substituteFolder(place: string, folder: string): string {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  return join(place, `rumbo-${userInfo().username}`, name);
}

/**
 * Makes the folder, or throws. Others may write into a place for temporary files: a substitute is used only when it is the
 * user's own.
 */
export function makeJournalFolder(
  folder: string,
  { isSubstitute }: { readonly isSubstitute: boolean },
): void {
  mkdirSync(folder, { recursive: true, ...(isSubstitute ? { mode: 0o700 } : {}) });
  if (isSubstitute && !isOwnFolder(folder)) throw new Error(`${folder} belongs to another user.`);
}

/** Whether the folder exists, is no link, and can only be written by this user. */
export function isOwnFolder(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return false;
  const uid = process.getuid?.();
  return uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0);
}
