/** The disk on which an engine on this machine keeps its models, and its free space. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { LocalEngineFeatures } from '../engines/local-engine.ts';

/** The folder in which an engine on this machine keeps its models. `undefined`: not known. */
export function modelsFolder(
  { modelFolders }: Pick<LocalEngineFeatures, 'modelFolders'>,
  env: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): string | undefined {
  return modelFolders?.(env, home).find((folder) => folder !== undefined && existsSync(folder));
}

/** Bytes that the user may still write below a folder; `undefined` when that cannot be found out. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
