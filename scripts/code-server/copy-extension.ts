/**
 * Puts the extension as it is built into an extensions folder, without packaging. Copies, not links: VS Code
 * identifies an extension's code by its real path.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of the package. */
const parts = [
  'package.json',
  'package.nls.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist',
  'media',
  'l10n',
];

interface Manifest {
  publisher: string;
  name: string;
  version: string;
}

export function copyExtension(extension: string, extensions: string): void {
  const { publisher, name, version }: Manifest = JSON.parse(
    readFileSync(join(extension, 'package.json'), 'utf8'),
  );
  const id = `${publisher}.${name}`;
  const folder = `${id}-${version}`;
  const path = join(extensions, folder);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  for (const part of parts) {
    if (existsSync(join(extension, part)))
      cpSync(join(extension, part), join(path, part), { recursive: true });
  }
  const entry = {
    identifier: { id },
    version,
    location: { $mid: 1, path, scheme: 'file' },
    relativeLocation: folder,
  };
  const list = join(extensions, 'extensions.json');
  const others = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as (typeof entry)[]) : [];
  writeFileSync(list, JSON.stringify([...others.filter(({ identifier }) => identifier.id !== id), entry]));
}
