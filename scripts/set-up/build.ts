/** Bundles client and server when a source is newer than what was built. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { folders, projectFolder } from './folders.ts';
import { oneAtATime } from './lock.mjs';
import { type Report, SetUpError } from './report.mjs';

const sources = ['client', 'server', 'shared', 'esbuild.mjs', 'package.json', 'package-lock.json'];
const bundles = ['client.cjs', 'server.cjs', 'server-main.cjs'];

export async function build({ step }: Report): Promise<void> {
  if (isBuilt()) return;
  await oneAtATime(join(folders.own, 'build.lock'), async () => {
    if (isBuilt()) return;
    await step('Building', async () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['esbuild.mjs'], {
        cwd: projectFolder,
        encoding: 'utf8',
      });
      if (status !== 0) throw new SetUpError(`The build failed:\n${stdout}${stderr}`.trimEnd());
    });
  });
}

function isBuilt(): boolean {
  const built = bundles.map((name) => join(projectFolder, 'dist', name));
  if (!built.every((file) => existsSync(file))) return false;
  const oldestBundle = Math.min(...built.map((file) => statSync(file).mtimeMs));
  return Math.max(...sources.map((name) => newest(join(projectFolder, name)))) <= oldestBundle;
}

/** The last change in a file or anywhere in a folder; a folder's own time tells of files that went. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  return Math.max(
    stat.mtimeMs,
    ...inside.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}
