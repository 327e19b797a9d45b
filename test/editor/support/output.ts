/** Where pictures and logs of a test run land; git ignores it. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from '../../../scripts/set-up/folders.ts';

export const outputFolder = join(projectFolder, 'test', 'out');

/** The path of a file there. */
export function output(name: string): string {
  const path = join(outputFolder, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** A test's name as a file's. */
export const fileName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);
