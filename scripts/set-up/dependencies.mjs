/** `npm ci`, when what is installed is not what package-lock.json says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneAtATime } from './lock.mjs';
import { npm } from './npm.mjs';
import { SetUpError } from './report.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
const oldestNode = 20;

/** @param {import('./report.mjs').Report} report */
export async function installDependencies({ step }) {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    throw new SetUpError(
      `Rumbo needs Node.js ${oldestNode} or newer to start, and this is ${process.version}.`,
    );
  }
  if (areInstalled(project)) return;
  await oneAtATime(join(project, '.rumbo', 'dependencies.lock'), async () => {
    if (areInstalled(project)) return;
    await step('Installing dependencies (npm ci)', () =>
      npm(['ci'], { cwd: project, what: 'Dependencies', log: join(project, '.rumbo', 'logs', 'npm.log') }),
    );
  });
}

/**
 * npm keeps its own list of what it really installed; every package this machine needs has to be in it.
 * @param {string} folder
 */
export function areInstalled(folder) {
  const installedFile = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile) || !existsSync(join(folder, 'node_modules', '.bin'))) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesOf(installedFile);
  return Object.entries(packagesOf(join(folder, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional, os, cpu }]) =>
      path === '' || optional || devOptional || os || cpu || installed[path]?.version === version,
  );
}
