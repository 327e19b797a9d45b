/** The package as users install it, rebuilt when its sources are newer. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../scripts/set-up/folders.ts';

const inputs = ['package.json', 'esbuild.mjs', '{client,server,shared,media}/**/*'];

export function packagedExtension(): string {
  const { name, version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
  const file = join(projectFolder, `${name}-${version}.vsix`);
  if (isNewest(file)) return file;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/package.mjs'], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The package could not be made: ${stdout}${stderr}`);
  return file;
}

function isNewest(file: string): boolean {
  if (!existsSync(file)) return false;
  const made = statSync(file).mtimeMs;
  return inputs
    .flatMap((pattern) => globSync(pattern, { cwd: projectFolder }))
    .every((input) => statSync(join(projectFolder, input)).mtimeMs <= made);
}
