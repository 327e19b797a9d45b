/** Where pictures and logs of a test run land; git ignores it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../scripts/set-up/folders.ts';

export const outputFolder = join(projectFolder, 'test', 'out');

/** The path of a file there. */
export function output(name: string): string {
  mkdirSync(outputFolder, { recursive: true });
  return join(outputFolder, name);
}

/** A test's name as a file's. */
export const fileName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);
