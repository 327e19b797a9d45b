/** Installs the real gateways into `.rumbo/gateways`, on the first run of `npm run test:gateways`. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folders } from '../../scripts/set-up/folders.ts';

const run = promisify(execFile);
const gatewaysFolder = join(folders.own, 'gateways');

/** The folder of a Python environment's programs, with the packages of this list beside this file. */
export async function pythonPrograms(list: 'litellm' | 'others'): Promise<string> {
  const folder = join(gatewaysFolder, list);
  const programs = join(folder, 'bin');
  const stamp = join(folder, '.rumbo-stamp');
  if (existsSync(stamp)) return programs;
  mkdirSync(gatewaysFolder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const packages = join(import.meta.dirname, `${list}.txt`);
  await run(join(programs, 'pip'), ['install', '--quiet', '--no-input', '-r', packages]);
  writeFileSync(stamp, '');
  return programs;
}

/** The main file of Portkey's gateway. */
export async function portkeyServer(): Promise<string> {
  const folder = join(gatewaysFolder, 'portkey');
  const main = join(folder, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
  if (existsSync(main)) return main;
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(import.meta.dirname, 'portkey', 'package.json'), join(folder, 'package.json'));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  return main;
}
