/** The size of the package that users install. */
import { globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of the newest package. */
export function packageRow(): Row {
  const [newest] = globSync('rumbo-*.vsix', { cwd: root })
    .map((name) => ({ name, ...statSync(`${root}/${name}`) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  const row = { what: 'VSIX', unit: 'MB', aim: 1.5 } as const;
  return newest
    ? { ...row, figure: newest.size / 1_000_000, note: newest.name }
    : { ...row, figure: null, note: 'there is none; build it with npm run package' };
}
